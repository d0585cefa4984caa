"""Who notes, hands over, joins, and answers many tickets; who keeps the templates of replies."""

from django.db import migrations

from portal.rights import grant

READ = ("view_replytemplate", "view_ticketnote")
WORK = (*READ, "add_ticketnote", "join_ticket")
RIGHTS = {
    "agent": WORK,
    "supervisor": (
        *WORK,
        "assign_ticket",
        "answer_many_tickets",
        "add_replytemplate",
        "change_replytemplate",
    ),
    "auditor": READ,
    "administrator": ("view_replytemplate", "add_replytemplate", "change_replytemplate"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0029_contact_rights"),
        ("sawtak", "0013_stock_replies"),
    ]

    operations = [grant("sawtak", RIGHTS)]
