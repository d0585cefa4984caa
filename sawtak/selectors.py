"""Reading tickets, each at a known number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch, Q, QuerySet

from notifications.outbox import is_told
from sawtak.models import Ticket, TicketAttachment, TicketEvent, TicketMessage, TicketRepeat

RECEIVED: Final = "received"
"""The event of the SMS that says a ticket arrived."""


def repeated_event(number: int) -> str:
    """Name the event of the SMS that answers a request which joined its ticket."""
    return f"repeat:{number}"


def was_repeated(ticket: Ticket) -> bool:
    """Tell whether the same request came again and joined a ticket."""
    return TicketRepeat.objects.filter(ticket=ticket).exists()


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
    """Give what happened to a ticket, oldest first, without what was refused."""
    return list(TicketEvent.objects.filter(ticket=ticket, is_refused=False).order_by("id"))


def version_of(ticket_id: int) -> str:
    """Give what changes with every step of a ticket and every word in it."""
    events = TicketEvent.objects.filter(ticket=ticket_id, is_refused=False).order_by("-pk")
    words = TicketMessage.objects.filter(ticket=ticket_id).order_by("-pk")
    return _version(*(rows.values_list("pk", flat=True).first() for rows in (events, words)))


def version_among(
    ticket: Ticket, events: Iterable[TicketEvent], messages: Iterable[TicketMessage]
) -> str:
    """Give the same from rows that were read already."""
    return _version(
        max((event.pk for event in events if not event.is_refused), default=None),
        max((each.pk for each in messages if each.ticket_id == ticket.pk), default=None),
    )


def _version(event: int | None, words: int | None) -> str:
    return f"{event or 0}-{words or 0}"


@dataclass(frozen=True)
class Turn:
    """One turn of the conversation as its reader sees it."""

    message: TicketMessage
    is_from_staff: bool
    attachments: Sequence[TicketAttachment]


def messages_of(ticket: Ticket) -> QuerySet[TicketMessage]:
    """Give what was said in a ticket and in those that were joined with it, oldest first."""
    joined = Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket.pk)).values("pk")
    return TicketMessage.objects.filter(ticket__in=joined).order_by("written_at", "id")


def conversation_of(ticket: Ticket) -> list[Turn]:
    """Give the conversation of a ticket, oldest first, with its files, in two statements."""
    attachments = TicketAttachment.objects.select_related("document").order_by("id")
    messages = messages_of(ticket).prefetch_related(Prefetch("attachments", queryset=attachments))
    return [
        Turn(
            message=message,
            is_from_staff=message.author_id is not None,
            attachments=list(message.attachments.all()),
        )
        for message in messages
    ]
