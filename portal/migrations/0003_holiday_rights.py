"""Who keeps the days off: supervisors and administrators; auditors read them."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "supervisor": ("view_holiday", "add_holiday", "change_holiday"),
    "administrator": ("view_holiday", "add_holiday", "change_holiday"),
    "auditor": ("view_holiday",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_groups"),
        ("saudi", "0002_days_off_and_equal_folding"),
    ]

    operations = [grant("saudi", RIGHTS)]
