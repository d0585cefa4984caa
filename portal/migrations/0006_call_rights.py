"""Who calls people who could not be told: agents and supervisors; auditors read."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "agent": ("view_calltask", "work_calltask"),
    "supervisor": ("view_calltask", "work_calltask"),
    "auditor": ("view_calltask",),
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_calls")]

    operations = [grant("portal", RIGHTS)]
