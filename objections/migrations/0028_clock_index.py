"""The index of the time that an open case has left for its answer (docs/adr/0011)."""

import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objections', '0027_kept_as_made'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(django.db.models.expressions.CombinedExpression(models.F('awaited_days'), '+', models.F('wait_days')), django.db.models.functions.comparison.Coalesce('second_asked_at', 'submitted_at'), condition=models.Q(('status__in', ['submitted', 'under_review', 'documents_wanted'])), name='objection_clock'),
        ),
    ]
