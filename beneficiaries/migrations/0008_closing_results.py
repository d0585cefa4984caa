"""An index of the results that close on a day, for reminders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the results that close on a day, for reminders."""

    dependencies = [
        ('beneficiaries', '0007_confirmed_ids'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='eligibilityresult',
            index=models.Index(condition=models.Q(('filing_deadline__isnull', False), ('status', 'ineligible'), ('superseded_on__isnull', True)), fields=['filing_deadline', 'id'], name='result_closing'),
        ),
    ]
