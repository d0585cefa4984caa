"""Later tries, a gateway's pace, doubts and pauses that staff may end."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

READ = ("view_doubtfulnumber", "view_gatewaypause", "view_earlyend")
END = ("clear_doubtfulnumber", "end_gatewaypause")
RIGHTS = {"supervisor": READ + END, "auditor": READ, "administrator": READ + END}


def give_rights(apps, schema_editor):
    """Permissions are otherwise made after the last migration, so they are made here first."""
    config = apps.get_app_config("notifications")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    for name, rights in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=name)
        group.permissions.add(
            *Permission.objects.filter(
                content_type__app_label="notifications", codename__in=rights
            )
        )


class Migration(migrations.Migration):
    """Later tries, a gateway's pace, doubts and pauses that staff may end."""

    dependencies = [
        ('notifications', '0002_reports'),
        ('portal', '0002_groups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlyEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('number', 'doubtful number'), ('pause', 'pause of a gateway')], max_length=6)),
                ('subject', models.CharField(max_length=16)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'early end',
                'verbose_name_plural': 'early ends',
            },
        ),
        migrations.CreateModel(
            name='GatewayPace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=12, unique=True)),
                ('second', models.BigIntegerField(default=0)),
                ('claimed', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'pace of a gateway',
                'verbose_name_plural': 'paces of gateways',
            },
        ),
        migrations.AlterModelOptions(
            name='doubtfulnumber',
            options={'permissions': [('clear_doubtfulnumber', 'Can clear a doubtful number')], 'verbose_name': 'doubtful number', 'verbose_name_plural': 'doubtful numbers'},
        ),
        migrations.AlterModelOptions(
            name='gatewaypause',
            options={'permissions': [('end_gatewaypause', "Can end a gateway's pause")], 'verbose_name': 'pause of a gateway', 'verbose_name_plural': 'pauses of gateways'},
        ),
        migrations.AddField(
            model_name='attempt',
            name='gateway_id',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='statusreport',
            name='is_worth_a_later_try',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('gateway_id', ''), _negated=True), fields=['gateway_id'], name='attempt_gateway_id'),
        ),
        migrations.AddField(
            model_name='earlyend',
            name='ended_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='earlyend',
            index=models.Index(fields=['kind', 'subject', '-id'], name='early_end_of'),
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
