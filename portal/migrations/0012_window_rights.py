"""Who gives more time to object: supervisors; those who work on cases and auditors read."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "supervisor": ("view_windowextension", "extend_window"),
    "agent": ("view_windowextension",),
    "caseworker": ("view_windowextension",),
    "approver": ("view_windowextension",),
    "auditor": ("view_windowextension",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0011_email_rights"),
        ("objections", "0011_extensions"),
    ]

    operations = [grant("objections", RIGHTS)]
