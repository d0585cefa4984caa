"""The staff's roles as groups: what each may see and do.

A user may be in several. Nobody gets a right by being staff: a member of staff in no group sees
nothing. Permissions are otherwise made after the last migration, so they are made here first.
"""

from django.db import migrations

from portal.rights import make_permissions

PEOPLE = (
    "beneficiaries.view_person",
    "beneficiaries.view_household",
    "beneficiaries.view_cycle",
    "beneficiaries.view_eligibilityresult",
    "beneficiaries.view_personchange",
)
TICKETS_READ = (
    "sawtak.view_ticket",
    "sawtak.view_ticketmessage",
    "sawtak.view_ticketattachment",
    "sawtak.view_ticketevent",
)
TICKETS_WORK = ("sawtak.take_ticket", "sawtak.answer_ticket", "sawtak.close_ticket")
OBJECTIONS_READ = (
    "objections.view_objection",
    "objections.view_objectiondocument",
    "objections.view_objectionevent",
)
OBJECTIONS_WORK = (
    "objections.take_objection",
    "objections.request_documents",
    "objections.decide_objection",
)
DOCUMENTS = ("documents.view_document", "documents.open_document")
SENSITIVE = ("beneficiaries.view_sensitive_reason",)
CAMPAIGNS = ("notifications.view_campaign", "notifications.start_campaign")
CYCLES = (
    "beneficiaries.view_importrun",
    "beneficiaries.import_register",
    "beneficiaries.announce_cycle",
)
MESSAGES = ("notifications.view_message", "notifications.view_attempt")
OPENINGS = ("documents.view_documentopening",)
STAFF = (
    "beneficiaries.view_user",
    "beneficiaries.add_user",
    "beneficiaries.change_user",
    "auth.view_group",
)

GROUPS = {
    "agent": PEOPLE + TICKETS_READ + TICKETS_WORK + OBJECTIONS_READ[:1] + DOCUMENTS,
    "caseworker": (
        PEOPLE + OBJECTIONS_READ + OBJECTIONS_WORK + TICKETS_READ[:1] + DOCUMENTS + SENSITIVE
    ),
    "approver": PEOPLE + OBJECTIONS_READ + DOCUMENTS + SENSITIVE + CAMPAIGNS,
    "supervisor": (
        PEOPLE
        + TICKETS_READ
        + TICKETS_WORK
        + OBJECTIONS_READ
        + OBJECTIONS_WORK
        + DOCUMENTS
        + SENSITIVE
        + CAMPAIGNS
        + CYCLES
        + MESSAGES
    ),
    # Reads what was done by whom; opens no document and sees no sensitive reason.
    "auditor": (
        PEOPLE
        + TICKETS_READ
        + OBJECTIONS_READ
        + DOCUMENTS[:1]
        + OPENINGS
        + MESSAGES
        + CAMPAIGNS[:1]
        + CYCLES[:1]
        + STAFF[:1]
        + STAFF[3:]
    ),
    "administrator": PEOPLE + CAMPAIGNS + CYCLES + MESSAGES + STAFF,
}


def make_groups(apps, schema_editor):
    for config in apps.get_app_configs():
        make_permissions(apps, config.label)
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, permissions in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[permission] for permission in permissions])


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("beneficiaries", "0001_initial"),
        ("objections", "0001_initial"),
        ("sawtak", "0001_initial"),
        ("documents", "0001_initial"),
        ("notifications", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
