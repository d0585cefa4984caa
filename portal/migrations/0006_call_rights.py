"""Who calls people who could not be told: agents and supervisors; auditors read."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "agent": ("view_calltask", "work_calltask"),
    "supervisor": ("view_calltask", "work_calltask"),
    "auditor": ("view_calltask",),
}


def give_rights(apps, schema_editor):
    config = apps.get_app_config("portal")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, codes in RIGHTS.items():
        rights = Permission.objects.filter(content_type__app_label="portal", codename__in=codes)
        Group.objects.get(name=name).permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_calls")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
