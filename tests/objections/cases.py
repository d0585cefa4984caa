"""Objections in each state, made by the services that make them in life."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from beneficiaries.models import EligibilityResult, Person, User
from documents.intake import CheckedFile, check_upload
from notifications.models import Message
from objections.models import Contested, Objection
from objections.services import (
    attach_documents,
    open_draft,
    reach_step,
    save_statement,
    submit_objection,
)
from objections.services.review import decide_objection, request_documents, take_objection
from objections.statuses import ObjectionStatus
from saudi.gregorian import RIYADH
from tests.documents.files import pdf_bytes, upload
from tests.factories import ResultFactory

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


def taken(objection: Objection, caseworker: User, *, now: datetime = NOW) -> Objection:
    return take_objection(
        objection_id=objection.pk,
        caseworker=caseworker,
        seen_status=ObjectionStatus.SUBMITTED,
        now=now,
    )


def documents_wanted(objection: Objection, caseworker: User, *, now: datetime = NOW) -> Objection:
    taken(objection, caseworker, now=now)
    return request_documents(
        objection_id=objection.pk,
        caseworker=caseworker,
        text="أرسل الصفحة الثانية من العقد.",
        due_on=date(2026, 12, 8),
        seen_status=ObjectionStatus.UNDER_REVIEW,
        now=now,
    )


def decided(
    objection: Objection,
    caseworker: User,
    *,
    decision: ObjectionStatus = ObjectionStatus.ACCEPTED,
    now: datetime = NOW,
) -> Objection:
    taken(objection, caseworker, now=now)
    return decide_objection(
        objection_id=objection.pk,
        caseworker=caseworker,
        decision=decision,
        answer="وصل العقد كاملًا.",
        effective_cycle="" if decision == ObjectionStatus.REJECTED else "2027-01",
        seen_status=ObjectionStatus.UNDER_REVIEW,
        now=now,
    )


def texts_to(person: Person, *, template: str = "") -> list[str]:
    """Give the templates of the SMS that were queued for somebody's number, oldest first."""
    messages = Message.objects.filter(recipient=person.mobile).order_by("id")
    if template:
        messages = messages.filter(template=template)
    return list(messages.values_list("template", flat=True))
