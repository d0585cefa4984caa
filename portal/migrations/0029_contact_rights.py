"""Who takes calls, posts and letters, and who reads what was taken (docs/adr/0033)."""

from django.db import migrations

from portal.rights import grant

READ = ("view_contact", "view_contactevent", "view_knownproblem")
TAKE = (*READ, "take_contact")
RIGHTS = {
    "agent": TAKE,
    "caseworker": TAKE,
    "supervisor": TAKE,
    "auditor": READ,
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0028_contacts")]

    operations = [grant("portal", RIGHTS)]
