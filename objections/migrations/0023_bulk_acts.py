"""Acts on many cases at once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objections', '0022_windows_fixed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('submission', models.UUIDField(unique=True)),
                ('kind', models.CharField(choices=[('take', 'Take the cases'), ('hand_over', 'Hand the cases over'), ('put_back', 'Put the cases back into the queue'), ('documents', 'Ask for documents'), ('approve', 'Approve the decisions')], max_length=16, verbose_name='act')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'act on many cases',
                'verbose_name_plural': 'acts on many cases',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BulkActCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_done', models.BooleanField(null=True)),
                ('why', models.TextField(blank=True)),
                ('bulk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='objections.bulkact')),
                ('objection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='objections.objection')),
            ],
            options={
                'verbose_name': 'case of an act on many',
                'verbose_name_plural': 'cases of an act on many',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('bulk', 'objection'), name='a_case_once_in_a_bulk_act')],
            },
        ),
    ]
