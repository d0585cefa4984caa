"""A ticket's history as its sender reads it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from sawtak.models import Ticket
from sawtak.selectors import events_of
from sawtak.services import (
    answer_ticket,
    ask_sender,
    close_ticket,
    reply_from_sender,
    take_ticket,
)
from sawtak.timeline import TimelineStep, timeline_of, waiting_since
from tests.factories import StaffFactory
from tests.sawtak.tickets import NOW, file

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
LATER = NOW + timedelta(hours=2)


def steps_of(ticket: Ticket, today: date = TODAY) -> list[TimelineStep]:
    with translation.override("en"):
        return timeline_of(ticket.status, events_of(ticket), today=today)


def test_new_ticket_is_at_its_arrival_and_says_by_when_the_answer_comes() -> None:
    arrived, answer = steps_of(file())
    assert (arrived.title, arrived.state, arrived.at) == ("Your request arrived", "now", NOW)
    assert (answer.title, answer.state) == ("The answer", "next")
    assert "29 November 2026" in answer.text


def test_late_answer_is_admitted() -> None:
    ticket = file()
    assert "We are late" not in steps_of(ticket, date(2026, 11, 29))[-1].text
    assert "We are late" in steps_of(ticket, date(2026, 11, 30))[-1].text


def test_question_waits_for_the_sender_and_promises_three_days_from_the_reply() -> None:
    agent = StaffFactory.create()
    ticket = take_ticket(ticket_id=file().pk, agent=agent, seen_status="new", now=LATER)
    ticket = ask_sender(
        ticket_id=ticket.pk, agent=agent, text="؟", seen_status="in_progress", now=LATER
    )
    steps = steps_of(ticket)
    assert [step.state for step in steps] == ["done", "done", "now", "next"]
    assert steps[2].icon == "reply"
    assert steps[3].text == "Within 3 working days of your reply."


def test_reply_starts_the_clock_again() -> None:
    ticket = file()
    ask_sender(
        ticket_id=ticket.pk, agent=StaffFactory.create(), text="؟", seen_status="new", now=LATER
    )
    replied = NOW + timedelta(days=5)
    ticket = reply_from_sender(ticket_id=ticket.pk, text="نعم", attachments=[], now=replied)
    assert waiting_since(events_of(ticket)) == replied
    steps = steps_of(ticket, date(2026, 11, 29))
    assert steps[-2].title == "Your reply arrived"
    assert "2 December 2026" in steps[-1].text


def test_opened_again_is_a_station_and_starts_the_clock_again() -> None:
    ticket = close_ticket(
        ticket_id=file().pk, agent=StaffFactory.create(), reason="x", seen_status="new", now=LATER
    )
    again = NOW + timedelta(days=5)
    ticket = reply_from_sender(ticket_id=ticket.pk, text="لم يُحل", attachments=[], now=again)
    steps = steps_of(ticket, date(2026, 11, 29))
    assert (steps[-2].title, steps[-2].state) == ("You opened the request again", "now")
    assert "2 December 2026" in steps[-1].text


def test_answered_ticket_promises_nothing_more() -> None:
    ticket = answer_ticket(
        ticket_id=file().pk, agent=StaffFactory.create(), text="رد", seen_status="new", now=LATER
    )
    assert [step.state for step in steps_of(ticket)] == ["done", "now"]


def test_closed_ticket_is_all_done() -> None:
    ticket = close_ticket(
        ticket_id=file().pk, agent=StaffFactory.create(), reason="x", seen_status="new", now=LATER
    )
    assert [step.state for step in steps_of(ticket)] == ["done", "done"]
