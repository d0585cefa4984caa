"""What staff do with a ticket: take it, answer, ask, close.

Each step locks the ticket's row, checks the table of transitions against the status the staff
member saw, appends the event and queues the SMS, all in one transaction (O29).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from beneficiaries.models import User
from sawtak.errors import TextMissing, TransitionRefused
from sawtak.models import Ticket
from sawtak.services.steps import append_words, last_change, lock_seen, lock_ticket, move
from sawtak.statuses import TicketStatus
from sawtak.telling import tell_sender


def take_ticket(*, ticket_id: int, agent: User, seen_status: str, now: datetime) -> Ticket:
    """Give a ticket that is nobody's to a member of staff, who works on it from now.

    The sender is told when the work begins, and not of who goes on with it.

    Raises:
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        is_new = ticket.status == TicketStatus.NEW
        if (
            ticket.status != seen_status
            or ticket.assigned_to_id is not None
            or not (is_new or ticket.status == TicketStatus.IN_PROGRESS)
        ):
            by, at = last_change(ticket)
            raise TransitionRefused(ticket.status, TicketStatus.IN_PROGRESS, by, at)
        ticket.assigned_to = agent
        event = move(ticket, TicketStatus.IN_PROGRESS, actor=agent, now=now)
        if is_new:
            tell_sender(ticket, "ticket_taken", event=f"taken:{event.pk}", now=now)
    return ticket


def answer_ticket(
    *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    """Answer a ticket with words that its sender reads.

    Raises:
        TextMissing: the answer is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    return _write(
        TicketStatus.ANSWERED,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        now=now,
    )


def ask_sender(
    *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    """Ask the sender a question; the ticket waits for the reply.

    Raises:
        TextMissing: the question is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    return _write(
        TicketStatus.AWAITING_CITIZEN,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        now=now,
    )


def close_ticket(
    *, ticket_id: int, agent: User, reason: str, seen_status: str, now: datetime
) -> Ticket:
    """Close a ticket for a reason that its sender reads.

    Raises:
        TextMissing: the reason is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    if not reason.strip():
        raise TextMissing
    with transaction.atomic():
        ticket = lock_seen(ticket_id, seen_status, TicketStatus.CLOSED)
        event = move(ticket, TicketStatus.CLOSED, actor=agent, now=now, reason=reason.strip())
        tell_sender(ticket, "ticket_closed", event=f"closed:{event.pk}", now=now)
    return ticket


_TOLD = {
    TicketStatus.ANSWERED: ("ticket_answered", "answered"),
    TicketStatus.AWAITING_CITIZEN: ("ticket_question", "question"),
}


def _write(
    wanted: TicketStatus, *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    if not text.strip():
        raise TextMissing
    template, name = _TOLD[wanted]
    with transaction.atomic():
        ticket = lock_seen(ticket_id, seen_status, wanted)
        ticket.assigned_to = ticket.assigned_to or agent
        append_words(ticket, text.strip(), author=agent, now=now)
        event = move(ticket, wanted, actor=agent, now=now)
        tell_sender(ticket, template, event=f"{name}:{event.pk}", now=now)
    return ticket
