"""The outbox: one row a message, one row an attempt to send it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.models.campaigns import Campaign
from notifications.statuses import WAITING, Lane, MessageStatus


class Message(models.Model):
    """An SMS that is owed to somebody: the queue of record.

    Unique by event and recipient, so that nothing is told twice. `recipient` is empty where
    there is nobody to send to: the row is written all the same, so that asking a code for an
    unknown person costs what it costs for a known one (DOMAIN 17).
    """

    event = models.CharField(_("event"), max_length=80)
    recipient = models.CharField(_("recipient"), max_length=16, blank=True)
    template = models.CharField(_("template"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    body = models.TextField(_("text"))
    lane = models.CharField(_("lane"), max_length=14, choices=Lane.choices)
    status = models.CharField(
        _("status"), max_length=12, choices=MessageStatus.choices, default=MessageStatus.QUEUED
    )
    campaign = models.ForeignKey(
        Campaign,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,  # message_campaign_status begins with it
    )
    person_id = models.BigIntegerField(null=True, blank=True)
    """Whose message it is, whatever number it goes to: the key of a person in the register, which
    this app does not know. Empty for codes, for campaigns, and where nobody is proved."""
    queued_at = models.DateTimeField(_("queued"))
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("worthless after"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(
        pgettext_lazy("message", "delivered"), null=True, blank=True
    )
    gateway = models.CharField(_("gateway"), max_length=12, blank=True)
    gateway_id = models.CharField(_("gateway's id"), max_length=64, blank=True)
    error = models.CharField(_("error"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("retry_message", "Can send failed messages again")]
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="message_told_once"),
            models.CheckConstraint(
                condition=Q(recipient__regex=r"^\+9665[0-9]{8}$")
                | Q(recipient="", status="suppressed"),
                name="message_recipient_is_a_saudi_mobile",
            ),
        ]
        indexes = [
            # The workers' claim: what is due in a lane, oldest first; a campaign's are not in it.
            models.Index(
                fields=["lane", "not_before", "id"],
                name="message_due",
                condition=Q(status="queued", campaign__isnull=True),
            ),
            # The same within a campaign, so that a paused one costs the others nothing.
            models.Index(
                fields=["campaign", "not_before", "id"],
                name="message_due_of_campaign",
                condition=Q(status__in=WAITING, campaign__isnull=False),
            ),
            # Counting how far a campaign is.
            models.Index(
                fields=["campaign", "status"],
                name="message_campaign_status",
                condition=Q(campaign__isnull=False),
            ),
            models.Index(
                fields=["claimed_at"], name="message_in_flight", condition=Q(status="sending")
            ),
            # The staff list by status, each of which it offers.
            models.Index(fields=["status", "id"], name="message_status"),
            # What was accepted and waits for its receipt, oldest first.
            models.Index(fields=["sent_at"], name="message_no_receipt", condition=Q(status="sent")),
            models.Index(fields=["recipient", "-id"], name="message_recipient"),
            models.Index(fields=["gateway_id"], name="message_gateway_id"),
            models.Index(fields=["lane", "id"], name="message_lane"),
            # Written in the order of time, so that a day lies in a few neighbouring pages.
            BrinIndex(fields=["queued_at"], name="message_day", autosummarize=True),
            # What a person reads in the portal, newest first.
            models.Index(
                fields=["person_id", "-queued_at", "-id"],
                name="message_inbox",
                condition=Q(person_id__isnull=False),
            ),
            # What nobody is known to have read: the sweep that asks for a call.
            models.Index(
                fields=["queued_at"],
                name="message_not_told",
                condition=Q(lane="cases", status__in=["failed", "unconfirmed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.status})"


class Attempt(models.Model):
    """One try to send a message, recorded before the gateway is called."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    gateway = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=MessageStatus.choices, blank=True)
    gateway_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            # A report of a try that another one followed: the message has the newest id only.
            models.Index(
                fields=["gateway_id"], name="attempt_gateway_id", condition=~Q(gateway_id="")
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk} of message {self.message_id}"


class Retry(models.Model):
    """A message that had failed for good and was queued again by a person. Only ever added to."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="retries")
    error = models.CharField(max_length=80)
    """Why it had failed."""
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("message sent again")
        verbose_name_plural = _("messages sent again")

    def __str__(self) -> str:
        return f"retry {self.pk} of message {self.message_id}"
