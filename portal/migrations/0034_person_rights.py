"""Who keeps notes and flags of people, opens files without a reason, and reads who did."""

from django.db import migrations

from portal.rights import grant

READ = ("view_personnote", "view_personflag")
KEEP = (*READ, "write_personnote", "set_personflag", "open_person_freely")
RIGHTS = {
    "agent": KEEP,
    "caseworker": KEEP,
    "approver": (*READ, "open_person_freely"),
    "supervisor": (*KEEP, "view_personview"),
    # Neither has cases: each of their looks into a file has a reason of its own.
    "auditor": (*READ, "view_personview"),
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0033_person_notes")]

    operations = [grant("portal", RIGHTS)]
