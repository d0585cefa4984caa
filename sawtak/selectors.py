"""Reading tickets, each at a known number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch, Q

from notifications.outbox import is_told
from sawtak.models import Ticket, TicketAttachment, TicketEvent, TicketMessage

RECEIVED: Final = "received"
"""The event of the SMS that says a ticket arrived."""


def told_event(ticket: Ticket, event: str) -> str:
    """Name an event of a ticket as the outbox knows it."""
    return f"ticket:{ticket.pk}:{event}"


def is_reference_sent(ticket: Ticket) -> bool:
    """Tell whether the SMS with the reference is in the outbox: not beyond a mobile's limit."""
    return is_told(event=told_event(ticket, RECEIVED), to=ticket.mobile)


def find_for_tracking(reference: str, identifier: str) -> Ticket | None:
    """Give the ticket with this reference that was filed with this ID or mobile, or nothing.

    One statement, the same whether the reference is unknown or belongs to somebody else.
    `identifier` is a national ID or a mobile in its stored form.
    """
    return (
        Ticket.objects.filter(reference=reference)
        .filter(Q(national_id=identifier) | Q(mobile=identifier))
        .first()
    )


def events_of(ticket: Ticket) -> list[TicketEvent]:
    """Give a ticket's events, oldest first: when, by whom, to what."""
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("id"))


@dataclass(frozen=True)
class Turn:
    """One turn of the conversation as its reader sees it."""

    message: TicketMessage
    is_from_staff: bool
    attachments: Sequence[TicketAttachment]


def conversation_of(ticket: Ticket) -> list[Turn]:
    """Give the conversation of a ticket, oldest first, with its files, in two statements."""
    attachments = TicketAttachment.objects.select_related("document").order_by("id")
    messages = (
        TicketMessage.objects.filter(ticket=ticket)
        .order_by("id")
        .prefetch_related(Prefetch("attachments", queryset=attachments))
    )
    return [
        Turn(
            message=message,
            is_from_staff=message.author_id is not None,
            attachments=list(message.attachments.all()),
        )
        for message in messages
    ]
