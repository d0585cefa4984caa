"""The ratings of senders among the figures, read by the day on which they were given."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0034_person_rights'),
    ]

    operations = [
        migrations.AddField(
            model_name='publicfigure',
            name='rated',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='publicfigure',
            name='stars',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='casefigure',
            name='measure',
            field=models.CharField(choices=[('received', 'Received'), ('first', 'First answer'), ('answered', 'Answered'), ('late', 'Answered late'), ('reopened', 'Opened again'), ('rated', 'Rated'), ('waiting', 'Waiting'), ('overdue', 'Overdue')], max_length=8),
        ),
        migrations.RunSQL(
            "CREATE INDEX sawtak_ticketrating_at ON sawtak_ticketrating (rated_at)",
            "DROP INDEX sawtak_ticketrating_at",
        ),
    ]
