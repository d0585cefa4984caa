"""Files of decisions that went to the programme."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DecisionExport(models.Model):
    """One file of decisions for the programme: who made it, when, what is in it (docs/adr/0023).

    The row, the decisions' link to it and the finished file belong together. One that repeats an
    earlier file names it in `repeats` and has no decisions of its own.
    """

    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    account = models.CharField(_("account of the server"), max_length=64)
    repeats = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repeated",
        verbose_name=_("repeats"),
    )
    file_name = models.CharField(_("file"), max_length=80)
    sha256 = models.CharField(max_length=64)
    accepted = models.PositiveIntegerField(_("accepted"))
    partly_accepted = models.PositiveIntegerField(_("partly accepted"))
    rejected = models.PositiveIntegerField(_("rejected"))
    back_pay_sar = models.DecimalField(
        _("back pay in riyals"), max_digits=14, decimal_places=2, default=Decimal(0)
    )

    class Meta:
        verbose_name = _("export of decisions")
        verbose_name_plural = _("exports of decisions")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$") & ~Q(file_name="") & ~Q(account=""),
                name="decision_export_whole",
            ),
            models.CheckConstraint(
                condition=Q(repeats__isnull=True) | ~Q(repeats=F("id")),
                name="decision_export_repeats_another",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def rows(self) -> int:
        """How many decisions are in it."""
        return self.accepted + self.partly_accepted + self.rejected
