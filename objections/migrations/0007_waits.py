"""The days for which the citizen was waited for, which count against nobody."""

from django.db import migrations, models

# A wait that goes on began with its last question.
BEGAN = """
UPDATE objections_objection AS o SET wanted_on = asked.on_day
FROM (
    SELECT objection_id, max(at AT TIME ZONE 'Asia/Riyadh')::date AS on_day
    FROM objections_objectionevent
    WHERE to_status = 'documents_wanted' AND NOT is_refused GROUP BY objection_id
) AS asked
WHERE asked.objection_id = o.id AND o.status = 'documents_wanted';
"""


class Migration(migrations.Migration):
    """The days for which the citizen was waited for, which count against nobody."""

    dependencies = [('objections', '0006_folded_name')]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='wanted_on',
            field=models.DateField(blank=True, null=True, verbose_name='documents asked for on'),
        ),
        migrations.AddField(
            model_name='objection',
            name='awaited_days',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(BEGAN, migrations.RunSQL.noop),
    ]
