"""Objections and their documents."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import EligibilityResult, PaymentLine, Person, PersonChange
from documents.models import Document
from objections.grounds import CODE_CHARACTERS, LABEL_CHARACTERS, Track
from objections.models.grounds import NeededDocument
from objections.models.times import RiyadhDay
from objections.models.windows import FilingExemption
from objections.querysets import ObjectionQuerySet
from objections.statuses import OPEN_STATUSES, FilingChannel, ObjectionStatus
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Contested = EligibilityResult | PaymentLine
"""What an objection can be against. Both have a person, a cycle and reason codes."""


PROMISED_CHARACTERS: Final = 80


class Objection(models.Model):
    """An objection of a person, or of the head for them, on one of two tracks.

    Against an eligibility result or against a line of a payment: one of both is set (DOMAIN 1). A
    draft has no reference. `deadline` is the last filing day as it was when the draft was opened;
    the submission checks it again under lock. `folded_name` is the person's: a trigger writes it as
    the row comes in and `services.follow_names` keeps it true, so that a search for a name joins no
    register (docs/adr/0011). The same trigger writes `city` and `reason_codes` as they are at the
    filing, for the lists of staff. `ground_ar` and `ground_en` are what the ground said when it was
    chosen, whatever the catalogue says later. `step` is the furthest that a draft came, `left_at`
    where its writer goes on. `written_in` names the page that wrote the statement last, so that
    the text of another one is not lost (docs/adr/0025). `awaited_days` are the working days for
    which the citizen was waited for and which count against nobody; `wanted_on` is where a wait
    that goes on began, and `wait_days` what it comes to when nothing arrives until its last day,
    for lists of what is late. The decision in force is copied here (`answer`, `decided_by` who
    approved it, `decided_at`, `effective_cycle`); `proposed_by` is who proposed one that waits,
    written by a trigger. `second_asked_at` is when a second look was asked for: while it is open,
    the case is open again and the first decision stays in force (docs/adr/0026).
    What came on paper or by phone was entered by staff; `submitted_at` is the
    receipt all the same: of a paper the beginning of its day (docs/adr/0022). `promised_document`
    is the new document that a caller named, where the same was refused before; a trigger refuses a
    submission after a refusal that has neither that nor a new document (docs/adr/0026).
    """

    promised_document = models.CharField(
        max_length=PROMISED_CHARACTERS, blank=True, default="", db_default="", editable=False
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=10, null=True, blank=True, unique=True)
    result = models.ForeignKey(
        EligibilityResult,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="objections",
    )
    payment = models.ForeignKey(
        PaymentLine, null=True, blank=True, on_delete=models.PROTECT, related_name="objections"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="objections")
    folded_name = models.TextField(default="", editable=False)
    city = models.CharField(max_length=80, default="", db_default="", editable=False)
    reason_codes = ArrayField(
        models.CharField(max_length=30), default=list, db_default=[], editable=False
    )
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="filed_objections")
    status = models.CharField(
        _("status"), max_length=16, choices=ObjectionStatus.choices, default=ObjectionStatus.DRAFT
    )
    step = models.PositiveSmallIntegerField(default=1)
    left_at = models.PositiveSmallIntegerField(default=1, db_default=1)
    ground = models.CharField(_("ground"), max_length=CODE_CHARACTERS, blank=True)
    ground_ar = models.CharField(
        max_length=LABEL_CHARACTERS, blank=True, db_default="", editable=False
    )
    ground_en = models.CharField(
        max_length=LABEL_CHARACTERS, blank=True, db_default="", editable=False
    )
    statement = models.TextField(_("statement"), blank=True)
    written_in = models.CharField(max_length=16, blank=True, db_default="", editable=False)
    has_declared = models.BooleanField(_("declared as true"), default=False)
    counted_from = models.DateField(_("counted from"))
    deadline = models.DateField(_("last filing day"))
    opened_at = models.DateTimeField(_("draft opened"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("caseworker"),
        db_index=False,  # objection_mine begins with it
    )
    wanted_on = models.DateField(_("documents asked for on"), null=True, blank=True)
    awaited_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    documents_due_on = models.DateField(_("documents due on"), null=True, blank=True)
    wait_days = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    channel = models.CharField(
        _("how it came"),
        max_length=8,
        choices=FilingChannel.choices,
        default=FilingChannel.ONLINE,
        db_default=FilingChannel.ONLINE.value,
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("entered by"),
        db_index=False,
    )
    entered_at = models.DateTimeField(_("entered"), null=True, blank=True)
    exemption = models.ForeignKey(
        FilingExemption,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="objections",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    answer = models.TextField(_("answer to the citizen"), blank=True)
    effective_cycle = models.CharField(_("takes effect in cycle"), max_length=7, blank=True)
    second_asked_at = models.DateTimeField(_("second look asked for"), null=True, blank=True)
    profile_changes = models.ManyToManyField(PersonChange, blank=True, related_name="objections")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        permissions = [
            ("take_objection", "Can take an objection for review"),
            ("request_documents", "Can ask the citizen for documents"),
            ("enter_objection", "Can enter an objection that came on paper or by phone"),
            ("decide_objection", "Can propose a decision on an objection"),
            ("approve_decision", "Can approve or return a decision that somebody else proposed"),
            ("assign_objection", "Can hand over a case that somebody else has"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["result"],
                condition=Q(status__in=["submitted", "under_review", "documents_wanted"]),
                name="one_open_objection_a_result",
            ),
            models.UniqueConstraint(
                fields=["result", "filed_by"],
                condition=Q(status="draft"),
                name="one_draft_a_result_and_person",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=["submitted", "under_review", "documents_wanted"]),
                name="one_open_objection_a_payment",
            ),
            models.UniqueConstraint(
                fields=["payment", "filed_by"],
                condition=Q(status="draft"),
                name="one_draft_a_payment_and_person",
            ),
            models.CheckConstraint(
                condition=Q(result__isnull=False, payment__isnull=True)
                | Q(result__isnull=True, payment__isnull=False),
                name="objection_on_one_track",
            ),
            models.CheckConstraint(
                condition=Q(reference__isnull=True, submitted_at__isnull=True)
                & Q(status__in=["draft", "stopped"])
                | Q(reference__regex=r"^4[0-9]{9}$", submitted_at__isnull=False)
                & ~Q(status__in=["draft"]),
                name="objection_reference_at_submission",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["accepted", "partly_accepted", "rejected"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(answer="")
                | ~Q(status__in=["accepted", "partly_accepted", "rejected"]),
                name="objection_decision_has_decider_and_answer",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["accepted", "partly_accepted", "rejected"])
                | Q(
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    answer="",
                    effective_cycle="",
                )
                | Q(
                    status__in=["submitted", "under_review", "documents_wanted"],
                    second_asked_at__isnull=False,
                ),
                name="objection_undecided_has_no_decider",
            ),
            models.CheckConstraint(
                condition=Q(deadline__gte=F("counted_from")), name="objection_deadline_after_day_0"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True)
                | Q(deadline__gte=RiyadhDay("submitted_at"))
                | Q(exemption__isnull=False),
                name="objection_in_time_or_exempted",
            ),
            models.CheckConstraint(
                condition=Q(channel="online", entered_by__isnull=True, entered_at__isnull=True)
                | Q(
                    channel__in=["paper", "phone"],
                    entered_by__isnull=False,
                    entered_at__isnull=False,
                    submitted_at__lte=F("entered_at"),
                ),
                name="objection_entered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(second_asked_at__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(answer=""),
                name="objection_second_look_after_decision",
            ),
            models.CheckConstraint(
                condition=Q(ground="", ground_ar="", ground_en="", reference__isnull=True)
                | ~Q(ground="") & ~Q(ground_ar="") & ~Q(ground_en=""),
                name="objection_ground_in_both_languages",
            ),
        ]
        indexes = [
            # The lists of staff, each in its order: see docs/adr/0011.
            models.Index(fields=["status", "submitted_at", "id"], name="objection_queue"),
            models.Index(
                fields=["submitted_at", "id"],
                name="objection_waiting",
                condition=Q(status__in=["submitted", "under_review", "documents_wanted"]),
            ),
            models.Index(
                fields=["submitted_at", "id"],
                name="objection_nobodys",
                condition=Q(
                    assigned_to__isnull=True,
                    status__in=["submitted", "under_review", "documents_wanted"],
                ),
            ),
            models.Index(
                fields=["city", "submitted_at", "id"],
                name="objection_of_city",
                condition=Q(reference__isnull=False),
            ),
            models.Index(
                fields=["submitted_at", "id"],
                name="objection_for_approval",
                condition=Q(proposed_by__isnull=False),
            ),
            models.Index(
                fields=["submitted_at", "id"],
                name="objection_second_looks",
                condition=Q(
                    second_asked_at__isnull=False,
                    status__in=["submitted", "under_review", "documents_wanted"],
                ),
            ),
            models.Index(
                fields=["submitted_at", "id"],
                name="objection_submitted",
                condition=Q(reference__isnull=False),
            ),
            models.Index(
                fields=["assigned_to", "status", "submitted_at", "id"],
                name="objection_mine_by_status",
            ),
            models.Index(fields=["assigned_to", "submitted_at", "id"], name="objection_mine"),
            # The time for the answer: see objections/admin/filters.py.
            models.Index(
                F("awaited_days") + F("wait_days"),
                Coalesce("second_asked_at", "submitted_at"),
                name="objection_clock",
                condition=Q(status__in=["submitted", "under_review", "documents_wanted"]),
            ),
            models.Index(
                fields=["deadline"], name="objection_drafts_due", condition=Q(status="draft")
            ),
            # What an extension walks through: see docs/adr/0022.
            models.Index(
                fields=["id"], name="objection_unsent", condition=Q(reference__isnull=True)
            ),
            GinIndex(
                fields=["folded_name"],
                opclasses=["gin_trgm_ops"],
                name="objection_name_words",
                condition=Q(reference__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"draft {self.pk}"

    @property
    def track(self) -> Track:
        return "result" if self.payment_id is None else "payment"

    @property
    def status_label(self) -> StrOrPromise:
        """The status as citizens read it.

        A draft whose result was replaced before its last day was not stopped by the time.
        """
        if self.status == ObjectionStatus.STOPPED:
            replaced_on = self.contested.superseded_on
            if replaced_on is not None and replaced_on <= self.deadline:
                return _("Stopped: the result was corrected")
        return ObjectionStatus(self.status).label

    @property
    def ground_text(self) -> str:
        """The ground in the words that its writer read, empty while none was chosen."""
        return self.ground_en if page_language() == "en" else self.ground_ar

    @property
    def clock_began_at(self) -> datetime | None:
        """When the time for an answer began: with the receipt, or the wish for a second look."""
        return self.second_asked_at or self.submitted_at

    @property
    def is_looked_at_again(self) -> bool:
        """True while a second look at its decision is open."""
        return self.second_asked_at is not None and self.status in OPEN_STATUSES

    @property
    def last_day(self) -> date:
        """The last day on which a draft may be sent: its row may have got more time since."""
        return max(self.deadline, self.contested.last_filing_day or self.deadline)

    @property
    def is_own(self) -> bool:
        """Whether who filed it is who it is about."""
        return self.filed_by_id == self.person_id

    @property
    def contested(self) -> Contested:
        """The result or the payment line it is against."""
        contested = self.result or self.payment
        assert contested is not None  # noqa: S101  # the constraint objection_on_one_track
        return contested


class ObjectionDocument(models.Model):
    """A document of an objection. Files arrive before the final submission.

    `need` is what of the catalogue its sender said it is, where they did.
    """

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="documents")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="of_objection")
    need = models.ForeignKey(
        NeededDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    refusal_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document of an objection")
        verbose_name_plural = _("documents of objections")

    def __str__(self) -> str:
        return f"document {self.document_id} of objection {self.objection_id}"
