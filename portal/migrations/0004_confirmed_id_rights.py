"""Who confirms an ID that fails the check: supervisors and administrators; auditors read."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "supervisor": ("view_confirmednationalid", "confirm_national_id"),
    "administrator": ("view_confirmednationalid", "confirm_national_id"),
    "auditor": ("view_confirmednationalid",),
}


def give_rights(apps, schema_editor):
    config = apps.get_app_config("beneficiaries")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, codes in RIGHTS.items():
        rights = Permission.objects.filter(
            content_type__app_label="beneficiaries", codename__in=codes
        )
        Group.objects.get(name=name).permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_holiday_rights"),
        ("beneficiaries", "0007_confirmed_ids"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
