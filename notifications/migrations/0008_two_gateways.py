"""The health of gateways and their outages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The health of gateways and their outages."""

    dependencies = [
        ('notifications', '0007_whose_message'),
    ]

    operations = [
        migrations.CreateModel(
            name='GatewayCircuit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12, unique=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('rests', models.PositiveIntegerField(default=0)),
                ('rest_until', models.DateTimeField(blank=True, null=True)),
                ('probe_until', models.DateTimeField(blank=True, null=True)),
                ('last_success_at', models.DateTimeField(blank=True, null=True)),
                ('last_failure_at', models.DateTimeField(blank=True, null=True)),
                ('last_failure', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'verbose_name': 'health of a gateway',
                'verbose_name_plural': 'health of gateways',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('opened_at__isnull', True), ('rest_until__isnull', True)), models.Q(('opened_at__isnull', False), ('rest_until__isnull', False)), _connector='OR'), name='circuit_rests_while_open')],
            },
        ),
        migrations.CreateModel(
            name='GatewayOutage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12)),
                ('opened_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=80)),
                ('failures', models.PositiveIntegerField()),
                ('probes', models.PositiveIntegerField(default=0)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'outage of a gateway',
                'verbose_name_plural': 'outages of gateways',
                'indexes': [models.Index(fields=['gateway', '-id'], name='outage_of')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('gateway',), name='one_outage_at_a_time')],
            },
        ),
    ]
