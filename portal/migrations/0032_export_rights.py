"""Who exports, and who sees whole numbers (docs/adr/0032).

Supervisors export; auditors see who did. Whoever calls people or works on their case sees the
whole mobile; the account only whoever decides about money that goes there.
"""

from django.db import migrations

from portal.rights import grant

EXPORTS = (
    "export_ticket",
    "export_objection",
    "export_workitem",
    "export_calltask",
    "export_message",
    "view_export",
)
NUMBERS = {
    "agent": ("view_mobile",),
    "caseworker": ("view_mobile", "view_iban"),
    "supervisor": ("view_mobile", "view_iban"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0031_exports"),
        ("beneficiaries", "0013_whole_numbers"),
    ]

    operations = [
        grant("portal", {"supervisor": EXPORTS, "auditor": ("view_export",)}),
        grant("beneficiaries", NUMBERS),
    ]
