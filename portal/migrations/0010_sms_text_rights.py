"""Who words the SMS: supervisors and administrators propose, approvers and administrators decide.

Nobody decides on their own proposal (docs/adr/0020); auditors read.
"""

from django.db import migrations

from portal.rights import grant

RIGHTS = {
    "supervisor": ("view_smstext", "edit_smstext"),
    "approver": ("view_smstext", "approve_smstext"),
    "administrator": ("view_smstext", "edit_smstext", "approve_smstext"),
    "auditor": ("view_smstext",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0009_inbox"),
        ("notifications", "0012_sms_texts"),
    ]

    operations = [grant("notifications", RIGHTS)]
