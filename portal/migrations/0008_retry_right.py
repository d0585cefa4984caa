"""Who sends failed SMS again: supervisors and administrators."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = ("supervisor", "administrator")


def give_right(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    right = Permission.objects.get(
        content_type__app_label="notifications", codename="retry_message"
    )
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_scheduler_turn"),
        ("notifications", "0009_message_desk"),
    ]

    operations = [migrations.RunPython(give_right, migrations.RunPython.noop)]
