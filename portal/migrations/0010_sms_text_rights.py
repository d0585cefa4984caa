"""Who words the SMS: supervisors and administrators propose, approvers and administrators decide.

Nobody decides on their own proposal (docs/adr/0020); auditors read.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "supervisor": ("view_smstext", "edit_smstext"),
    "approver": ("view_smstext", "approve_smstext"),
    "administrator": ("view_smstext", "edit_smstext", "approve_smstext"),
    "auditor": ("view_smstext",),
}


def give_rights(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, codes in RIGHTS.items():
        rights = Permission.objects.filter(
            content_type__app_label="notifications", codename__in=codes
        )
        Group.objects.get(name=name).permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0009_inbox"),
        ("notifications", "0012_sms_texts"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
