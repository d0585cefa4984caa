"""What moves a last filing day: extensions of whole cycles."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Cycle


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
