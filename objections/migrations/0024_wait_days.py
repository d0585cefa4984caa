"""What a wait for documents comes to, for the lists of what is late."""

from django.db import migrations, models


# Of waits that go on: Sundays to Thursdays after the day of the wish, up to the last day to send.
COUNTED = """
UPDATE objections_objection SET wait_days = (
    SELECT count(*) FROM generate_series(wanted_on + 1, documents_due_on, interval '1 day') AS day
    WHERE extract(dow FROM day) NOT IN (5, 6)
)
WHERE wanted_on IS NOT NULL AND documents_due_on IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('objections', '0023_bulk_acts'),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='wait_days',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
    ]
