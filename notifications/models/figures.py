"""How many messages a day had, as last counted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.statuses import Lane, MessageStatus


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
