"""Who keeps the types of request: supervisors and administrators; whoever sees tickets reads them."""

from django.db import migrations

from portal.rights import grant

READ = ("view_tickettype",)
KEEP = ("view_tickettype", "add_tickettype", "change_tickettype")
RIGHTS = {
    "agent": READ,
    "caseworker": READ,
    "approver": READ,
    "supervisor": KEEP,
    "auditor": READ,
    "administrator": KEEP,
}


class Migration(migrations.Migration):
    dependencies = [("portal", "0026_help_rights"), ("sawtak", "0010_ticket_types")]

    operations = [grant("sawtak", RIGHTS)]
