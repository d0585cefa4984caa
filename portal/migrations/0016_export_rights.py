"""Who sees the files of decisions that went to the programme: supervisors and auditors."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {"supervisor": ("view_decisionexport",), "auditor": ("view_decisionexport",)}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0015_exemption_rights"),
        ("objections", "0015_decision_exports"),
    ]

    operations = [grant("objections", RIGHTS)]
