"""Lanes and statuses of messages and campaigns."""

from typing import Final

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

    HELD = "held", _("waits in its campaign")
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
    STOPPED = "stopped", pgettext_lazy("message", "stopped with its campaign")


WAITING: Final = (MessageStatus.HELD, MessageStatus.QUEUED)
"""What a campaign still has to send: not tried yet, or to be tried again."""


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
    PAUSED = "paused", pgettext_lazy("campaign", "paused")
    STOPPED = "stopped", pgettext_lazy("campaign", "stopped")


class CampaignAct(models.TextChoices):
    """What somebody did with a campaign."""

    PREPARED = "prepared", pgettext_lazy("what somebody did", "prepared")
    FILLED = "filled", pgettext_lazy("what somebody did", "prepared again, with more recipients")
    STARTED = "started", pgettext_lazy("what somebody did", "started")
    PAUSED = "paused", pgettext_lazy("what somebody did", "paused")
    RESUMED = "resumed", pgettext_lazy("what somebody did", "resumed")
    STOPPED = "stopped", pgettext_lazy("what somebody did", "stopped")


CAMPAIGN_STEPS: Final[dict[CampaignAct, tuple[frozenset[CampaignStatus], CampaignStatus]]] = {
    CampaignAct.STARTED: (frozenset({CampaignStatus.PREPARED}), CampaignStatus.STARTED),
    CampaignAct.PAUSED: (frozenset({CampaignStatus.STARTED}), CampaignStatus.PAUSED),
    CampaignAct.RESUMED: (frozenset({CampaignStatus.PAUSED}), CampaignStatus.STARTED),
    CampaignAct.STOPPED: (
        frozenset({CampaignStatus.PREPARED, CampaignStatus.STARTED, CampaignStatus.PAUSED}),
        CampaignStatus.STOPPED,
    ),
}
"""From which statuses an act leads, and to which."""
