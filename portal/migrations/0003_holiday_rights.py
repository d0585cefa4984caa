"""Who keeps the days off: supervisors and administrators; auditors read them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "supervisor": ("view_holiday", "add_holiday", "change_holiday"),
    "administrator": ("view_holiday", "add_holiday", "change_holiday"),
    "auditor": ("view_holiday",),
}


def give_rights(apps, schema_editor):
    config = apps.get_app_config("saudi")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, codes in RIGHTS.items():
        rights = Permission.objects.filter(content_type__app_label="saudi", codename__in=codes)
        Group.objects.get(name=name).permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_groups"),
        ("saudi", "0002_days_off_and_equal_folding"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
