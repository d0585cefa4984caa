"""Campaigns: an announcement to many, what it says, and who did what with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.statuses import CampaignAct, CampaignStatus, Lane


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
