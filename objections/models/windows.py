"""What moves a last filing day, for a whole cycle or one person, and who came too late."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Cycle, EligibilityResult, PaymentLine, Person
from objections.models.times import RiyadhDay
from objections.statuses import FilingChannel

_ONE_TRACK = Q(result__isnull=False, payment__isnull=True) | Q(
    result__isnull=True, payment__isnull=False
)


class WindowExtension(models.Model):
    """More time for everybody on one track of a cycle (docs/adr/0022). Never taken back.

    The cycle keeps the day, so that one act moves every window. `reached` is the id of the last
    draft that followed; it moves in the transaction that revives drafts and queues their SMS, so
    that what was broken off goes on where it was.
    """

    TRACKS = [("result", _("results")), ("payment", _("payments"))]

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="extensions")
    track = models.CharField(_("extended"), max_length=7, choices=TRACKS)
    previous_last_day = models.DateField(_("last day until then"))
    last_day = models.DateField(_("new last day"))
    reason = models.TextField(_("reason"))
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("extended by"),
    )
    extended_at = models.DateTimeField(_("extended"))
    submission = models.UUIDField(unique=True)
    reached = models.BigIntegerField(default=0)
    revived = models.PositiveIntegerField(_("drafts opened again"), default=0)
    told = models.PositiveIntegerField(_("writers told"), default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        permissions = [("extend_window", "Can extend the time to object of a whole cycle")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gt=F("previous_last_day")), name="extension_gives_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
            models.UniqueConstraint(
                fields=["cycle", "track", "last_day"], name="extension_of_a_day_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="extension_unfinished", condition=Q(finished_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"extension {self.pk}"


def _row_of(attempt: FilingExemption | LateAttempt) -> EligibilityResult | PaymentLine:
    """Give the result or the payment line that something is about."""
    contested = attempt.result or attempt.payment
    assert contested is not None  # noqa: S101  # a constraint of both
    return contested


class FilingExemption(models.Model):
    """More time for one person on one row, with its reason (docs/adr/0022). Never taken back.

    The row keeps the day (`exempted_until`); an objection filed thanks to it names it.
    """

    result = models.ForeignKey(
        EligibilityResult,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exemptions",
    )
    payment = models.ForeignKey(
        PaymentLine, null=True, blank=True, on_delete=models.PROTECT, related_name="exemptions"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exemptions")
    last_day = models.DateField(_("may object until"))
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("granted by"),
    )
    granted_at = models.DateTimeField(_("granted"))
    submission = models.UUIDField(unique=True)

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        permissions = [("exempt_from_window", "Can let one person object after the last day")]
        constraints = [
            models.CheckConstraint(condition=_ONE_TRACK, name="exemption_on_one_track"),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_has_reason"),
            models.CheckConstraint(
                condition=Q(last_day__gte=RiyadhDay("granted_at")), name="exemption_gives_time"
            ),
        ]

    def __str__(self) -> str:
        return f"exemption {self.pk}"

    @property
    def contested(self) -> EligibilityResult | PaymentLine:
        return _row_of(self)


class LateAttempt(models.Model):
    """Somebody tried to object after the last day: one row a person, contested row and day."""

    result = models.ForeignKey(
        EligibilityResult, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payment = models.ForeignKey(
        PaymentLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="late_attempts", verbose_name=_("person")
    )
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("first try of the day"))
    last_day = models.DateField(_("last filing day"))
    channel = models.CharField(_("how it came"), max_length=8, choices=FilingChannel.choices)

    class Meta:
        verbose_name = _("late attempt")
        verbose_name_plural = _("late attempts")
        constraints = [
            models.CheckConstraint(condition=_ONE_TRACK, name="late_attempt_on_one_track"),
            models.CheckConstraint(
                condition=Q(on__gt=F("last_day")), name="late_attempt_after_the_last_day"
            ),
            models.UniqueConstraint(
                fields=["result", "person", "on"],
                condition=Q(result__isnull=False),
                name="late_attempt_once_a_day_result",
            ),
            models.UniqueConstraint(
                fields=["payment", "person", "on"],
                condition=Q(payment__isnull=False),
                name="late_attempt_once_a_day_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"late attempt {self.pk}"

    @property
    def contested(self) -> EligibilityResult | PaymentLine:
        return _row_of(self)
