"""Who confirms an ID that fails the check: supervisors and administrators; auditors read."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "supervisor": ("view_confirmednationalid", "confirm_national_id"),
    "administrator": ("view_confirmednationalid", "confirm_national_id"),
    "auditor": ("view_confirmednationalid",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_holiday_rights"),
        ("beneficiaries", "0007_confirmed_ids"),
    ]

    operations = [grant("beneficiaries", RIGHTS)]
