"""Who keeps the help articles: supervisors and administrators; everybody of the staff reads them."""

from django.db import migrations

from portal.rights import grant

READ = ("view_helparticle",)
KEEP = ("view_helparticle", "add_helparticle", "change_helparticle")
RIGHTS = {
    "agent": READ,
    "caseworker": READ,
    "approver": READ,
    "supervisor": KEEP,
    "auditor": READ,
    "administrator": KEEP,
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0025_looks"), ("sawtak", "0009_stock_help")]

    operations = [grant("sawtak", RIGHTS)]
