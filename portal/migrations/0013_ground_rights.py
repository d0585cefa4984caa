"""Who keeps the catalogue of grounds: supervisors and administrators; auditors read it."""

from django.db import migrations

from portal.rights import grant

KEEP = (
    *("view_ground", "add_ground", "change_ground"),
    *("view_neededdocument", "add_neededdocument", "change_neededdocument"),
)
RIGHTS = {
    "supervisor": KEEP,
    "administrator": KEEP,
    "auditor": ("view_ground", "view_neededdocument"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0012_window_rights"),
        ("objections", "0008_grounds"),
    ]

    operations = [grant("objections", RIGHTS)]
