"""What earlier campaigns say and who did what with them, and the right to pause and stop."""

from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.models import F
from django.utils import timezone

LANGUAGES = ("ar", "en")
GROUPS = ("approver", "supervisor", "administrator")


def write_history(apps, schema_editor):
    """Earlier campaigns were all announcements, prepared and perhaps started."""
    Campaign = apps.get_model("notifications", "Campaign")
    Event = apps.get_model("notifications", "CampaignEvent")
    for campaign in Campaign.objects.order_by("id"):
        for language in LANGUAGES:
            messages = campaign.messages.filter(language=language)
            first = messages.order_by().first()
            if first is not None:
                campaign.texts.create(
                    language=language, body=first.body, recipients=messages.count()
                )
        Event.objects.create(
            campaign=campaign, act="prepared", at=campaign.prepared_at, by=campaign.prepared_by
        )
        if campaign.started_at is not None:
            Event.objects.create(
                campaign=campaign, act="started", at=campaign.started_at, by=campaign.started_by
            )
    Campaign.objects.filter(started_at__isnull=False).update(count_due_at=timezone.now())
    for campaign in Campaign.objects.filter(started_at__isnull=True):
        campaign.counts, campaign.counted_at = {"held": campaign.recipients}, F("prepared_at")
        campaign.save(update_fields=["counts", "counted_at"])


def give_rights(apps, schema_editor):
    """Permissions are otherwise made after the last migration, so they are made here first."""
    config = apps.get_app_config("notifications")
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    right = Permission.objects.get(
        content_type__app_label="notifications", codename="stop_campaign"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0010_campaigns"), ("portal", "0002_groups")]

    operations = [
        migrations.RunPython(write_history, migrations.RunPython.noop),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
