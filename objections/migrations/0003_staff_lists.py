"""Indexes in the order of the staff's lists of objections."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes in the order of the staff's lists of objections."""

    dependencies = [
        ('objections', '0002_payment_track'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='objection',
            name='objection_mine',
        ),
        migrations.AlterField(
            model_name='objection',
            name='assigned_to',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='caseworker'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('status__in', ['submitted', 'under_review', 'documents_wanted'])), fields=['submitted_at', 'id'], name='objection_waiting'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('reference__isnull', False)), fields=['submitted_at', 'id'], name='objection_submitted'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['assigned_to', 'status', 'submitted_at', 'id'], name='objection_mine_by_status'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['assigned_to', 'submitted_at', 'id'], name='objection_mine'),
        ),
    ]
