"""Corrections of many results or payments, whose set is fixed before a second person approves."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Cycle, EligibilityResult, PaymentLine
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import PaymentStatus, ResultStatus
from objections.corrections.statuses import (
    AmountRule,
    CorrectionAct,
    CorrectionState,
    RowState,
)
from objections.models.objection import Objection

SETTLED = [(status.value, status.label) for status in (PaymentStatus.NONE, PaymentStatus.PAID)]

_WORKED_ON = Q(approved_by__isnull=False, approved_at__isnull=False, proposed_at__isnull=False)
_OF_RESULTS = ~Q(reason_code="") & Q(
    track="result",
    rule="",
    addition_sar__isnull=True,
    paid_from__isnull=True,
    paid_until__isnull=True,
)
_OF_PAYMENTS = (
    Q(rule="due", addition_sar__isnull=True) & ~Q(reason_code="")
    | Q(rule="addition", addition_sar__isnull=False, addition_sar__gt=0)
    | Q(rule="listed", addition_sar__isnull=True)
) & Q(track="payment", result_status="")
_NOT_APPROVED = Q(approved_by__isnull=True, approved_at__isnull=True)


class Correction(models.Model):
    """What was wrong in a cycle, and the results or payments that are put right (ADR 0027).

    `track` says which. A reason is taken from results; of payments the amount is put right by
    `rule`, and `reason_code` names what was deducted, empty for whatever. `city`, `result_status`,
    the days and what was paid, in riyals, narrow the set; empty is all. `said_ar` and `said_en` are
    what each person reads of it. `reached` is how far the walk is that writes or applies the set:
    it moves in the transaction of each batch. What was asked for and the rows never change: a
    trigger holds both, and from the approval on the words too.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="corrections")
    track = models.CharField(
        max_length=8, choices=[("result", "result"), ("payment", "payment")], default="result"
    )
    reason_code = models.CharField(_("wrong reason"), max_length=30, blank=True)
    rule = models.CharField(_("right amount"), max_length=8, choices=AmountRule.choices, blank=True)
    addition_sar = models.DecimalField(
        _("addition in riyals"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    paid_from = models.DecimalField(
        _("paid from, in riyals"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    paid_until = models.DecimalField(
        _("paid until, in riyals"), max_digits=10, decimal_places=2, null=True, blank=True
    )
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
    corrected_sar = models.DecimalField(
        _("added so far, in riyals"), max_digits=14, decimal_places=2, default=Decimal(0)
    )

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
                condition=_OF_RESULTS | _OF_PAYMENTS, name="correction_of_one_track"
            ),
            models.CheckConstraint(
                condition=Q(paid_from__isnull=True)
                | Q(paid_until__isnull=True)
                | Q(paid_until__gte=F("paid_from")),
                name="correction_amounts_in_order",
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
        return bool(self.reason_code) and REASONS[self.reason_code].is_sensitive

    @property
    def is_of_payments(self) -> bool:
        return self.track == "payment"

    @property
    def rows_to_correct(self) -> int:
        """What of the set is still to be corrected."""
        return self.rows_fixed - self.rows_removed - self.rows_corrected - self.rows_left

    def said(self, language: str) -> str:
        """Give what people read, in Arabic unless English is asked for."""
        return self.said_en if language == "en" else self.said_ar


class CorrectionRow(models.Model):
    """One result or payment of the set, and what it becomes.

    `status`, `reason_codes` and `entitlement_sar`, what is due, are those of the corrected one;
    `amount_cycle` is the cycle whose amount a result has, empty where nothing tells one.
    `added_sar` is what a payment is raised by, in riyals: where the row closed an objection its
    decision pays it, else the correction does (docs/adr/0027). `follows` is the row of the
    main beneficiary because of whom this one is in the set.
    """

    correction = models.ForeignKey(
        Correction,
        on_delete=models.PROTECT,
        related_name="rows",
        db_index=False,  # correction_row_once begins with it
    )
    result = models.ForeignKey(
        EligibilityResult,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="correction_rows",
    )
    payment = models.ForeignKey(
        PaymentLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="correction_rows",
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"
    )
    status = models.CharField(
        _("becomes"),
        max_length=10,
        choices=[*ResultStatus.choices, *SETTLED],
    )
    reason_codes = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    entitlement_sar = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))
    amount_cycle = models.CharField(max_length=7, blank=True)
    added_sar = models.DecimalField(
        _("added, in riyals"), max_digits=10, decimal_places=2, default=Decimal(0), db_default=0
    )
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
    new_payment = models.OneToOneField(
        PaymentLine,
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
            models.UniqueConstraint(
                fields=["correction", "payment"], name="correction_payment_once"
            ),
            models.CheckConstraint(
                condition=Q(result__isnull=False, payment__isnull=True, added_sar=0)
                | Q(result__isnull=True, payment__isnull=False, added_sar__gt=0),
                name="correction_row_on_one_track",
            ),
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
                condition=Q(state="corrected", result__isnull=False, new_result__isnull=False)
                & Q(new_payment__isnull=True)
                | Q(state="corrected", payment__isnull=False, new_payment__isnull=False)
                & Q(new_result__isnull=True)
                | ~Q(state="corrected")
                & Q(new_result__isnull=True, new_payment__isnull=True, objection__isnull=True),
                name="correction_row_has_new_result",
            ),
            models.CheckConstraint(
                condition=Q(status="eligible")
                | Q(status="ineligible", reason_codes__len__gte=1)
                | Q(status__in=["paid", "none"], payment__isnull=False),
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

    @property
    def contested(self) -> EligibilityResult | PaymentLine:
        """The result or the payment that is corrected."""
        row = self.payment if self.payment_id is not None else self.result
        assert row is not None  # noqa: S101  # correction_row_on_one_track
        return row

    @property
    def contested_id(self) -> int:
        """The key of what is corrected, among those of its track."""
        pk = self.payment_id if self.payment_id is not None else self.result_id
        assert pk is not None  # noqa: S101  # correction_row_on_one_track
        return pk

    @property
    def pays_sar(self) -> Decimal:
        """What the correction itself pays, in riyals: an objection's decision pays its own."""
        is_own = self.state == RowState.CORRECTED and self.objection_id is None
        return self.added_sar if is_own else Decimal(0)


class CorrectionAmount(models.Model):
    """What a file says that somebody's payment should have been; kept as it came."""

    correction = models.ForeignKey(
        Correction,
        on_delete=models.PROTECT,
        related_name="amounts",
        db_index=False,  # correction_amount_once begins with it
    )
    national_id = models.CharField(max_length=10)
    right_sar = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("amount of a correction")
        verbose_name_plural = _("amounts of a correction")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["correction", "national_id"], name="correction_amount_once"
            ),
            models.CheckConstraint(condition=Q(right_sar__gt=0), name="correction_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"amount {self.pk} of correction {self.correction_id}"


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
