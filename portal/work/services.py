"""What staff and the portal do with a case's place in the queue.

Each step locks the case itself first and then its place: the triggers of the queue take the two
in that order as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from beneficiaries.models import User
from objections.models import Objection, Team
from objections.services.review import seen_of, take_objection
from portal.work.errors import DayRefused, NoteMissing, NothingToDo, NotInQueue, NotYours
from portal.work.kinds import Priority, WorkKind, WorkStep
from portal.work.models import WorkEvent, WorkItem
from portal.work.queue import for_me
from saudi.digits import is_blank
from saudi.gregorian import riyadh_date
from sawtak.models import Ticket
from sawtak.services import take_ticket
from sawtak.statuses import TicketStatus

LEAD_RIGHT: Final = "portal.lead_workitem"
LONGEST_WAIT: Final = timedelta(days=30)
"""A case that waits for the citizen is put off no further."""

_TRIED: Final = 50
"""How many cases are tried for one person: the others were taken by whoever asked at once."""


def take_next_case(*, by: User, now: datetime) -> Objection | Ticket:
    """Take what is due first of the cases that nobody has and this person may work on.

    Their team's first, then everybody's. Two who ask at once get two cases: what another is
    taking is passed over.

    Raises:
        NothingToDo: no case waits for them.
    """
    for item in for_me(by, today=riyadh_date(now))[:_TRIED]:
        with transaction.atomic():
            case = _free(item)
            if isinstance(case, Objection):
                return take_objection(
                    objection_id=case.pk, caseworker=by, seen=seen_of(case), now=now
                )
            if case is not None:
                return take_ticket(ticket_id=case.pk, agent=by, seen_status=case.status, now=now)
    raise NothingToDo


def _free(item: WorkItem) -> Objection | Ticket | None:
    """Lock a case that still is nobody's and that nobody else is taking."""
    if item.objection_id is not None:
        objections = Objection.objects.open().filter(pk=item.objection_id, assigned_to=None)
        return objections.select_for_update(of=("self",), skip_locked=True).first()
    tickets = Ticket.objects.filter(work_item=item, assigned_to=None).exclude(
        status=TicketStatus.AWAITING_CITIZEN
    )
    return tickets.select_for_update(of=("self",), skip_locked=True).first()


def put_off(
    *, kind: str, case_id: int, by: User, until: date, note: str, now: datetime
) -> WorkItem:
    """Take a case out of sight until the morning of a civil day in Riyadh, with a reason.

    Not beyond the day on which its answer is due, nor beyond LONGEST_WAIT for one that waits for
    the citizen. A reply brings it back at once.

    Raises:
        NotInQueue, NotYours, NoteMissing, DayRefused.
    """
    with _changing(kind, case_id, by, note) as item:
        today = riyadh_date(now)
        latest = today + LONGEST_WAIT
        if item.due_on is not None and not item.is_awaiting:
            latest = min(latest, item.due_on)
        if not today < until <= latest:
            raise DayRefused(latest=latest)
        item.snoozed_until = until
        item.save(update_fields=["snoozed_until"])
        _append(item, WorkStep.SNOOZED, by=by, now=now, note=note, until=until)
    return item


def take_up(*, kind: str, case_id: int, by: User, now: datetime) -> WorkItem:
    """Bring a case that was put off back today; one that is in sight stays as it is.

    Raises:
        NotInQueue, NotYours.
    """
    with _changing(kind, case_id, by) as item:
        if item.snoozed_until is not None:
            item.snoozed_until = None
            item.save(update_fields=["snoozed_until"])
            _append(item, WorkStep.WOKEN, by=by, now=now)
    return item


def escalate(*, kind: str, case_id: int, by: User, note: str, now: datetime) -> WorkItem:
    """Bring a case before those who lead, with a reason; who has it keeps it.

    Raises:
        NotInQueue, NotYours, NoteMissing.
    """
    with _changing(kind, case_id, by, note) as item:
        item.escalated_at = item.escalated_at or now
        item.save(update_fields=["escalated_at"])
        _append(item, WorkStep.ESCALATED, by=by, now=now, note=note)
    return item


def settle(*, kind: str, case_id: int, by: User, note: str, now: datetime) -> WorkItem:
    """End an escalation, with what was decided about it. Of somebody who leads.

    Raises:
        NotInQueue, NotYours, NoteMissing.
    """
    with _changing(kind, case_id, by, note, leads=True) as item:
        if item.escalated_at is not None:
            item.escalated_at = None
            item.save(update_fields=["escalated_at"])
            _append(item, WorkStep.SETTLED, by=by, now=now, note=note)
    return item


def give_to_team(
    *,
    kind: str,
    case_id: int,
    by: User,
    team: Team | None,
    priority: Priority,
    note: str,
    now: datetime,
) -> WorkItem:
    """Give a case to a team, or to none, with a priority and a reason. Of somebody who leads.

    Raises:
        NotInQueue, NotYours, NoteMissing.
    """
    with _changing(kind, case_id, by, note, leads=True) as item:
        item.team, item.priority = team, priority
        item.save(update_fields=["team", "priority"])
        _append(item, WorkStep.MOVED, by=by, now=now, note=note, team=team)
    return item


@contextmanager
def _changing(
    kind: str, case_id: int, by: User, note: str | None = None, *, leads: bool = False
) -> Iterator[WorkItem]:
    """Lock a case and its place for somebody who has it, or who leads."""
    if note is not None and is_blank(note):
        raise NoteMissing
    with transaction.atomic():
        cases = Objection.objects.all() if kind == WorkKind.OBJECTION else Ticket.objects.all()
        list(cases.select_for_update(of=("self",)).filter(pk=case_id).values_list("pk"))
        item = WorkItem.objects.select_for_update(of=("self",)).filter(**{kind: case_id}).first()
        if item is None:
            raise NotInQueue
        is_theirs = item.assigned_to_id == by.pk and not leads
        if not (is_theirs or by.has_perm(LEAD_RIGHT)):
            raise NotYours
        yield item


def _append(
    item: WorkItem,
    step: WorkStep,
    *,
    by: User | None,
    now: datetime,
    note: str = "",
    until: date | None = None,
    team: Team | None = None,
) -> None:
    WorkEvent.objects.create(
        objection_id=item.objection_id,
        ticket_id=item.ticket_id,
        at=now,
        actor=by,
        step=step,
        note=note,
        until=until,
        team=team,
    )
