"""What a person ended before its time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
