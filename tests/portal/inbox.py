"""Messages of tests, as they were sent to a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from beneficiaries.models import AnnouncementRun, EligibilityResult, Person
from beneficiaries.statuses import RunStatus
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import MessageStatus
from objections.models import Objection
from objections.statuses import ObjectionStatus
from portal.inbox.reading import Told, read_inbox
from tests.factories import GROUND, ResultFactory
from tests.portal.signing_in import NOW

ON = date(2026, 10, 29)
CLOSES = date(2026, 12, 8)
INBOX = "/en/messages/"


def tell(
    person: Person,
    *,
    to: str | None = None,
    template: str = "objection_taken",
    ago: timedelta = timedelta(hours=1),
    event: str = "",
    status: str = MessageStatus.DELIVERED,
    values: dict[str, str] | None = None,
) -> Message:
    """Give a case update of a person, sent to their mobile or another."""
    number = Message.objects.count()
    event = event or f"other:{number}"
    recipient = person.mobile if to is None else to
    queue_message(
        event=event,
        to=recipient,
        template=template,
        values={"reference": f"40267{number:05}"} if values is None else values,
        language=person.language,
        now=NOW - ago,
        person_id=person.pk,
    )
    if recipient:
        Message.objects.filter(event=event).update(status=status)
    return Message.objects.get(event=event)


def announced(kind: str = "results", *, code: str = "2026-10", on: date = ON, **facts: Any) -> Any:
    return AnnouncementRun.objects.create(
        **{
            "kind": kind,
            "cycle_code": code,
            "on": on,
            "status": RunStatus.DONE,
            "started_at": NOW - timedelta(hours=2),
            "ended_at": NOW - timedelta(hours=2),
        }
        | facts
    )


def closing(person: Person, **facts: Any) -> EligibilityResult:
    return ResultFactory.create(
        person=person, **{"announced_on": date(2026, 9, 9), "filing_deadline": CLOSES} | facts
    )


def read(person: Person) -> list[Told]:
    return list(read_inbox(person.pk, now=NOW).told)


def kinds(person: Person) -> list[str]:
    return [one.kind for one in read(person)]


def objection_against(
    result: EligibilityResult,
    *,
    filed_by: Person | None = None,
    status: str = ObjectionStatus.UNDER_REVIEW,
    submitted_at: datetime | None = None,
) -> Objection:
    is_draft = status == ObjectionStatus.DRAFT
    return Objection.objects.create(
        reference=None if is_draft else "4026714838",
        result=result,
        person=result.person,
        filed_by=filed_by or result.person,
        status=status,
        counted_from=result.announced_on,
        deadline=result.filing_deadline,
        opened_at=NOW - timedelta(days=3),
        submitted_at=None if is_draft else submitted_at or NOW,
        step=3,
        left_at=3,
        **GROUND,
    )
