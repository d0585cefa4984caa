"""What every change of an objection leaves behind: a row of its history, and an SMS."""

from __future__ import annotations

from datetime import datetime

from beneficiaries.models import Person, User
from notifications.outbox import queue_message
from objections.clock import days_awaited
from objections.models import (
    Decision,
    Objection,
    ObjectionDocument,
    ObjectionEvent,
    SecondLook,
)
from objections.statuses import EventKind, LookState
from saudi.gregorian import riyadh_date


def append_event(
    objection: Objection,
    *,
    to_status: str,
    from_status: str,
    actor: User | None,
    now: datetime,
    note: str = "",
    kind: EventKind = EventKind.MOVED,
    decision: Decision | None = None,
    is_refused: bool = False,
    document: ObjectionDocument | None = None,
) -> ObjectionEvent:
    """Write a row of the history. The caller holds the objection's lock."""
    return ObjectionEvent.objects.create(
        objection=objection,
        kind=kind,
        decision=decision,
        at=now,
        actor=actor,
        from_status=from_status,
        to_status=to_status,
        note=note,
        is_refused=is_refused,
        document=document,
    )


def append_act(
    objection: Objection,
    kind: EventKind,
    *,
    actor: User,
    now: datetime,
    note: str = "",
    decision: Decision | None = None,
) -> ObjectionEvent:
    """Write an act of staff that leaves the status as it is. The caller holds the lock."""
    return append_event(
        objection,
        kind=kind,
        from_status=objection.status,
        to_status=objection.status,
        actor=actor,
        now=now,
        note=note,
        decision=decision,
    )


def end_wait(objection: Objection, now: datetime) -> tuple[str, ...]:
    """Count the days for which the citizen was waited for, and give the fields that changed."""
    objection.awaited_days += days_awaited(objection, until=riyadh_date(now))
    objection.wanted_on = objection.documents_due_on = None
    objection.wait_days = 0
    return "awaited_days", "wanted_on", "documents_due_on", "wait_days"


def end_look(look: SecondLook, state: LookState, *, now: datetime) -> None:
    """Write how a second look ended. The caller holds its case's lock."""
    look.state = state
    look.ended_at = now
    look.save(update_fields=["state", "ended_at"])


def tell_filer(
    objection: Objection, *, what: str, template: str, values: dict[str, str], now: datetime
) -> None:
    """Queue the SMS to whoever filed, in their language, in the caller's transaction.

    `what` makes the event unique: told once however often the change is tried.
    """
    tell(objection, objection.filed_by, what=what, template=template, values=values, now=now)


def tell(
    objection: Objection,
    person: Person,
    *,
    what: str,
    template: str,
    values: dict[str, str],
    now: datetime,
) -> None:
    """Queue an SMS to whoever filed or whom it is about; see `tell_filer`."""
    queue_message(
        event=f"objection:{objection.pk}:{what}",
        to=person.mobile,
        template=template,
        values=values,
        language=person.language,
        now=now,
        person_id=person.pk,
    )


def user_of_filer(person: Person) -> User | None:
    """Give the user a person signs in as, where they ever did; no statement where it is read."""
    user: User | None = getattr(person, "user", None)
    return user
