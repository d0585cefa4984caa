"""What all workers agree on about a gateway: its rests, its pace, its health, its day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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
