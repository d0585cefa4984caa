"""Decisions: what one member of staff proposed and another approved, and the money for the past."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from objections.models.exports import DecisionExport
from objections.models.objection import Objection
from objections.statuses import DECIDED_STATUSES, DecisionState

OUTCOMES: Final = [(status.value, status.label) for status in DECIDED_STATUSES]
LONGEST_NOTE: Final = 1000
_CYCLE_FORM: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
REASON_CODE_FORM: Final = r"^[A-Z][A-Z0-9_]{1,29}$"

_PAIR_OF_PEOPLE: Final = Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(
    closed_by=F("proposed_by")
)


class DecisionReason(models.Model):
    """A reason of a decision, as staff choose it and the programme's systems read it.

    Its code is for good: decisions and the programme's file name it. Its words may change, and
    it may be put out of use.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    outcome = models.CharField(_("decision"), max_length=16, choices=OUTCOMES)
    label_ar = models.CharField(_("Arabic text"), max_length=150)
    label_en = models.CharField(_("English text"), max_length=150)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reason of decisions")
        verbose_name_plural = _("reasons of decisions")
        ordering = ["outcome", "place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=REASON_CODE_FORM), name="decision_reason_code_form"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["accepted", "partly_accepted", "rejected"]),
                name="decision_reason_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(label_ar="") & ~Q(label_en=""), name="decision_reason_in_two_languages"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def label(self, language: str) -> str:
        """Give its words in a language."""
        return self.label_en if language == "en" else self.label_ar


class Decision(models.Model):
    """A decision on an objection: proposed once, closed once by somebody else, never edited.

    `state` tells what became of it (docs/adr/0023). One waits and one is in force at most. A later
    decision `supersedes` the one in force, which stays as it was: with a reason of the staff, or in
    the `second_look` that the citizen asked for. `effective_cycle` is fixed at the
    approval. What was proposed cannot be changed afterwards: a trigger refuses it, as it refuses an
    objection that is decided without a decision in force, and a sum that is not that of its months.
    """

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("decision"), max_length=16, choices=OUTCOMES)
    reason_codes = ArrayField(models.CharField(max_length=30), verbose_name=_("reasons"))
    answer = models.TextField(_("answer to the citizen"))
    state = models.CharField(
        _("state"), max_length=12, choices=DecisionState.choices, default=DecisionState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    return_note = models.TextField(_("why it was returned"), blank=True)
    effective_cycle = models.CharField(_("takes effect in cycle"), max_length=7, blank=True)
    supersedes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followers",
        verbose_name=_("replaces"),
    )
    second_look = models.ForeignKey(
        "objections.SecondLook",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("made in the second look"),
    )
    supersede_reason = models.TextField(_("why the decision is replaced"), blank=True)
    back_pay_sar = models.DecimalField(
        _("back pay in riyals"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
    export = models.ForeignKey(
        DecisionExport,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("export"),
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["objection"], condition=Q(state="proposed"), name="one_proposal_waits"
            ),
            models.UniqueConstraint(
                fields=["objection"], condition=Q(state="approved"), name="one_decision_in_force"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["accepted", "partly_accepted", "rejected"]),
                name="decision_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(answer="") & Q(reason_codes__len__gte=1),
                name="decision_has_answer_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", closed_by__isnull=True, closed_at__isnull=True)
                | Q(state="lapsed", closed_at__isnull=False)
                | Q(state="withdrawn", closed_at__isnull=False, closed_by=F("proposed_by"))
                | Q(state__in=["returned", "approved", "superseded"]) & _PAIR_OF_PEOPLE,
                name="decision_closed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(export__isnull=True) | Q(state__in=["approved", "superseded"]),
                name="decision_exported_when_in_force",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("proposed_at")),
                name="decision_closed_after_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state="returned") & ~Q(return_note="")
                | ~Q(state="returned") & Q(return_note=""),
                name="decision_returned_with_a_note",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True)
                | ~Q(supersede_reason="")
                | Q(second_look__isnull=False),
                name="decision_supersedes_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(back_pay_sar=0)
                | Q(back_pay_sar__gt=0, outcome__in=["accepted", "partly_accepted"]),
                name="decision_back_pay_where_granted",
            ),
            models.CheckConstraint(
                condition=Q(outcome="rejected", effective_cycle="")
                | ~Q(outcome="rejected")
                & (
                    Q(effective_cycle__regex=_CYCLE_FORM)
                    | Q(effective_cycle="") & ~Q(state__in=["approved", "superseded"])
                ),
                name="decision_effect_where_granted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["proposed_at", "id"],
                name="decision_waiting",
                condition=Q(state="proposed"),
            ),
            models.Index(
                fields=["id"],
                name="decision_not_exported",
                condition=Q(state="approved", export__isnull=True),
            ),
            # What the figures of a period and a sample walk through: see docs/adr/0028.
            models.Index(
                fields=["closed_at", "id"],
                name="decision_put_in_force",
                condition=Q(state__in=["approved", "superseded"]),
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk} on objection {self.objection_id}"

    @property
    def waits(self) -> bool:
        return self.state == DecisionState.PROPOSED


class BackPayLine(models.Model):
    """What a decision grants for one paid month; `estimate_sar` is what stood beside the field."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="back_pay")
    cycle = models.CharField(_("cycle"), max_length=7)
    amount_sar = models.DecimalField(_("amount in riyals"), max_digits=10, decimal_places=2)
    estimate_sar = models.DecimalField(
        _("estimate in riyals"), max_digits=10, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("month of back pay")
        verbose_name_plural = _("months of back pay")
        default_permissions = ("view",)
        ordering = ["cycle"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "cycle"], name="back_pay_month_once"),
            models.CheckConstraint(
                condition=Q(cycle__regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"),
                name="back_pay_cycle_form",
            ),
            models.CheckConstraint(
                condition=Q(amount_sar__gte=0)
                & (Q(estimate_sar__isnull=True) | Q(estimate_sar__gte=0)),
                name="back_pay_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} of decision {self.decision_id}"
