"""Who makes a decision: caseworkers and supervisors propose, approvers and supervisors approve.

Nobody approves what they proposed (docs/adr/0023). Supervisors hand over what others have, and
word the reasons and templates; auditors read.
"""

from django.db import migrations

from portal.rights import grant

READ = ("view_decision", "view_backpayline", "view_decisionreason", "view_answertemplate")
WORDS = (
    "add_decisionreason",
    "change_decisionreason",
    "add_answertemplate",
    "change_answertemplate",
)
RIGHTS = {
    "caseworker": READ,
    "approver": (*READ, "approve_decision"),
    "supervisor": (*READ, *WORDS, "approve_decision", "assign_objection"),
    "auditor": READ,
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0013_ground_rights"),
        ("objections", "0013_answer_templates"),
    ]

    operations = [grant("objections", RIGHTS)]
