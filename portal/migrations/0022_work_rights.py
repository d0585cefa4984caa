"""Who works in the queue, who leads it (docs/adr/0029)."""

from django.db import migrations

from portal.rights import grant

WORK = ("view_workitem", "view_workevent", "snooze_workitem", "escalate_workitem")
RIGHTS = {
    "agent": WORK,
    "caseworker": WORK,
    "approver": ("view_workitem", "view_workevent"),
    "supervisor": (*WORK, "lead_workitem", "view_routingrule"),
    "auditor": ("view_workitem", "view_workevent", "view_routingrule"),
    "administrator": ("view_routingrule", "add_routingrule", "change_routingrule"),
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0021_work_comes_in")]

    operations = [grant("portal", RIGHTS)]
