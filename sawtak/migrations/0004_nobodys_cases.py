"""An index for the list of cases that nobody has taken."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for the list of cases that nobody has taken."""

    dependencies = [
        ('beneficiaries', '0006_staff_lists'),
        ('sawtak', '0003_staff_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('assigned_to__isnull', True), ('status__in', ['new', 'in_progress', 'awaiting_citizen'])), fields=['received_at', 'id'], name='ticket_nobodys'),
        ),
    ]
