"""An index for the list of cases that nobody has taken."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for the list of cases that nobody has taken."""

    dependencies = [
        ('beneficiaries', '0006_staff_lists'),
        ('objections', '0003_staff_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('assigned_to__isnull', True), ('status__in', ['submitted', 'under_review', 'documents_wanted'])), fields=['submitted_at', 'id'], name='objection_nobodys'),
        ),
    ]
