"""How far the reminders of a last day are queued."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """How far the reminders of a last day are queued."""

    dependencies = [
        ('objections', '0004_nobodys_cases'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('result14', 'a result, 14 days before'), ('draft3', 'a draft, 3 days before'), ('draft1', 'a draft, 1 day before')], max_length=10)),
                ('closes_on', models.DateField(verbose_name='last filing day')),
                ('reached', models.BigIntegerField(default=0)),
                ('queued', models.PositiveIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'round of reminders',
                'verbose_name_plural': 'rounds of reminders',
                'constraints': [models.UniqueConstraint(fields=('closes_on', 'kind'), name='reminder_round_once')],
            },
        ),
    ]
