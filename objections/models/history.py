"""What happened to an objection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from objections.models.decisions import Decision
from objections.models.objection import Objection, ObjectionDocument
from objections.statuses import (
    CITIZENS_KINDS,
    DECIDED_STATUSES,
    DOCUMENT_KINDS,
    LOOK_KINDS,
    EventKind,
    ObjectionStatus,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ObjectionEvent(models.Model):
    """One step in an objection's history. Never changed, never deleted.

    `kind` says what happened and with it who reads it (`CITIZENS_KINDS`). `note` is what the
    citizen reads, or for a kind that only staff see, what one of them wrote to another. A refused
    attempt is one that came after somebody else's change: staff see it, the citizen does not (O29).
    """

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    from_status = models.CharField(max_length=16, choices=ObjectionStatus.choices, blank=True)
    to_status = models.CharField(max_length=16, choices=ObjectionStatus.choices)
    kind = models.CharField(
        max_length=16, choices=EventKind.choices, default=EventKind.MOVED, db_default="moved"
    )
    decision = models.ForeignKey(
        Decision,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    document = models.ForeignKey(
        ObjectionDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    note = models.TextField(_("what the citizen reads"), blank=True)
    is_refused = models.BooleanField(_("refused attempt"), default=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=DOCUMENT_KINDS,
                    document__isnull=False,
                    from_status=F("to_status"),
                    is_refused=False,
                )
                | ~Q(kind__in=DOCUMENT_KINDS) & Q(document__isnull=True),
                name="objection_event_of_a_document_names_it",
            )
        ]

    def __str__(self) -> str:
        return f"{self.to_status} of objection {self.objection_id}"

    @property
    def title(self) -> StrOrPromise:
        """What happened, as staff read it: the new status, or the act that left it as it was."""
        if self.kind in LOOK_KINDS and not self.is_refused:
            return EventKind(self.kind).label
        if self.kind in CITIZENS_KINDS or (self.is_refused and self.to_status in DECIDED_STATUSES):
            return ObjectionStatus(self.to_status).label
        return EventKind(self.kind).label

    @property
    def is_for_citizen(self) -> bool:
        """True for what the citizen reads of it."""
        return self.kind in {*CITIZENS_KINDS, *DOCUMENT_KINDS} and not self.is_refused
