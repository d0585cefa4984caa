"""What staff and the sender do with a ticket."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import Settings

from access.errors import CodeSentRecently, LimitReached
from notifications.models import Message
from sawtak.errors import TextMissing, TransitionRefused
from sawtak.models import Ticket, TicketEvent, TicketMessage
from sawtak.selectors import conversation_of, events_of, find_for_tracking
from sawtak.services import (
    answer_ticket,
    ask_sender,
    close_ticket,
    reply_from_sender,
    send_ticket_code,
    take_ticket,
)
from tests.factories import StaffFactory
from tests.sawtak.tickets import MOBILE, NOW, STRANGERS_ID, checked, code_sent, file, texts_sent

LATER = NOW + timedelta(hours=1)


@pytest.mark.django_db
def test_taken_ticket_is_in_progress_and_its_sender_told() -> None:
    agent = StaffFactory.create()
    ticket = take_ticket(ticket_id=file().pk, agent=agent, seen_status="new", now=LATER)
    assert (ticket.status, ticket.assigned_to, ticket.changed_at) == ("in_progress", agent, LATER)
    assert [event.to_status for event in events_of(ticket)] == ["new", "in_progress"]
    assert ticket.reference in texts_sent("ticket_taken")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "status", "template"),
    [
        pytest.param(answer_ticket, "answered", "ticket_answered", id="answer"),
        pytest.param(ask_sender, "awaiting_citizen", "ticket_question", id="question"),
    ],
)
def test_words_of_staff_are_kept_and_the_sms_has_only_the_reference(
    act: Callable[..., Ticket], status: str, template: str
) -> None:
    agent = StaffFactory.create()
    ticket = act(
        ticket_id=file().pk, agent=agent, text=" صُرفت الدفعة اليوم. ", seen_status="new", now=LATER
    )
    assert (ticket.status, ticket.assigned_to) == (status, agent)
    turn = conversation_of(ticket)[-1]
    assert (turn.message.text, turn.is_from_staff) == ("صُرفت الدفعة اليوم.", True)
    assert len(texts_sent(template)) == 1
    assert "صُرفت" not in texts_sent(template)[0]


@pytest.mark.django_db
def test_second_agent_who_answers_leaves_the_ticket_with_the_first() -> None:
    first, second = StaffFactory.create_batch(2)
    ticket = take_ticket(ticket_id=file().pk, agent=first, seen_status="new", now=LATER)
    ticket = answer_ticket(
        ticket_id=ticket.pk, agent=second, text="رد", seen_status="in_progress", now=LATER
    )
    assert ticket.assigned_to == first


@pytest.mark.django_db
def test_closed_ticket_has_its_reason_and_takes_nothing_more() -> None:
    agent = StaffFactory.create()
    ticket = close_ticket(
        ticket_id=file().pk, agent=agent, reason="طلب مكرر", seen_status="new", now=LATER
    )
    assert (ticket.status, events_of(ticket)[-1].reason) == ("closed", "طلب مكرر")
    assert len(texts_sent("ticket_closed")) == 1
    with pytest.raises(TransitionRefused):
        answer_ticket(ticket_id=ticket.pk, agent=agent, text="رد", seen_status="closed", now=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize("act", [answer_ticket, close_ticket])
def test_sender_opens_it_again_for_fourteen_days(act: Callable[..., Ticket]) -> None:
    agent = StaffFactory.create()
    words = {"reason": "تم الرد"} if act is close_ticket else {"text": "صُرفت."}
    ticket = act(ticket_id=file().pk, agent=agent, seen_status="new", now=NOW, **words)
    status = ticket.status
    with pytest.raises(TransitionRefused) as refusal:
        reply_from_sender(
            ticket_id=ticket.pk, text="لم تصل.", attachments=[], now=NOW + timedelta(days=15)
        )
    assert (refusal.value.status, refusal.value.wanted) == (status, "in_progress")
    last_day = NOW + timedelta(days=14)
    for _click in range(2):
        reply_from_sender(ticket_id=ticket.pk, text="لم تصل.", attachments=[], now=last_day)
    steps = [(event.from_status, event.to_status, event.actor_id) for event in events_of(ticket)]
    assert steps[1:] == [("new", status, agent.pk), (status, "in_progress", None)]
    assert [turn.message.text for turn in conversation_of(ticket)][-1] == "لم تصل."


@pytest.mark.django_db
def test_words_of_the_request_itself_open_a_closed_one_again() -> None:
    ticket = close_ticket(
        ticket_id=file(message="أين الدفعة؟").pk,
        agent=StaffFactory.create(),
        reason="مكرر",
        seen_status="new",
        now=LATER,
    )
    ticket = reply_from_sender(ticket_id=ticket.pk, text="أين الدفعة؟", attachments=[], now=LATER)
    assert (ticket.status, len(conversation_of(ticket))) == ("in_progress", 2)


@pytest.mark.django_db
def test_steps_without_words_are_refused() -> None:
    ticket, agent = file(), StaffFactory.create()
    for act, words in ((answer_ticket, "text"), (ask_sender, "text"), (close_ticket, "reason")):
        with pytest.raises(TextMissing):
            act(ticket_id=ticket.pk, agent=agent, seen_status="new", now=LATER, **{words: "  "})
    with pytest.raises(TextMissing):
        reply_from_sender(ticket_id=ticket.pk, text="", attachments=[], now=LATER)
    assert TicketEvent.objects.count() == 1


@pytest.mark.django_db
def test_step_from_an_old_page_is_refused_with_who_and_when() -> None:
    ticket = file()
    first, second = StaffFactory.create(display_name="منى"), StaffFactory.create()
    answer_ticket(ticket_id=ticket.pk, agent=first, text="رد", seen_status="new", now=LATER)
    with pytest.raises(TransitionRefused) as refusal:
        close_ticket(ticket_id=ticket.pk, agent=second, reason="x", seen_status="new", now=LATER)
    assert (refusal.value.status, refusal.value.wanted) == ("answered", "closed")
    assert (refusal.value.by, refusal.value.at) == ("منى", LATER)


@pytest.mark.django_db
def test_ticket_without_history_is_refused_without_a_name() -> None:
    ticket = file()
    TicketEvent.objects.all().delete()
    TicketMessage.objects.all().delete()
    with pytest.raises(TransitionRefused) as refusal:
        take_ticket(
            ticket_id=ticket.pk, agent=StaffFactory.create(), seen_status="answered", now=LATER
        )
    assert (refusal.value.by, refusal.value.at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_two_agents_at_once_answer_once() -> None:
    ticket = file()
    agents = StaffFactory.create_batch(2)
    barrier = Barrier(2)

    def answer(number: int) -> str:
        barrier.wait(timeout=30)
        try:
            answer_ticket(
                ticket_id=ticket.pk,
                agent=agents[number],
                text=f"رد {number}",
                seen_status="new",
                now=LATER,
            )
        except TransitionRefused as refusal:
            return refusal.by
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(answer, range(2)))
    winner = outcomes.index("won")
    assert outcomes[1 - winner] == str(agents[winner])
    assert TicketMessage.objects.filter(author__isnull=False).count() == 1
    assert Message.objects.filter(template="ticket_answered").count() == 1


@pytest.mark.django_db
def test_reply_puts_the_ticket_back_to_work_and_a_double_click_is_one_reply() -> None:
    ticket = file()
    ask_sender(
        ticket_id=ticket.pk,
        agent=StaffFactory.create(),
        text="في أي بنك؟",
        seen_status="new",
        now=LATER,
    )
    for _click in range(2):
        ticket = reply_from_sender(
            ticket_id=ticket.pk, text="في بنك البلاد", attachments=[checked()], now=LATER
        )
    assert ticket.status == "in_progress"
    turns = conversation_of(ticket)
    assert [turn.is_from_staff for turn in turns] == [False, True, False]
    assert [kept.document.name for kept in turns[-1].attachments] == ["كشف.png"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["new", "in_progress"])
def test_words_are_added_to_an_open_ticket_once_and_its_status_stays(status: str) -> None:
    ticket = file()
    if status == "in_progress":
        take_ticket(ticket_id=ticket.pk, agent=StaffFactory.create(), seen_status="new", now=LATER)
    steps = len(events_of(ticket))
    for files in ([], [], [checked()], [checked()], []):
        ticket = reply_from_sender(
            ticket_id=ticket.pk, text="ما زلت أنتظر", attachments=files, now=LATER
        )
    assert ticket.status == status
    assert len(events_of(ticket)) == steps
    added = conversation_of(ticket)[1:]
    assert [len(turn.attachments) for turn in added] == [0, 1]


@pytest.mark.django_db
def test_more_turns_than_an_hour_takes_are_refused(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "ticket_replies_per_ticket_hour": 1}
    ticket = file()
    reply_from_sender(ticket_id=ticket.pk, text="أول", attachments=[], now=LATER)
    with pytest.raises(LimitReached):
        reply_from_sender(ticket_id=ticket.pk, text="ثانٍ", attachments=[], now=LATER)
    assert len(conversation_of(ticket)) == 2


@pytest.mark.django_db
def test_code_goes_to_the_mobile_of_the_ticket_and_not_twice_in_a_minute() -> None:
    ticket = file()
    send_ticket_code(ticket=ticket, now=NOW)
    assert Message.objects.get(template="ticket_code").recipient == MOBILE
    assert len(code_sent()) == 6
    with pytest.raises(CodeSentRecently):
        send_ticket_code(ticket=ticket, now=NOW + timedelta(seconds=30))
    assert len(texts_sent("ticket_code")) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("identifier", "is_found"),
    [(STRANGERS_ID, True), (MOBILE, True), ("1000000008", False), ("+966500000001", False)],
)
def test_ticket_is_found_by_the_id_or_mobile_it_was_filed_with(
    identifier: str, is_found: bool
) -> None:
    ticket = file()
    assert (find_for_tracking(ticket.reference, identifier) == ticket) is is_found
