"""Indexes in the order of the staff's lists of tickets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes in the order of the staff's lists of tickets."""

    dependencies = [
        ('sawtak', '0002_folded_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_mine',
        ),
        migrations.AlterField(
            model_name='ticket',
            name='assigned_to',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status__in', ['new', 'in_progress', 'awaiting_citizen'])), fields=['received_at', 'id'], name='ticket_waiting'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['received_at', 'id'], name='ticket_received'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['assigned_to', 'status', 'received_at', 'id'], name='ticket_mine_by_status'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['assigned_to', 'received_at', 'id'], name='ticket_mine'),
        ),
    ]
