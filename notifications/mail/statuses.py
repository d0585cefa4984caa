"""What is known of a mail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class MailStatus(models.TextChoices):
    """From the outbox to the mail server. Whether somebody read it is not asked (no tracking)."""

    QUEUED = "queued", pgettext_lazy("e-mail", "waiting to be sent")
    SENDING = "sending", pgettext_lazy("e-mail", "being sent")
    SENT = "sent", pgettext_lazy("e-mail", "accepted by the mail server")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("e-mail", "sent, not confirmed")
    FAILED = "failed", pgettext_lazy("e-mail", "failed for good")
    EXPIRED = "expired", pgettext_lazy("e-mail", "not sent in time")
    CANCELLED = "cancelled", pgettext_lazy("e-mail", "no longer needed")
