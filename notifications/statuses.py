"""Lanes and statuses of messages and campaigns."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Lane(models.TextChoices):
    """Who waits for whom: a code never waits behind bulk. Each lane has its Celery queue."""

    CODES = "codes", _("codes")
    CASES = "cases", _("case updates")
    REMINDERS = "reminders", _("reminders")
    ANNOUNCEMENTS = "announcements", _("announcements")


class MessageStatus(models.TextChoices):
    """What is known of a message."""

    HELD = "held", _("held until its campaign is started")
    QUEUED = "queued", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("accepted by the gateway")
    DELIVERED = "delivered", _("delivered")
    UNCONFIRMED = "unconfirmed", _("sent, never confirmed")
    FAILED = "failed", _("failed for good")
    UNKNOWN = "unknown", _("outcome unknown")
    EXPIRED = "expired", _("not sent in time")
    CANCELLED = "cancelled", _("no longer needed")
    SUPPRESSED = "suppressed", _("nobody to send it to")


class GatewayState(models.TextChoices):
    """Whether messages go by a gateway now."""

    IN_USE = "in use", _("messages go by it")
    FAILING = "failing", _("fails and is left alone")
    PROBED = "probed", _("fails; one message probes it")
    RESTING = "resting", _("rests by its own word")


class CampaignStatus(models.TextChoices):
    """The life of a campaign."""

    PREPARED = "prepared", _("waiting for a second person")
    STARTED = "started", pgettext_lazy("campaign", "started")
