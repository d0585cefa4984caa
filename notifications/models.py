"""The outbox: one row a message, one row an attempt to send it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.mail.models import Mail, MailAddress, MailboxMail, MailServerRest
from notifications.statuses import WAITING, CampaignAct, CampaignStatus, Lane, MessageStatus
from notifications.texts.models import SmsText

__all__ = [
    "Attempt",
    "Campaign",
    "CampaignEvent",
    "CampaignStatus",
    "CampaignText",
    "DayFigure",
    "DoubtfulNumber",
    "EarlyEnd",
    "GatewayCircuit",
    "GatewayDay",
    "GatewayOutage",
    "GatewayPace",
    "GatewayPause",
    "Lane",
    "Mail",
    "MailAddress",
    "MailServerRest",
    "MailboxMail",
    "Message",
    "MessageStatus",
    "PhoneMessage",
    "Retry",
    "SmsText",
    "StatusReport",
    "StopWord",
    "StoppedNumber",
]


class Campaign(models.Model):
    """An announcement to many people, prepared by one person and started by another.

    Its status alone says whether its messages may leave: they wait in its own queue, and no row
    of theirs is written when it is started or paused (docs/adr/0018).
    """

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    lane = models.CharField(
        _("lane"), max_length=14, choices=Lane.choices, default=Lane.ANNOUNCEMENTS
    )
    status = models.CharField(
        _("status"), max_length=12, choices=CampaignStatus.choices, default=CampaignStatus.PREPARED
    )
    prepared_at = models.DateTimeField(_("prepared"))
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(pgettext_lazy("campaign", "started"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recipients = models.PositiveIntegerField(_("recipients"), default=0)
    parts = models.PositiveIntegerField(_("SMS parts in all"), default=0)
    counts = models.JSONField(default=dict)
    """How many messages stand in each status, as a worker counted them at `counted_at`."""
    counted_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    """When a count last gave something new."""
    count_due_at = models.DateTimeField(null=True, blank=True)
    """Counted next; empty before the start and where nothing more is expected of it."""

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        permissions = [
            ("start_campaign", "Can start a campaign"),
            ("stop_campaign", "Can pause and stop a campaign"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="prepared", started_at__isnull=True)
                | Q(status__in=["started", "paused"], started_at__isnull=False)
                | Q(status="stopped"),
                name="campaign_started_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(started_by__isnull=True)
                | Q(prepared_by__isnull=True)
                | ~Q(started_by=models.F("prepared_by")),
                name="campaign_started_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignText(models.Model):
    """What a campaign says in one language, and to how many."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    body = models.TextField()
    recipients = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("text of a campaign")
        verbose_name_plural = _("texts of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "language"], name="campaign_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.language} text of campaign {self.campaign_id}"


class CampaignEvent(models.Model):
    """What somebody did with a campaign. Only ever added to; nobody is the command line."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=10, choices=CampaignAct.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("event of a campaign")
        verbose_name_plural = _("events of campaigns")
        constraints = [
            models.CheckConstraint(
                condition=~Q(act="stopped", reason=""), name="campaign_stopped_for_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.act} of campaign {self.campaign_id}"


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


class StatusReport(models.Model):
    """What a gateway reported of a message, once, in its own word and in ours.

    It holds no number and no text. `status` is empty for a word that we do not know.
    """

    gateway = models.CharField(max_length=12)
    gateway_id = models.CharField(max_length=64)
    reported = models.CharField(max_length=20)
    error = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=MessageStatus.choices, blank=True)
    makes_number_doubtful = models.BooleanField(default=False)
    is_worth_a_later_try = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report of a gateway")
        verbose_name_plural = _("reports of gateways")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "gateway_id", "reported", "error"], name="report_kept_once"
            )
        ]
        indexes = [models.Index(fields=["received_at"], name="report_received")]

    def __str__(self) -> str:
        return f"report {self.pk}"


class DoubtfulNumber(models.Model):
    """A number at which, as a gateway said, nobody can be reached. A delivery clears it."""

    mobile = models.CharField(_("mobile"), max_length=16, unique=True)
    since = models.DateTimeField(_("since"))
    reason = models.CharField(_("reason"), max_length=40)

    class Meta:
        verbose_name = _("doubtful number")
        verbose_name_plural = _("doubtful numbers")
        permissions = [("clear_doubtfulnumber", "Can clear a doubtful number")]

    def __str__(self) -> str:
        return f"doubtful number {self.pk}"


class StoppedNumber(models.Model):
    """A number whose owner wants no reminders and announcements, by which word, since when."""

    mobile = models.CharField(_("mobile"), max_length=16, unique=True)
    since = models.DateTimeField(_("since"))
    word = models.CharField(_("word"), max_length=20)

    class Meta:
        verbose_name = _("stopped number")
        verbose_name_plural = _("stopped numbers")

    def __str__(self) -> str:
        return f"stopped number {self.pk}"


class StopWord(models.Model):
    """A word by which a number stopped or started what goes to many. Only ever added to.

    It holds our word and not what was written.
    """

    mobile = models.CharField(max_length=16)
    is_stop = models.BooleanField()
    word = models.CharField(max_length=20)
    at = models.DateTimeField()
    gateway = models.CharField(max_length=12)
    gateway_id = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("word of a stop")
        verbose_name_plural = _("words of stops")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "gateway_id"], name="stop_heeded_once")
        ]
        indexes = [models.Index(fields=["mobile", "-id"], name="stop_word_of")]

    def __str__(self) -> str:
        return f"word {self.pk}"


class GatewayPause(models.Model):
    """A gateway that takes nothing more for a while, as it said itself (O23, the daily cap)."""

    gateway = models.CharField(max_length=12, unique=True)
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=80)

    class Meta:
        verbose_name = _("pause of a gateway")
        verbose_name_plural = _("pauses of gateways")
        permissions = [("end_gatewaypause", "Can end a gateway's pause")]

    def __str__(self) -> str:
        return f"{self.gateway} until {self.until:%Y-%m-%d %H:%M}"


class GatewayPace(models.Model):
    """How many messages were claimed for a gateway in the second that runs, by all workers."""

    gateway = models.CharField(max_length=12, unique=True)
    second = models.BigIntegerField(default=0)
    claimed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("pace of a gateway")
        verbose_name_plural = _("paces of gateways")

    def __str__(self) -> str:
        return f"pace of {self.gateway}"


class GatewayCircuit(models.Model):
    """What all workers know of a gateway's health: its circuit breaker (docs/adr/0014).

    Open from `opened_at` on; after `rest_until` one message at a time probes it, leased until
    `probe_until`. Written by notifications/circuits.py only.
    """

    gateway = models.CharField(max_length=12, unique=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    rests = models.PositiveIntegerField(default=0)
    rest_until = models.DateTimeField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("health of a gateway")
        verbose_name_plural = _("health of gateways")
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, rest_until__isnull=True)
                | Q(opened_at__isnull=False, rest_until__isnull=False),
                name="circuit_rests_while_open",
            )
        ]

    def __str__(self) -> str:
        return f"health of {self.gateway}"


class GatewayOutage(models.Model):
    """A time in which a gateway failed: from when, after how many failures and for which reason.

    Only ever added to, and closed by the probe that succeeded.
    """

    gateway = models.CharField(max_length=12)
    opened_at = models.DateTimeField()
    reason = models.CharField(max_length=80)
    failures = models.PositiveIntegerField()
    probes = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outage of a gateway")
        verbose_name_plural = _("outages of gateways")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway"], condition=Q(closed_at__isnull=True), name="one_outage_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["gateway", "-id"], name="outage_of")]

    def __str__(self) -> str:
        return f"outage of {self.gateway} {self.pk}"


class GatewayDay(models.Model):
    """How many messages were claimed for a gateway in a day in Riyadh, by all workers.

    `told` is the highest limit of that day of which an alarm told that it was reached.
    """

    gateway = models.CharField(max_length=12)
    day = models.DateField()
    claimed = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a gateway")
        verbose_name_plural = _("days of gateways")
        constraints = [models.UniqueConstraint(fields=["gateway", "day"], name="gateway_day_once")]

    def __str__(self) -> str:
        return f"{self.gateway} on {self.day}"


class EarlyEnd(models.Model):
    """A doubt about a number, or a gateway's pause, that a person ended. Only ever added to."""

    NUMBER = "number"
    PAUSE = "pause"

    kind = models.CharField(
        max_length=6, choices=[(NUMBER, _("doubtful number")), (PAUSE, _("pause of a gateway"))]
    )
    subject = models.CharField(max_length=16)
    """The mobile, or the gateway's name."""
    since = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=80)
    ended_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("early end")
        verbose_name_plural = _("early ends")
        indexes = [models.Index(fields=["kind", "subject", "-id"], name="early_end_of")]

    def __str__(self) -> str:
        return f"early end {self.pk}"


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


class DayFigure(models.Model):
    """How many messages of a Riyadh day, a lane and a gateway are in a status, as last counted."""

    day = models.DateField()
    lane = models.CharField(max_length=14, choices=Lane.choices)
    gateway = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=12, choices=MessageStatus.choices)
    messages = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "lane", "gateway", "status"], name="day_figure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.lane} {self.status}"


class PhoneMessage(models.Model):
    """What the demonstration phone received. Written by the `phone` gateway only."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="on_phone")
    recipient = models.CharField(max_length=16)
    body = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message on the demonstration phone")
        verbose_name_plural = _("messages on the demonstration phone")
        indexes = [models.Index(fields=["recipient", "-id"], name="phone_recipient")]

    def __str__(self) -> str:
        return f"phone message {self.pk}"
