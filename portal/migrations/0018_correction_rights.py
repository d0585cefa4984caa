"""Who corrects many results: supervisors propose, approvers and other supervisors approve.

Nobody approves what they prepared (docs/adr/0027). Auditors read.
"""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "approver": ("view_correction", "approve_correction"),
    "supervisor": (
        "view_correction",
        "propose_correction",
        "approve_correction",
        "export_correction",
    ),
    "auditor": ("view_correction",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0017_entry_rights"),
        ("objections", "0019_corrections"),
    ]

    operations = [grant("objections", RIGHTS)]
