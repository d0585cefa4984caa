"""Wordings of the SMS: each that was ever proposed, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LONGEST_TEXT = 500
LONGEST_REASON = 300


class Decision(models.TextChoices):
    """What became of a proposed wording; empty while it waits."""

    APPROVED = "approved", pgettext_lazy("wording", "approved")
    REJECTED = "rejected", pgettext_lazy("wording", "rejected")
    TAKEN_BACK = "taken_back", pgettext_lazy("wording", "taken back")


class SmsText(models.Model):
    """A wording of one SMS in both languages, proposed once and decided once (docs/adr/0020).

    Only ever added to: a trigger lets nothing of a row change but its one decision. The newest
    approved row of a template counts. Of a template one row waits at most, so what is approved
    later was proposed later. `is_default` is a return to the catalogue's own wording, which counts
    as the catalogue has it then; the texts are what it was on that day.
    """

    template = models.CharField(_("template"), max_length=40)
    text_ar = models.CharField(_("Arabic text"), max_length=LONGEST_TEXT)
    text_en = models.CharField(_("English text"), max_length=LONGEST_TEXT)
    is_default = models.BooleanField(default=False)
    why = models.CharField(_("why"), max_length=LONGEST_REASON)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision.choices, blank=True, default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.CharField(
        _("reason of the decision"), max_length=LONGEST_REASON, blank=True
    )

    class Meta:
        verbose_name = _("wording of an SMS")
        verbose_name_plural = _("wordings of the SMS")
        default_permissions = ("view",)
        permissions = [
            ("edit_smstext", "Can propose a wording of an SMS"),
            ("approve_smstext", "Can decide on a wording that somebody else proposed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_ar="") & ~Q(text_en="") & ~Q(why=""), name="sms_text_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(
                    decision="",
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_reason="",
                )
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="sms_text_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(decision_reason=""),
                name="sms_text_rejected_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decision="")
                | Q(decision__in=["approved", "rejected"]) & ~Q(decided_by=F("proposed_by"))
                | Q(decision="taken_back", decided_by=F("proposed_by")),
                name="sms_text_decided_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["template"], condition=Q(decision=""), name="sms_text_waits_once"
            ),
        ]
        indexes = [
            models.Index(fields=["template", "-id"], name="sms_text_of_template"),
            # What counts: the newest approved one of each template, in one pass.
            models.Index(
                fields=["template", "-id"],
                name="sms_text_in_force",
                condition=Q(decision="approved"),
            ),
        ]

    def __str__(self) -> str:
        return f"wording {self.pk} of {self.template}"

    @property
    def waits(self) -> bool:
        return not self.decision

    @property
    def texts(self) -> dict[str, str]:
        return {"ar": self.text_ar, "en": self.text_en}
