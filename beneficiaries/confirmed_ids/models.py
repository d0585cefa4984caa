"""National IDs that are in force although their check digit is wrong: the record of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ConfirmedNationalId(models.Model):
    """One confirmation of an ID that fails the check, by the register's proof (docs/adr/0012).

    Only ever added to. A confirmation that was a mistake is withdrawn, once, under a name and with
    a reason; the ID may then be confirmed anew, in a row of its own.
    """

    national_id = models.CharField(_("national ID"), max_length=10)
    proof = models.CharField(_("proof of the register"), max_length=300)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("confirmed ID")
        verbose_name_plural = _("confirmed IDs")
        default_permissions = ("view",)
        permissions = [("confirm_national_id", "Can confirm a national ID that fails the check")]
        constraints = [
            models.CheckConstraint(
                condition=Q(national_id__regex=r"^[12][0-9]{9}$"), name="confirmed_id_form"
            ),
            models.CheckConstraint(condition=~Q(proof=""), name="confirmed_id_has_proof"),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawal_reason=""
                )
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawal_reason=""),
                name="confirmed_id_withdrawn_whole",
            ),
            # What every refused ID is looked up in, too.
            models.UniqueConstraint(
                fields=["national_id"],
                condition=Q(withdrawn_at__isnull=True),
                name="confirmed_id_in_force_once",
            ),
        ]

    def __str__(self) -> str:
        return f"confirmed ID {self.pk}"

    @property
    def is_in_force(self) -> bool:
        return self.withdrawn_at is None
