"""Steps of a ticket that are refused, or change nothing, one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Message
from sawtak.errors import (
    NothingChosen,
    NotTogether,
    ReceiverMissing,
    TextMissing,
    TransitionRefused,
)
from sawtak.models import Ticket, TicketEvent
from sawtak.rules import hindrance_to_join
from sawtak.services import add_note, reply_from_sender, take_ticket
from sawtak.services.handing import hand_over_ticket
from sawtak.services.joining import link_tickets, split_ticket, unlink_tickets
from tests import personas
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LATER = tickets.NOW + timedelta(hours=1)


def taken() -> Ticket:
    """Give a ticket that an agent has."""
    return take_ticket(
        ticket_id=tickets.file().pk, agent=personas.staff("agent"), seen_status="new", now=LATER
    )


def test_what_is_taken_is_not_taken_again() -> None:
    ticket = taken()
    with pytest.raises(TransitionRefused):
        take_ticket(
            ticket_id=ticket.pk,
            agent=personas.staff("agent"),
            seen_status=ticket.status,
            now=LATER,
        )


def test_a_returned_ticket_is_taken_without_a_second_message() -> None:
    ticket = taken()
    Ticket.objects.filter(pk=ticket.pk).update(assigned_to=None)
    before = Message.objects.count()
    again = take_ticket(
        ticket_id=ticket.pk, agent=personas.staff("agent"), seen_status="in_progress", now=LATER
    )
    assert again.assigned_to is not None
    assert Message.objects.count() == before


def test_nothing_is_noted_and_nothing_is_said_without_words() -> None:
    ticket = taken()
    with pytest.raises(TextMissing):
        add_note(ticket_id=ticket.pk, author=personas.staff("agent"), text=" \u200f", now=LATER)
    with pytest.raises(TextMissing):
        reply_from_sender(ticket_id=ticket.pk, text="", attachments=[], now=LATER)


def test_a_ticket_is_not_handed_to_whoever_has_it_nor_to_nobody_who_answers() -> None:
    ticket = taken()
    holder = ticket.assigned_to
    assert holder is not None
    for to in (holder, personas.staff("auditor")):
        with pytest.raises(ReceiverMissing):
            hand_over_ticket(
                ticket_id=ticket.pk,
                by=holder,
                to=to,
                note="",
                seen_status=ticket.status,
                now=LATER,
            )


def test_links_are_of_two_and_made_and_taken_away_once() -> None:
    by = personas.staff("agent")
    one, other = tickets.file(), tickets.file(message="سؤال آخر عن التسجيل.")
    with pytest.raises(NotTogether):
        link_tickets(ticket_id=one.pk, other_id=one.pk, by=by, now=LATER)
    for _time in range(2):
        link_tickets(ticket_id=one.pk, other_id=other.pk, by=by, now=LATER)
    for _time in range(2):
        unlink_tickets(ticket_id=other.pk, other_id=one.pk, by=by, now=LATER)
    acts = TicketEvent.objects.filter(ticket=one, actor=by).count()
    assert acts == 2


def test_a_split_needs_words_and_takes_each_that_was_chosen() -> None:
    ticket = taken()
    reply_from_sender(ticket_id=ticket.pk, text="ومتى تفتح التسجيل؟", attachments=[], now=LATER)
    by = ticket.assigned_to
    assert by is not None
    said = list(ticket.messages.filter(author=None).values_list("pk", flat=True))

    def split(chosen: list[int]) -> Ticket:
        ticket.refresh_from_db()
        return split_ticket(
            ticket_id=ticket.pk,
            message_ids=chosen,
            category="registration",
            by=by,
            seen_status=ticket.status,
            now=LATER,
        )

    with pytest.raises(NothingChosen):
        split([])
    assert split(said).messages.count() == len(said) == 2


@pytest.mark.parametrize(
    ("statuses", "are_merged", "why"),
    [
        (("new", "answered"), False, "ended"),
        (("new", "new"), True, "ended"),
        (("withdrawn", "new"), False, "done"),
        (("new", "new"), False, ""),
    ],
)
def test_only_open_ones_come_together(
    statuses: tuple[str, str], are_merged: bool, why: str
) -> None:
    mobiles = ("+966500000007", "+966500000007")
    found = hindrance_to_join(
        mobiles=mobiles, national_ids=("", ""), statuses=statuses, are_merged=are_merged
    )
    assert found == why
