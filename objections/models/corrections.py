"""Corrections of many results at once, whose set is fixed before a second person approves it."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Cycle, EligibilityResult
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import ResultStatus
from objections.correction_statuses import CorrectionAct, CorrectionState, RowState
from objections.models.objection import Objection

_WORKED_ON = Q(approved_by__isnull=False, approved_at__isnull=False, proposed_at__isnull=False)
_NOT_APPROVED = Q(approved_by__isnull=True, approved_at__isnull=True)


class Correction(models.Model):
    """A reason that was wrong in a cycle, and the results from which it is taken (ADR 0027).

    `city`, `result_status` and the days narrow the set; empty is all. `said_ar` and `said_en` are
    what each person reads of it. `reached` is how far the walk is that writes or applies the set:
    it moves in the transaction of each batch. What was asked for and the rows never change: a
    trigger holds both, and from the approval on the words too.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="corrections")
    reason_code = models.CharField(_("wrong reason"), max_length=30)
    city = models.CharField(_("city"), max_length=80, blank=True)
    result_status = models.CharField(
        _("result"), max_length=10, choices=ResultStatus.choices, blank=True
    )
    announced_since = models.DateField(_("announced from"), null=True, blank=True)
    announced_until = models.DateField(_("announced until"), null=True, blank=True)
    said_ar = models.TextField(_("what people read, in Arabic"))
    said_en = models.TextField(_("what people read, in English"))
    why = models.TextField(_("how it is known"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=CorrectionState.choices,
        default=CorrectionState.FIXING,
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("prepared by"),
    )
    prepared_at = models.DateTimeField(_("prepared"))
    fixed_at = models.DateTimeField(_("set fixed"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("approval asked for"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    submission = models.UUIDField(unique=True, editable=False)
    reached = models.BigIntegerField(default=0)
    is_following = models.BooleanField(default=False)
    """The walk is done with what matches, and is at those who follow their main beneficiary."""

    figures = models.JSONField(default=dict, blank=True)
    """What was counted of the set when it was fixed (`objections.corrections.finding.Figures`)."""

    rows_fixed = models.PositiveIntegerField(_("results in the set"), default=0)
    rows_following = models.PositiveIntegerField(_("who follow a main beneficiary"), default=0)
    rows_eligible = models.PositiveIntegerField(_("who become eligible"), default=0)
    rows_removed = models.PositiveIntegerField(_("taken out"), default=0)
    rows_corrected = models.PositiveIntegerField(_("corrected"), default=0)
    rows_left = models.PositiveIntegerField(_("left alone"), default=0)
    objections_closed = models.PositiveIntegerField(_("objections closed"), default=0)
    drafts_stopped = models.PositiveIntegerField(_("drafts stopped"), default=0)
    told = models.PositiveIntegerField(_("SMS queued"), default=0)

    class Meta:
        verbose_name = _("correction of results")
        verbose_name_plural = _("corrections of results")
        default_permissions = ("view",)
        permissions = [
            ("propose_correction", "Can find wrong results and propose their correction"),
            ("approve_correction", "Can approve a correction that somebody else proposed"),
            ("export_correction", "Can download the set of a correction"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="correction_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="fixing", fixed_at__isnull=True, proposed_at__isnull=True)
                & _NOT_APPROVED
                | Q(state="fixed", fixed_at__isnull=False, proposed_at__isnull=True) & _NOT_APPROVED
                | Q(state="proposed", fixed_at__isnull=False, proposed_at__isnull=False)
                & _NOT_APPROVED
                | Q(state="running", fixed_at__isnull=False, finished_at__isnull=True) & _WORKED_ON
                | Q(state="done", fixed_at__isnull=False, finished_at__isnull=False) & _WORKED_ON
                | Q(state="withdrawn") & _NOT_APPROVED,
                name="correction_steps_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(said_ar="") & ~Q(said_en="") & ~Q(why=""),
                name="correction_says_why_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(announced_since__isnull=True)
                | Q(announced_until__isnull=True)
                | Q(announced_until__gte=F("announced_since")),
                name="correction_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_fixed__gte=F("rows_removed") + F("rows_corrected") + F("rows_left")
                ),
                name="correction_counts_each_row_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="correction_to_work_on",
                condition=Q(state__in=["fixing", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"

    @property
    def is_sensitive(self) -> bool:
        """True where to be in the set tells a reason that its owner alone may see (DOMAIN 16)."""
        return REASONS[self.reason_code].is_sensitive

    @property
    def rows_to_correct(self) -> int:
        """What of the set is still to be corrected."""
        return self.rows_fixed - self.rows_removed - self.rows_corrected - self.rows_left

    def said(self, language: str) -> str:
        """Give what people read, in Arabic unless English is asked for."""
        return self.said_en if language == "en" else self.said_ar


class CorrectionRow(models.Model):
    """One result of the set, and what it becomes.

    `status`, `reason_codes` and `entitlement_sar` are those of the corrected result; `amount_cycle`
    is the cycle whose amount it has, empty where nothing tells one. `follows` is the row of the
    main beneficiary because of whom this one is in the set.
    """

    correction = models.ForeignKey(
        Correction,
        on_delete=models.PROTECT,
        related_name="rows",
        db_index=False,  # correction_row_once begins with it
    )
    result = models.ForeignKey(
        EligibilityResult, on_delete=models.PROTECT, related_name="correction_rows"
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"
    )
    status = models.CharField(_("becomes"), max_length=10, choices=ResultStatus.choices)
    reason_codes = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    entitlement_sar = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))
    amount_cycle = models.CharField(max_length=7, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RowState.choices, default=RowState.WAITING
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_why = models.TextField(_("why it was taken out"), blank=True)
    new_result = models.OneToOneField(
        EligibilityResult,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    objection = models.ForeignKey(
        Objection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("objection that it closed"),
    )

    class Meta:
        verbose_name = _("result of a correction")
        verbose_name_plural = _("results of a correction")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["correction", "result"], name="correction_row_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True)
                | ~Q(state="waiting") & Q(settled_at__isnull=False),
                name="correction_row_settled_at",
            ),
            models.CheckConstraint(
                condition=Q(state="removed", removed_by__isnull=False) & ~Q(removed_why="")
                | ~Q(state="removed") & Q(removed_by__isnull=True, removed_why=""),
                name="correction_row_removed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="corrected", new_result__isnull=False)
                | ~Q(state="corrected") & Q(new_result__isnull=True, objection__isnull=True),
                name="correction_row_has_new_result",
            ),
            models.CheckConstraint(
                condition=Q(status="eligible") | Q(status="ineligible", reason_codes__len__gte=1),
                name="correction_row_ineligible_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(entitlement_sar__gte=0), name="correction_row_amount"
            ),
        ]
        indexes = [
            models.Index(
                fields=["correction", "id"],
                name="correction_row_waits",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["correction", "state", "id"], name="correction_row_states"),
        ]

    def __str__(self) -> str:
        return f"row {self.pk} of correction {self.correction_id}"


class CorrectionEvent(models.Model):
    """Who did what with a correction, and when: never changed and never deleted."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=10, choices=CorrectionAct.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("event of a correction")
        verbose_name_plural = _("events of corrections")
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} of correction {self.correction_id}"
