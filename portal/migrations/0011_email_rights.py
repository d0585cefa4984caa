"""Who sees the mails: whoever sees the SMS."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def give_right(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    rights = Permission.objects.filter(content_type__app_label="notifications")
    mails = rights.get(codename="view_mail")
    for group in Group.objects.filter(permissions=rights.get(codename="view_message")):
        group.permissions.add(mails)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0010_sms_text_rights"),
        ("notifications", "0015_emails"),
    ]

    operations = [migrations.RunPython(give_right, migrations.RunPython.noop)]
