"""The life of a campaign, its own queue of messages, and a gateway's day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0009_message_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('prepared', 'prepared'), ('filled', 'prepared again, with more recipients'), ('started', 'started'), ('paused', 'paused'), ('resumed', 'resumed'), ('stopped', 'stopped')], max_length=10)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'event of a campaign',
                'verbose_name_plural': 'events of campaigns',
            },
        ),
        migrations.CreateModel(
            name='CampaignText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2)),
                ('body', models.TextField()),
                ('recipients', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'text of a campaign',
                'verbose_name_plural': 'texts of campaigns',
            },
        ),
        migrations.CreateModel(
            name='GatewayDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12)),
                ('day', models.DateField()),
                ('claimed', models.PositiveIntegerField(default=0)),
                ('told', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'day of a gateway',
                'verbose_name_plural': 'days of gateways',
            },
        ),
        migrations.AlterModelOptions(
            name='campaign',
            options={'permissions': [('start_campaign', 'Can start a campaign'), ('stop_campaign', 'Can pause and stop a campaign')], 'verbose_name': 'campaign', 'verbose_name_plural': 'campaigns'},
        ),
        migrations.RemoveConstraint(
            model_name='campaign',
            name='campaign_started_when_it_says_so',
        ),
        migrations.RemoveIndex(
            model_name='message',
            name='message_due',
        ),
        migrations.AddField(
            model_name='campaign',
            name='changed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='count_due_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='counted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='counts',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='campaign',
            name='lane',
            field=models.CharField(choices=[('codes', 'codes'), ('cases', 'case updates'), ('reminders', 'reminders'), ('announcements', 'announcements')], default='announcements', max_length=14, verbose_name='lane'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(blank=True, choices=[('held', 'waits in its campaign'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to'), ('stopped', 'stopped with its campaign')], max_length=12),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='status',
            field=models.CharField(choices=[('prepared', 'waiting for a second person'), ('started', 'started'), ('paused', 'paused'), ('stopped', 'stopped')], default='prepared', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='dayfigure',
            name='status',
            field=models.CharField(choices=[('held', 'waits in its campaign'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to'), ('stopped', 'stopped with its campaign')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='campaign',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='notifications.campaign'),
        ),
        migrations.AlterField(
            model_name='message',
            name='status',
            field=models.CharField(choices=[('held', 'waits in its campaign'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to'), ('stopped', 'stopped with its campaign')], default='queued', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='statusreport',
            name='status',
            field=models.CharField(blank=True, choices=[('held', 'waits in its campaign'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to'), ('stopped', 'stopped with its campaign')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('campaign__isnull', True), ('status', 'queued')), fields=['lane', 'not_before', 'id'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('campaign__isnull', False), ('status__in', ('held', 'queued'))), fields=['campaign', 'not_before', 'id'], name='message_due_of_campaign'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('campaign__isnull', False)), fields=['campaign', 'status'], name='message_campaign_status'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', True), ('status', 'prepared')), models.Q(('started_at__isnull', False), ('status__in', ['started', 'paused'])), ('status', 'stopped'), _connector='OR'), name='campaign_started_when_it_says_so'),
        ),
        migrations.AddField(
            model_name='campaignevent',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='campaignevent',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='notifications.campaign'),
        ),
        migrations.AddField(
            model_name='campaigntext',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='notifications.campaign'),
        ),
        migrations.AddConstraint(
            model_name='gatewayday',
            constraint=models.UniqueConstraint(fields=('gateway', 'day'), name='gateway_day_once'),
        ),
        migrations.AddConstraint(
            model_name='campaignevent',
            constraint=models.CheckConstraint(condition=models.Q(('act', 'stopped'), ('reason', ''), _negated=True), name='campaign_stopped_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='campaigntext',
            constraint=models.UniqueConstraint(fields=('campaign', 'language'), name='campaign_text_once'),
        ),
    ]
