"""Who sends failed SMS again: supervisors and administrators."""

from django.db import migrations

from portal.rights import grant

RIGHTS = {"supervisor": ("retry_message",), "administrator": ("retry_message",)}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_scheduler_turn"),
        ("notifications", "0009_message_desk"),
    ]

    operations = [grant("notifications", RIGHTS)]
