"""Who ends what a colleague left open, and takes known problems out of use (docs/adr/0033)."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {"supervisor": ("end_contact", "withdraw_knownproblem")}


class Migration(migrations.Migration):
    dependencies = [("portal", "0036_contact_ends")]

    operations = [grant("portal", RIGHTS)]
