"""Every step of a call: opened and ended by the portal, taken and ended by staff.

A step locks the task, looks whether it is still to be done, changes it and appends its event, in
one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from beneficiaries.models import User
from notifications.models import Message
from notifications.numbers import WRONG_NUMBER, doubt_number
from notifications.statuses import Lane, MessageStatus
from objections.models import Objection
from objections.statuses import ObjectionStatus
from portal.calls.errors import CallIsAnothers, CallIsOver
from portal.calls.models import CallEvent, CallTask
from portal.calls.rules import CALLED_WITHIN, MATTERS, call_by, gives_up
from portal.calls.statuses import CallMatter, CallStatus, CallStep
from saudi.gregorian import riyadh_date
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus

OPENED_AT_ONCE: Final = 500
_SWEEP_LOCK: Final = 0x63616C6C

NOT_TOLD: Final = (MessageStatus.FAILED, MessageStatus.UNCONFIRMED)
"""Refused for good, lost twice, or never confirmed; the index message_not_told names the same."""


def sweep_calls(*, now: datetime) -> int:
    """Open what is owed and end what has settled itself; give how many were opened.

    One transaction under a lock of its own: of two sweeps at once the second does nothing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        opened = _open_owed(now=now)
        _end_settled(now=now)
    return opened


def take_call(*, task_id: int, by: User, seen_assigned_to: int | None, now: datetime) -> CallTask:
    """Take a call, also one that another has, as long as its reader saw whose it was.

    Raises:
        CallIsOver, CallIsAnothers: when something else came first.
    """
    with transaction.atomic():
        task = _locked(task_id, now=now)
        if task.is_open:
            if task.assigned_to_id != seen_assigned_to:
                raise _anothers(task)
            task.assigned_to = by
            task.save(update_fields=["assigned_to"])
            _append(task, CallStep.TAKEN, now=now, actor=by)
    return _still_open(task)


def end_call(*, task_id: int, by: User, outcome: CallStep, note: str, now: datetime) -> CallTask:
    """Write what came of a call. Nobody answering leaves it to be done again, until the third.

    A number that is somebody else's becomes doubtful: its owner is told so in the portal.

    Raises:
        CallIsOver, CallIsAnothers: when something else came first, or `by` has not taken it.
    """
    with transaction.atomic():
        task = _locked(task_id, now=now)
        if task.is_open:
            if task.assigned_to_id != by.pk:
                raise _anothers(task)
            _append(task, outcome, now=now, actor=by, note=note)
            if outcome == CallStep.REACHED:
                _end(task, CallStatus.DONE, now=now)
            elif outcome == CallStep.WRONG_NUMBER:
                doubt_number(task.mobile, reason=WRONG_NUMBER, now=now)
                _end(task, CallStatus.GAVE_UP, now=now)
            else:
                _count_unanswered(task, now=now)
            return task
    return _still_open(task)


def _count_unanswered(task: CallTask, *, now: datetime) -> None:
    """Put a call back for whoever comes next, or give it up."""
    task.calls += 1
    if gives_up(task.calls):
        task.save(update_fields=["calls"])
        _end(task, CallStatus.GAVE_UP, now=now)
        return
    task.assigned_to = None
    task.save(update_fields=["calls", "assigned_to"])


def _locked(task_id: int, *, now: datetime) -> CallTask:
    """Lock a call; what has settled itself since the last sweep is ended on the way."""
    task = CallTask.objects.select_for_update(of=("self",)).get(pk=task_id)
    if task.is_open:
        _end_settled(now=now, tasks=CallTask.objects.filter(pk=task.pk))
        task.refresh_from_db()
    return task


def _still_open(task: CallTask) -> CallTask:
    """Refuse after the commit, so that an end that was found on the way stays."""
    if not task.is_open:
        last = task.events.select_related("actor").last()
        by = str(last.actor or "") if last else ""
        raise CallIsOver(task.status, by=by, at=last.at if last else None)
    return task


def _anothers(task: CallTask) -> CallIsAnothers:
    """Tell who has a call, and since when."""
    taken = task.events.filter(step=CallStep.TAKEN).last()
    return CallIsAnothers(str(task.assigned_to or ""), at=taken.at if taken else None)


# The portal's own steps ------------------------------------------------------------------


def _end_settled(*, now: datetime, tasks: QuerySet[CallTask] | None = None) -> None:
    """End the open calls whose message arrived or was read, and those that nothing waits for."""
    rows = CallTask.objects.all() if tasks is None else tasks
    waiting = rows.filter(status=CallStatus.OPEN).order_by("id")
    delivered = waiting.filter(message__status=MessageStatus.DELIVERED)
    sent = waiting.filter(matter=CallMatter.DOCUMENTS).exclude(
        objection__status=ObjectionStatus.DOCUMENTS_WANTED
    )
    replied = waiting.filter(matter=CallMatter.QUESTION).exclude(
        ticket__status=TicketStatus.AWAITING_CITIZEN
    )
    read = waiting.filter(person__inbox_mark__read_up_to__gte=F("message__queued_at"))
    for found, step in (
        (delivered, CallStep.DELIVERED),
        (read, CallStep.READ),
        (sent, CallStep.OVERTAKEN),
        (replied, CallStep.OVERTAKEN),
    ):
        _end_all(found, step, now=now)


def _end_all(found: QuerySet[CallTask], step: CallStep, *, now: datetime) -> None:
    locked = list(found.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not locked:
        return
    CallTask.objects.filter(pk__in=locked).update(status=CallStatus.DONE, ended_at=now)
    CallEvent.objects.bulk_create(CallEvent(task_id=pk, at=now, step=step) for pk in locked)


def _open_owed(*, now: datetime) -> int:
    """Open a call for each message that is worth one and did not arrive."""
    undelivered = Message.objects.filter(
        lane=Lane.CASES,
        status__in=NOT_TOLD,
        template__in=MATTERS,
        queued_at__gt=now - CALLED_WITHIN,
        call_task=None,
    ).order_by("queued_at")[:OPENED_AT_ONCE]
    tasks = [task for task in _tasks_of(undelivered, now=now) if task is not None]
    CallTask.objects.bulk_create(tasks)
    CallEvent.objects.bulk_create(
        CallEvent(task=task, at=now, step=CallStep.OPENED) for task in tasks
    )
    return len(tasks)


def _tasks_of(messages: Iterable[Message], *, now: datetime) -> list[CallTask | None]:
    """Give the call of each message; none where its event names no case."""
    keyed = [(message, *_case_of(message)) for message in messages]
    objections = Objection.objects.in_bulk({pk for _, kind, pk in keyed if kind == "objection"})
    tickets = Ticket.objects.in_bulk({pk for _, kind, pk in keyed if kind == "ticket"})
    return [
        _task_of(
            message,
            objection=objections.get(pk) if kind == "objection" else None,
            ticket=tickets.get(pk) if kind == "ticket" else None,
            now=now,
        )
        for message, kind, pk in keyed
    ]


def _case_of(message: Message) -> tuple[str, int]:
    """Read which case an event is of: `objection:12:decided`, `ticket:7:answered:3`."""
    kind, _colon, rest = message.event.partition(":")
    number = rest.partition(":")[0]
    return kind, int(number) if number.isascii() and number.isdecimal() else 0


def _task_of(
    message: Message, *, objection: Objection | None, ticket: Ticket | None, now: datetime
) -> CallTask | None:
    matter = MATTERS[message.template]
    if objection is None and ticket is None:
        return None
    due_on = None
    if matter == CallMatter.DOCUMENTS and objection is not None:
        due_on = objection.documents_due_on
    return CallTask(
        message=message,
        matter=matter,
        person_id=message.person_id,
        mobile=message.recipient,
        objection=objection,
        ticket=ticket,
        call_by=call_by(opened_on=riyadh_date(now), due_on=due_on),
        opened_at=now,
    )


def _end(task: CallTask, status: CallStatus, *, now: datetime) -> None:
    task.status, task.ended_at = status, now
    task.save(update_fields=["status", "ended_at"])


def _append(
    task: CallTask, step: CallStep, *, now: datetime, actor: User, note: str = ""
) -> CallEvent:
    return CallEvent.objects.create(task=task, at=now, actor=actor, step=step, note=note)
