"""A decided case as it stood when it was decided, without a word of how it was decided.

What a reviewer sees is made here, field by field, and the page is drawn from nothing else: what is
not here cannot leak (docs/adr/0028).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from beneficiaries.models import PersonChange
from beneficiaries.reasons import ReasonText, shown_reasons
from documents.models import Document
from objections.models import Decision, Objection, ObjectionDocument, SecondLook
from objections.presenting.matters import matter_of
from objections.statuses import EventKind, ObjectionStatus
from saudi.languages import page_language


@dataclass(frozen=True)
class BlindCase:
    """What was before whoever decided. `paid_sar` and `due_sar` are empty for a result."""

    matter: str
    result: str
    paid_sar: object
    due_sar: object
    reasons: list[ReasonText]
    person: str
    relation: str
    filed_by: str
    received_at: datetime
    last_day: date
    ground: str
    statement: str
    added: str
    has_declared: bool
    changes: list[PersonChange]
    documents: list[Document]
    asked: list[tuple[datetime, str]]


def blind_case(decision: Decision, *, may_see_sensitive: bool) -> BlindCase:
    """Show the case of a decision as it was at the decision's approval."""
    case: Objection = (
        Objection.objects.filter(pk=decision.objection_id)
        .select_related("person", "filed_by", "result__cycle", "payment__cycle")
        .get()
    )
    at = decision.closed_at
    assert at is not None  # noqa: S101  # a sample draws what was approved
    assert case.submitted_at is not None  # noqa: S101  # what is decided was submitted
    reasons = shown_reasons(
        case.contested.reason_codes, is_own=False, may_see_sensitive=may_see_sensitive
    )
    return BlindCase(
        matter=matter_of(case.contested),
        result=str(case.result.get_status_display()) if case.result is not None else "",
        paid_sar=case.payment.paid_sar if case.payment is not None else None,
        due_sar=case.payment.entitled_sar if case.payment is not None else None,
        reasons=[reason.text(page_language()) for reason in reasons],
        person=case.person.full_name,
        relation=str(case.person.get_relation_display()),
        filed_by="" if case.filed_by_id == case.person_id else case.filed_by.full_name,
        received_at=case.submitted_at,
        last_day=case.deadline,
        ground=case.ground_text,
        statement=case.statement,
        added=_added_before(case, decision.proposed_at),
        has_declared=case.has_declared,
        changes=list(case.profile_changes.filter(changed_at__lte=at).order_by("id")),
        documents=[link.document for link in documents_at(case, at)],
        asked=[
            (event.at, event.note)
            for event in case.events.filter(
                kind=EventKind.MOVED,
                to_status=ObjectionStatus.DOCUMENTS_WANTED,
                is_refused=False,
                at__lte=at,
            )
        ],
    )


def _added_before(case: Objection, at: datetime) -> str:
    """Give what the citizen wrote for a second look that led to the decision; empty for none."""
    look = SecondLook.objects.filter(objection=case, asked_at__lte=at).first()
    return look.statement if look is not None else ""


def documents_at(case: Objection, at: datetime) -> list[ObjectionDocument]:
    """Give the documents that a case had at an instant."""
    return list(
        case.documents.filter(document__received_at__lte=at)
        .filter(Q(removed_at__isnull=True) | Q(removed_at__gt=at))
        .select_related("document")
        .order_by("id")
    )
