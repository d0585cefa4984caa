"""Who enters objections that came on paper or by phone: agents and supervisors."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {"agent": ("enter_objection",), "supervisor": ("enter_objection",)}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0016_export_rights"),
        ("objections", "0016_entered"),
    ]

    operations = [grant("objections", RIGHTS)]
