"""The queue of work: what is in it, whose, due when, and what staff do with a place in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from beneficiaries.services import user_of
from objections.models import Objection
from objections.services import withdraw_objection
from portal.work.clock import count_again, due_day, fill_due, last_working_day
from portal.work.kinds import Priority
from portal.work.models import RoutingRule, WorkItem
from portal.work.queue import counts, narrowed, visible_to
from portal.work.services import (
    escalate,
    put_off,
)
from saudi.gregorian import RIYADH
from sawtak.models import Category, Ticket
from sawtak.services import (
    answer_ticket,
    ask_sender,
    close_ticket,
    reply_from_sender,
)
from tests.objections.cases import approved, documents_wanted, proposed
from tests.personas import staff
from tests.portal.working import TUESDAY, filed, objection_filed, place_of, queued, take, team_of
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

TODAY = TUESDAY.date()


# What is in the queue -------------------------------------------------------------------


def test_a_ticket_is_in_the_queue_while_it_is_open() -> None:
    ticket, agent = filed(), staff("agent")
    place = queued(ticket)
    assert (place.kind, place.matter, place.channel) == ("ticket", "payments", "web")
    assert (place.assigned_to, place.is_awaiting) == (None, False)
    take(ticket, agent)
    assert queued(ticket).assigned_to == agent
    ask_sender(
        ticket_id=ticket.pk, agent=agent, text="أي شهر؟", seen_status="in_progress", now=TUESDAY
    )
    assert queued(ticket).is_awaiting
    reply_from_sender(ticket_id=ticket.pk, text="نوفمبر", attachments=[], now=TUESDAY)
    assert not queued(ticket).is_awaiting
    answer_ticket(
        ticket_id=ticket.pk, agent=agent, text="تصل غدًا.", seen_status="in_progress", now=TUESDAY
    )
    assert place_of(ticket) is None
    reply_from_sender(ticket_id=ticket.pk, text="لم تصل", attachments=[], now=TUESDAY)
    assert queued(ticket).assigned_to == agent


def test_a_closed_ticket_is_gone() -> None:
    ticket = filed()
    close_ticket(
        ticket_id=ticket.pk, agent=staff("agent"), reason="مكرر", seen_status="new", now=TUESDAY
    )
    assert place_of(ticket) is None


def test_an_objection_is_in_the_queue_from_its_submission_to_its_decision() -> None:
    case, clerk = objection_filed(), staff("caseworker")
    place = queued(case)
    assert (place.kind, place.matter, place.city) == ("objection", "result", "الرياض")
    decision = proposed(case, clerk, now=TUESDAY)
    place = queued(case)
    assert (place.assigned_to, place.proposed_by) == (clerk, clerk)
    approved(decision, staff("approver"), now=TUESDAY)
    assert place_of(case) is None


def test_a_draft_is_nobodys_work_and_a_withdrawal_ends_it() -> None:
    case = objection_filed()
    withdraw_objection(
        objection=case, actor=user_of(case.filed_by), knows_it_is_final=False, now=TUESDAY
    )
    assert not WorkItem.objects.exists()


def test_every_open_case_has_one_place_and_nothing_else_has() -> None:
    clerk = staff("caseworker")
    for _each in range(2):
        filed()
        objection_filed()
    documents_wanted(objection_filed(), clerk, now=TUESDAY)
    tickets_open = Ticket.objects.filter(status__in=["new", "in_progress", "awaiting_citizen"])
    assert WorkItem.objects.filter(kind="ticket").count() == tickets_open.count() == 2
    assert WorkItem.objects.filter(kind="objection").count() == Objection.objects.open().count()


# Routing --------------------------------------------------------------------------------

RULES = [
    {"position": 1, "matter": "complaint", "priority": Priority.HIGH},
    {"position": 2, "kind": "ticket", "channel": "contact", "priority": Priority.NORMAL},
    {"position": 3, "kind": "objection", "city": "جازان", "team": "ours"},
    {"position": 4, "matter": "payment", "team": "ours", "priority": Priority.URGENT},
    {"position": 4, "matter": "payment", "priority": Priority.NORMAL},
    {"position": 5, "matter": "payments", "priority": Priority.URGENT, "is_active": False},
    {"position": 9, "kind": "ticket", "team": "ours", "priority": Priority.HIGH},
]
EXPECTED = [
    # kind, matter, channel, city; has our team, priority
    (("ticket", "complaint", "web", ""), (False, Priority.HIGH)),
    (("ticket", "complaint", "contact", ""), (False, Priority.HIGH)),
    (("ticket", "other", "contact", ""), (False, Priority.NORMAL)),
    (("objection", "result", "web", "جازان"), (True, Priority.NORMAL)),
    (("objection", "payment", "web", "جازان"), (True, Priority.NORMAL)),
    (("objection", "payment", "phone", "أبها"), (True, Priority.URGENT)),
    (("ticket", "payments", "web", "جازان"), (True, Priority.HIGH)),
    (("objection", "result", "letter", "أبها"), (False, Priority.NORMAL)),
]


@pytest.mark.parametrize(("case", "expected"), EXPECTED)
def test_the_first_rule_that_fits_decides(
    case: tuple[str, ...], expected: tuple[bool, Priority]
) -> None:
    team = team_of()
    for rule in RULES:
        facts = {**rule, "team": team if "team" in rule else None}
        RoutingRule.objects.create(**facts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, priority FROM portal_route(%s, %s, %s, %s)", case)
        team_id, priority = cursor.fetchone()
    assert (team_id == team.pk, priority) == expected


def test_a_new_case_goes_where_its_rule_says() -> None:
    team = team_of()
    RoutingRule.objects.create(matter="payments", team=team, priority=Priority.URGENT)
    place = queued(filed(category=Category.PAYMENTS))
    assert (place.team, place.priority, place.rank) == (team, Priority.URGENT, Priority.URGENT)
    assert queued(filed(category=Category.OTHER)).team is None


# Days -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "began", "awaited", "paused", "due"),
    [
        ("ticket", "2026-11-24", 0, None, "2026-11-29"),
        ("ticket", "2026-11-26", 0, None, "2026-12-01"),
        ("objection", "2026-11-24", 0, None, "2026-12-08"),
        ("objection", "2026-11-24", 3, None, "2026-12-13"),
        ("objection", "2026-11-24", 0, "2026-11-30", "2026-11-30"),
    ],
)
def test_the_day_is_counted_in_working_days(
    kind: str, began: str, awaited: int, paused: str | None, due: str
) -> None:
    counted = due_day(
        kind,
        clock_day=date.fromisoformat(began),
        awaited_days=awaited,
        paused_until=date.fromisoformat(paused) if paused else None,
    )
    assert counted == date.fromisoformat(due)


def test_half_past_midnight_is_the_day_in_riyadh() -> None:
    at = datetime(2026, 11, 25, 0, 30, tzinfo=RIYADH)
    ticket = tickets.file(now=at)
    assert queued(ticket).clock_day == date(2026, 11, 25)


def test_days_are_filled_in_once_and_counted_anew_when_the_clock_moves() -> None:
    ticket, case = filed(), objection_filed()
    assert fill_due() == 2
    assert fill_due() == 0
    assert (queued(ticket).due_on, queued(case).due_on) == (date(2026, 11, 29), date(2026, 12, 8))
    documents_wanted(case, staff("caseworker"), now=TUESDAY)
    assert queued(case).due_on is None
    fill_due()
    assert queued(case).due_on == date(2026, 12, 8)
    later = TUESDAY + timedelta(days=1)
    answer_ticket(
        ticket_id=ticket.pk, agent=staff("agent"), text="نعم", seen_status="new", now=TUESDAY
    )
    reply_from_sender(ticket_id=ticket.pk, text="وبعد؟", attachments=[], now=later)
    fill_due()
    assert queued(ticket).due_on == date(2026, 11, 30)


def test_a_new_holiday_moves_every_day(days_off_table: None) -> None:
    from saudi.days_off import forget_days_off
    from saudi.models import Holiday

    ticket = filed()
    fill_due()
    before = queued(ticket).due_on
    Holiday.objects.update_or_create(
        day=before, defaults={"name_ar": "عطلة", "name_en": "A holiday", "is_day_off": True}
    )
    forget_days_off()
    assert count_again() == 1
    assert queued(ticket).due_on == date(2026, 11, 30)


def test_what_is_due_on_thursday_is_not_late_on_friday() -> None:
    assert last_working_day(date(2026, 11, 27)) == date(2026, 11, 26)
    assert last_working_day(date(2026, 11, 26)) == date(2026, 11, 26)


# Views ----------------------------------------------------------------------------------


def test_the_views_hold_what_they_say() -> None:
    agent, other = staff("supervisor"), staff("agent")
    mine, theirs, asked, late, nobodys = (filed() for _each in range(5))
    take(mine, agent)
    take(theirs, other)
    take(asked, agent)
    ask_sender(
        ticket_id=asked.pk, agent=agent, text="أي شهر؟", seen_status="in_progress", now=TUESDAY
    )
    fill_due()
    WorkItem.objects.filter(ticket=late).update(due_on=TODAY - timedelta(days=1))
    WorkItem.objects.filter(ticket=nobodys).update(due_on=TODAY)
    put_off(
        kind="ticket",
        case_id=mine.pk,
        by=agent,
        until=TODAY + timedelta(days=1),
        note="رد البنك",
        now=TUESDAY,
    )
    escalate(kind="ticket", case_id=theirs.pk, by=other, note="شكوى قديمة", now=TUESDAY)

    def shown(view: str) -> set[int | None]:
        found = narrowed(visible_to(agent), view, user=agent, today=TODAY)
        return set(found.values_list("ticket_id", flat=True))

    assert shown("mine") == {asked.pk}
    assert shown("later") == {mine.pk}
    assert shown("late") == {late.pk}
    assert shown("today") == {nobodys.pk}
    assert shown("nobody") == {late.pk, nobodys.pk}
    assert shown("awaiting") == {asked.pk}
    assert shown("escalated") == {theirs.pk}
    assert shown("all") == {mine.pk, theirs.pk, asked.pk, late.pk, nobodys.pk}
    numbers = counts(visible_to(agent), ["mine", "nobody", "approval"], user=agent, today=TODAY)
    assert (numbers["mine"], numbers["nobody"], numbers["approval"]) == (1, 2, 0)


def test_numbers_are_counted_no_further_than_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.work.queue.COUNTED", 2)
    agent = staff("agent")
    for _each in range(5):
        filed()
    assert counts(visible_to(agent), ["all"], user=agent, today=TODAY) == {"all": 3}


def test_who_may_see_one_kind_sees_that_kind() -> None:
    filed()
    objection_filed()
    assert {item.kind for item in visible_to(staff("caseworker"))} <= {"objection", "ticket"}
    assert not visible_to(staff()).exists()


def test_an_approver_is_shown_what_others_proposed() -> None:
    clerk, approver = staff("caseworker"), staff("approver")
    proposed(objection_filed(), clerk, now=TUESDAY)
    for reader, expected in ((approver, 1), (clerk, 0)):
        waiting = narrowed(visible_to(reader), "approval", user=reader, today=TODAY)
        assert waiting.count() == expected
