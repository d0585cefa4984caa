"""Objections in each state, made by the services that make them in life."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from beneficiaries.models import EligibilityResult, Person, User
from documents.intake import CheckedFile, check_upload
from notifications.models import Message
from objections.models import Contested, Decision, DecisionReason, Objection
from objections.services import (
    attach_documents,
    open_draft,
    reach_step,
    save_statement,
    submit_objection,
)
from objections.services.review import (
    Proposal,
    Seen,
    approve_decision,
    propose_decision,
    request_documents,
    seen_of,
    take_objection,
)
from objections.statuses import ObjectionStatus
from saudi.gregorian import RIYADH
from tests.documents.files import pdf_bytes, upload
from tests.factories import ResultFactory
from tests.personas import staff

STATEMENT = "عقد الإيجار موثّق باسمي، وأضاف المالك رقم العداد."
ANNOUNCED_ON = date(2026, 10, 29)


def riyadh(text: str) -> datetime:
    """Read `2025-05-30 23:59:59` as an instant of Riyadh."""
    return datetime.fromisoformat(text).replace(tzinfo=RIYADH)


NOW = riyadh("2026-11-12 21:14:07")


def result_of(person: Person, **fields: Any) -> EligibilityResult:
    result: EligibilityResult = ResultFactory.create(person=person, **fields)
    return result


def pdf(name: str = "عقد.pdf", *, pages: int = 1) -> CheckedFile:
    return check_upload(upload(name, pdf_bytes(pages=pages)))


def draft(contested: Contested, filer: Person, *, now: datetime = NOW) -> Objection:
    """Give a draft that lacks nothing but the declaration."""
    opened = open_draft(contested=contested, filed_by=filer, now=now)
    save_statement(objection=opened, ground="documents", statement=STATEMENT)
    attach_documents(objection=opened, checked=[pdf()], now=now)
    reach_step(objection=opened, step=5)
    opened.refresh_from_db()
    return opened


def submitted(contested: Contested, filer: Person, *, now: datetime = NOW) -> Objection:
    return submit_objection(objection=draft(contested, filer, now=now), has_declared=True, now=now)


def seen(objection: Objection) -> Seen:
    """Give what a page that is opened now shows of a case."""
    return seen_of(Objection.objects.get(pk=objection.pk))


def taken(objection: Objection, caseworker: User, *, now: datetime = NOW) -> Objection:
    return take_objection(
        objection_id=objection.pk, caseworker=caseworker, seen=seen(objection), now=now
    )


def documents_wanted(objection: Objection, caseworker: User, *, now: datetime = NOW) -> Objection:
    taken(objection, caseworker, now=now)
    return request_documents(
        objection_id=objection.pk,
        caseworker=caseworker,
        text="أرسل الصفحة الثانية من العقد.",
        due_on=date(2026, 12, 8),
        seen=seen(objection),
        now=now,
    )


def reason_of(decision: ObjectionStatus) -> DecisionReason:
    """Give a reason of a decision; after a test with real transactions the catalogue is empty."""
    reason, _ = DecisionReason.objects.get_or_create(
        code=f"TEST_{decision.value.upper()}",
        defaults={"outcome": decision, "label_ar": "سبب تجريبي", "label_en": "A reason"},
    )
    return reason


def proposal_of(
    decision: ObjectionStatus = ObjectionStatus.ACCEPTED,
    *,
    answer: str = "وصل العقد كاملًا.",
    **fields: Any,
) -> Proposal:
    return Proposal(
        outcome=decision, reason_codes=(reason_of(decision).code,), answer=answer, **fields
    )


def proposed(
    objection: Objection,
    caseworker: User,
    *,
    decision: ObjectionStatus = ObjectionStatus.ACCEPTED,
    now: datetime = NOW,
    **fields: Any,
) -> Decision:
    """Take a case that nobody has and propose a decision on it, or propose another one."""
    objection.refresh_from_db()
    if objection.assigned_to_id is None:
        taken(objection, caseworker, now=now)
    return propose_decision(
        objection_id=objection.pk,
        proposer=caseworker,
        proposal=proposal_of(decision, **fields),
        seen=seen(objection),
        now=now,
    )


def approved(decision: Decision, approver: User | None = None, *, now: datetime = NOW) -> Objection:
    return approve_decision(
        objection_id=decision.objection_id,
        decision_id=decision.pk,
        approver=approver or staff(),
        seen=seen(decision.objection),
        now=now,
    )


def decided(
    objection: Objection,
    caseworker: User,
    *,
    decision: ObjectionStatus = ObjectionStatus.ACCEPTED,
    now: datetime = NOW,
    approver: User | None = None,
    **fields: Any,
) -> Objection:
    """Have two people decide a case: the caseworker proposes, somebody else approves."""
    return approved(
        proposed(objection, caseworker, decision=decision, now=now, **fields), approver, now=now
    )


def texts_to(person: Person, *, template: str = "") -> list[str]:
    """Give the templates of the SMS that were queued for somebody's number, oldest first."""
    messages = Message.objects.filter(recipient=person.mobile).order_by("id")
    if template:
        messages = messages.filter(template=template)
    return list(messages.values_list("template", flat=True))
