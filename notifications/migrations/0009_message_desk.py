"""Retries by staff, the figures of days, and what the pages about them read."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0008_two_gateways'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('lane', models.CharField(choices=[('codes', 'codes'), ('cases', 'case updates'), ('reminders', 'reminders'), ('announcements', 'announcements')], max_length=14)),
                ('gateway', models.CharField(blank=True, max_length=12)),
                ('status', models.CharField(choices=[('held', 'held until its campaign is started'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to')], max_length=12)),
                ('messages', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'figure of a day',
                'verbose_name_plural': 'figures of days',
            },
        ),
        migrations.CreateModel(
            name='Retry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('error', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'message sent again',
                'verbose_name_plural': 'messages sent again',
            },
        ),
        migrations.AlterModelOptions(
            name='message',
            options={'permissions': [('retry_message', 'Can send failed messages again')], 'verbose_name': 'message', 'verbose_name_plural': 'messages'},
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['lane', 'id'], name='message_lane'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['queued_at'], name='message_day'),
        ),
        migrations.AddConstraint(
            model_name='dayfigure',
            constraint=models.UniqueConstraint(fields=('day', 'lane', 'gateway', 'status'), name='day_figure_once'),
        ),
        migrations.AddField(
            model_name='retry',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='retry',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retries', to='notifications.message'),
        ),
    ]
