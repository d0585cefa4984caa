"""What staff and the portal do with a case's place in the queue: take, put off, escalate, warn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from portal.work.clock import fill_due
from portal.work.errors import (
    DayRefused,
    NoteMissing,
    NothingToDo,
    NotInQueue,
    NotYours,
    WorkRefused,
)
from portal.work.kinds import Priority, Warned
from portal.work.models import WorkEvent, WorkItem
from portal.work.queue import narrowed
from portal.work.services import (
    escalate,
    give_to_team,
    put_off,
    settle,
    take_next_case,
    take_up,
)
from portal.work.sweeping import sweep_work
from saudi.gregorian import RIYADH, riyadh_date
from sawtak.services import ask_sender, close_ticket, reply_from_sender
from tests.objections.cases import taken
from tests.personas import staff
from tests.portal.working import TUESDAY, filed, objection_filed, queued, take, team_of

pytestmark = pytest.mark.django_db

TODAY = TUESDAY.date()


# The next case --------------------------------------------------------------------------


def test_the_next_case_is_what_is_due_first_of_both_kinds() -> None:
    case = objection_filed(now=TUESDAY - timedelta(days=20))
    ticket = filed()
    fill_due()
    clerk = staff("caseworker")
    clerk.groups.add(*staff("agent").groups.all())
    clerk = type(clerk).objects.get(pk=clerk.pk)
    assert take_next_case(by=clerk, now=TUESDAY) == case
    assert take_next_case(by=clerk, now=TUESDAY) == ticket
    with pytest.raises(NothingToDo):
        take_next_case(by=clerk, now=TUESDAY)


@pytest.mark.django_db(transaction=True)
def test_the_next_case_is_not_what_a_colleague_is_taking() -> None:
    first, second = filed(now=TUESDAY - timedelta(days=1)), filed()
    fill_due()
    agent, other = staff("agent"), connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT FROM sawtak_ticket WHERE id = %s FOR UPDATE", [first.pk])
            assert take_next_case(by=agent, now=TUESDAY) == second
        other.rollback()
    finally:
        other.close()
    assert take_next_case(by=agent, now=TUESDAY) == first


def test_the_next_case_is_not_another_teams_nor_put_off_nor_waiting() -> None:
    lead, agent = staff("supervisor"), staff("agent")
    theirs, later, asked, free = (filed() for _each in range(4))
    fill_due()
    team = team_of(lead)
    give_to_team(
        kind="ticket",
        case_id=theirs.pk,
        by=lead,
        team=team,
        priority=Priority.URGENT,
        note="دفعات",
        now=TUESDAY,
    )
    put_off(
        kind="ticket",
        case_id=later.pk,
        by=lead,
        until=TODAY + timedelta(days=1),
        note="رد البنك",
        now=TUESDAY,
    )
    ask_sender(ticket_id=asked.pk, agent=lead, text="أي شهر؟", seen_status="new", now=TUESDAY)
    assert take_next_case(by=agent, now=TUESDAY) == free
    with pytest.raises(NothingToDo):
        take_next_case(by=agent, now=TUESDAY)
    assert take_next_case(by=lead, now=TUESDAY) == theirs


def test_urgent_ones_come_first_within_a_day_and_escalated_ones_before_them() -> None:
    usual, urgent, raised = (filed() for _each in range(3))
    fill_due()
    WorkItem.objects.filter(ticket=urgent).update(priority=Priority.URGENT)
    WorkItem.objects.filter(ticket=raised).update(escalated_at=TUESDAY)
    order = WorkItem.objects.order_by("due_on", "rank", "id").values_list("ticket", flat=True)
    assert list(order) == [raised.pk, urgent.pk, usual.pk]


# A place in the queue -------------------------------------------------------------------


def test_a_case_that_was_put_off_comes_back_in_the_morning() -> None:
    ticket, agent = filed(), staff("agent")
    take(ticket, agent)
    fill_due()
    until = TODAY + timedelta(days=1)
    put_off(kind="ticket", case_id=ticket.pk, by=agent, until=until, note="رد البنك", now=TUESDAY)
    sweep_work(now=TUESDAY)
    assert queued(ticket).snoozed_until == until
    sweep_work(now=TUESDAY + timedelta(hours=13))
    assert queued(ticket).snoozed_until is None
    steps = WorkEvent.objects.filter(ticket=ticket).values_list("step", "actor", "note")
    assert list(steps) == [("snoozed", agent.pk, "رد البنك"), ("woken", None, "")]


@pytest.mark.parametrize(
    ("at", "is_back", "view"),
    [
        ("2026-11-28 23:59:59", False, "later"),
        ("2026-11-29 00:00:30", True, "today"),
        ("2026-11-29 00:30:00", True, "today"),
        ("2026-11-30 00:30:00", True, "late"),
    ],
    ids=["a-minute-before", "midnight", "half-past-midnight", "half-past-the-next-midnight"],
)
def test_the_day_of_the_queue_turns_at_midnight_in_riyadh(
    at: str, is_back: bool, view: str
) -> None:
    ticket, agent = filed(), staff("agent")
    take(ticket, agent)
    fill_due()
    put_off(kind="ticket", case_id=ticket.pk, by=agent, until=DUE, note="رد البنك", now=TUESDAY)
    now = datetime.fromisoformat(at).replace(tzinfo=RIYADH)
    sweep_work(now=now)
    assert (queued(ticket).snoozed_until is None) is is_back
    shown = narrowed(WorkItem.objects.all(), view, user=agent, today=riyadh_date(now))
    assert [each.ticket_id for each in shown] == [ticket.pk]


def test_a_reply_brings_a_case_back_at_once() -> None:
    ticket, agent = filed(), staff("agent")
    ask_sender(ticket_id=ticket.pk, agent=agent, text="أي شهر؟", seen_status="new", now=TUESDAY)
    put_off(
        kind="ticket",
        case_id=ticket.pk,
        by=agent,
        until=TODAY + timedelta(days=7),
        note="رد المرسل",
        now=TUESDAY,
    )
    reply_from_sender(ticket_id=ticket.pk, text="نوفمبر", attachments=[], now=TUESDAY)
    assert queued(ticket).snoozed_until is None


def test_bringing_back_what_is_in_sight_changes_nothing() -> None:
    ticket, agent = filed(), staff("agent")
    take(ticket, agent)
    take_up(kind="ticket", case_id=ticket.pk, by=agent, now=TUESDAY)
    assert not WorkEvent.objects.exists()
    put_off(
        kind="ticket",
        case_id=ticket.pk,
        by=agent,
        until=TODAY + timedelta(days=1),
        note="رد البنك",
        now=TUESDAY,
    )
    take_up(kind="ticket", case_id=ticket.pk, by=agent, now=TUESDAY)
    assert queued(ticket).snoozed_until is None


@pytest.mark.parametrize("days", [-1, 0, 6, 40])
def test_a_case_is_not_put_off_to_the_past_nor_beyond_its_day(days: int) -> None:
    ticket, agent = filed(), staff("agent")
    take(ticket, agent)
    fill_due()
    with pytest.raises(DayRefused) as refused:
        put_off(
            kind="ticket",
            case_id=ticket.pk,
            by=agent,
            until=TODAY + timedelta(days=days),
            note="رد البنك",
            now=TUESDAY,
        )
    assert refused.value.latest == date(2026, 11, 29)


def test_each_step_is_of_those_who_may_and_has_a_reason() -> None:
    ticket, agent, other, lead = filed(), staff("agent"), staff("agent"), staff("supervisor")
    take(ticket, agent)
    key = {"kind": "ticket", "case_id": ticket.pk, "now": TUESDAY}

    def refused(error: type[WorkRefused], act: object, **facts: object) -> None:
        with pytest.raises(error):
            act(**key | facts)  # type: ignore[operator]

    tomorrow = TODAY + timedelta(days=1)
    refused(NotYours, put_off, by=other, until=tomorrow, note="س")
    refused(NoteMissing, put_off, by=agent, until=tomorrow, note="\u200f ")
    refused(NotYours, escalate, by=other, note="س")
    refused(NoteMissing, escalate, by=agent, note="")
    refused(NotYours, settle, by=agent, note="س")
    refused(NotYours, take_up, by=other)
    refused(NotYours, give_to_team, by=agent, team=None, priority=Priority.HIGH, note="س")
    close_ticket(
        ticket_id=ticket.pk, agent=lead, reason="مكرر", seen_status="in_progress", now=TUESDAY
    )
    refused(NotInQueue, escalate, by=agent, note="س")
    assert not WorkEvent.objects.exists()


def test_an_escalation_is_ended_by_who_leads() -> None:
    case, clerk, lead = objection_filed(), staff("caseworker"), staff("supervisor")
    taken(case, clerk, now=TUESDAY)
    key = {"kind": "objection", "case_id": case.pk, "now": TUESDAY}
    escalate(**key, by=clerk, note="تهديد بالشكوى")
    assert (queued(case).rank, queued(case).escalated_at) == (0, TUESDAY)
    settle(**key, by=lead, note="أتولاها بنفسي")
    settle(**key, by=lead, note="مرة أخرى")
    assert queued(case).escalated_at is None
    assert [event.step for event in WorkEvent.objects.all()] == ["escalated", "settled"]


# Warnings -------------------------------------------------------------------------------

DUE = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        ("2026-11-29 15:59:59", Warned.NOT_YET),
        ("2026-11-29 16:00:00", Warned.SOON),
        ("2026-11-29 19:59:59", Warned.SOON),
        ("2026-11-29 20:00:00", Warned.NOT_YET),
        ("2026-11-30 07:59:59", Warned.NOT_YET),
        ("2026-11-30 08:00:00", Warned.LATE),
    ],
)
def test_warnings_are_given_before_and_after_the_end_of_the_day_in_working_hours(
    at: str, warned: Warned
) -> None:
    ticket = filed()
    sweep_work(now=datetime.fromisoformat(at).replace(tzinfo=RIYADH))
    place = queued(ticket)
    assert (place.due_on, place.warned) == (DUE, warned)
    assert (place.escalated_at is not None) == (warned == Warned.LATE)


def test_each_warning_is_given_once() -> None:
    ticket = filed()
    for at in ("2026-11-29 16:00", "2026-11-29 17:00", "2026-11-30 09:00", "2026-11-30 10:00"):
        sweep_work(now=datetime.fromisoformat(at).replace(tzinfo=RIYADH))
    steps = WorkEvent.objects.filter(ticket=ticket).values_list("step", flat=True)
    assert list(steps) == ["due_soon", "overdue"]


def test_nobody_is_warned_of_what_waits_for_the_citizen() -> None:
    ticket = filed()
    ask_sender(ticket_id=ticket.pk, agent=staff("agent"), text="؟", seen_status="new", now=TUESDAY)
    assert sweep_work(now=TUESDAY + timedelta(days=40, hours=1)) == 0


# Held by the database -------------------------------------------------------------------


def test_steps_are_never_changed() -> None:
    case = objection_filed()
    event = WorkEvent.objects.create(objection=case, at=TUESDAY, step="escalated")
    for statement in ("UPDATE portal_workevent SET note = 'x'", "DELETE FROM portal_workevent"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert WorkEvent.objects.get() == event


def test_a_place_is_of_one_case() -> None:
    ticket, case = filed(), objection_filed()
    with pytest.raises(DatabaseError), transaction.atomic():
        WorkItem.objects.filter(ticket=ticket).update(objection=case)
