"""Who lets one person object later: supervisors; those who work on cases and auditors read."""

from django.db import migrations

from portal.rights import grant

READ = ("view_filingexemption", "view_lateattempt")
RIGHTS = {
    "supervisor": (*READ, "exempt_from_window"),
    "agent": READ,
    "caseworker": READ,
    "approver": READ,
    "auditor": READ,
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0014_decision_rights"),
        ("objections", "0014_exemptions"),
    ]

    operations = [grant("objections", RIGHTS)]
