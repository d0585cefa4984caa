"""Reports of gateways, doubtful numbers, pauses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reports of gateways, doubtful numbers, pauses."""

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DoubtfulNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mobile', models.CharField(max_length=16, unique=True, verbose_name='mobile')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('reason', models.CharField(max_length=40, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'doubtful number',
                'verbose_name_plural': 'doubtful numbers',
            },
        ),
        migrations.CreateModel(
            name='GatewayPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12, unique=True)),
                ('until', models.DateTimeField(verbose_name='until')),
                ('reason', models.CharField(max_length=80, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'pause of a gateway',
                'verbose_name_plural': 'pauses of gateways',
            },
        ),
        migrations.AddField(
            model_name='message',
            name='delivered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='delivered'),
        ),
        migrations.CreateModel(
            name='StatusReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12)),
                ('gateway_id', models.CharField(max_length=64)),
                ('reported', models.CharField(max_length=20)),
                ('error', models.CharField(blank=True, max_length=20)),
                ('status', models.CharField(blank=True, choices=[('held', 'held until its campaign is started'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('suppressed', 'nobody to send it to')], max_length=10)),
                ('makes_number_doubtful', models.BooleanField(default=False)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'report of a gateway',
                'verbose_name_plural': 'reports of gateways',
                'constraints': [models.UniqueConstraint(fields=('gateway', 'gateway_id', 'reported', 'error'), name='report_kept_once')],
            },
        ),
    ]
