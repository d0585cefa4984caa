"""What every step of a ticket is made of: the lock, the move with its event, the words."""

from __future__ import annotations

from datetime import datetime

from beneficiaries.models import User
from sawtak.models import Ticket, TicketEvent, TicketMessage
from sawtak.rules import ensure_transition
from sawtak.statuses import TicketStatus


def lock_ticket(ticket_id: int) -> Ticket:
    """Give a ticket whose row nobody else changes until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)


def lock_seen(ticket_id: int, seen_status: str, wanted: TicketStatus) -> Ticket:
    """Lock a ticket and refuse the step if it cannot be taken from what the person saw."""
    ticket = lock_ticket(ticket_id)
    by, at = last_change(ticket)
    ensure_transition(status=ticket.status, wanted=wanted, seen_status=seen_status, by=by, at=at)
    return ticket


def last_change(ticket: Ticket) -> tuple[str, datetime | None]:
    """Give who made the last step (empty for the sender) and when."""
    last = TicketEvent.objects.filter(ticket=ticket).select_related("actor").order_by("-id").first()
    if last is None:
        return "", None
    return str(last.actor or ""), last.at


def move(
    ticket: Ticket, to_status: TicketStatus, *, actor: User | None, now: datetime, reason: str = ""
) -> TicketEvent:
    """Change the status of a locked ticket and append the event that says so."""
    from_status, ticket.status, ticket.changed_at = ticket.status, to_status, now
    ticket.save(update_fields=["status", "changed_at", "assigned_to"])
    return _record(ticket, from_status=from_status, actor=actor, now=now, reason=reason)


def _record(
    ticket: Ticket, *, from_status: str, actor: User | None, now: datetime, reason: str = ""
) -> TicketEvent:
    return TicketEvent.objects.create(
        ticket=ticket,
        at=now,
        actor=actor,
        from_status=from_status,
        to_status=ticket.status,
        reason=reason,
    )


def append_words(
    ticket: Ticket, text: str, *, author: User | None, now: datetime, channel: str = ""
) -> TicketMessage:
    """Add a turn to the conversation; without an author it is the sender's, come by `channel`."""
    return TicketMessage.objects.create(
        ticket=ticket, author=author, text=text, channel=channel, written_at=now
    )
