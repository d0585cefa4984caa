"""What gateways reported of messages, each once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.statuses import MessageStatus


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
