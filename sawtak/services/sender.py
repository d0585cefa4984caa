"""What the sender does with a ticket after it is filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from access import limits
from documents.intake import CheckedFile, files_follow_transaction
from saudi.gregorian import riyadh_date
from sawtak.attachments import attach_files
from sawtak.errors import AlreadyRated, TextMissing
from sawtak.models import Ticket, TicketMessage, TicketRating
from sawtak.rules import REOPENED_FROM, can_reply
from sawtak.services.steps import append_words, lock_ticket, move, refusal
from sawtak.statuses import TRANSITIONS, TicketStatus

REPLY_LIMIT: Final = "ticket_replies"
_WORKED_ON: Final = frozenset({TicketStatus.NEW, TicketStatus.IN_PROGRESS})


def reply_from_sender(
    *,
    ticket_id: int,
    text: str,
    attachments: Sequence[CheckedFile],
    now: datetime,
    channel: str = "",
) -> Ticket:
    """Add the sender's words, which open an answered or closed ticket again.

    Locks the ticket. A reply to a question and words that reopen put it to work; what is added to
    one that is being worked on changes no status. Words to a ticket that was joined with another
    are words to that one. The same words and files sent twice (a double
    click, a retry) are one turn.

    Raises:
        TextMissing: the text is empty.
        TransitionRefused: the ticket takes no words any more.
        LimitReached: the ticket had as many turns of its sender as an hour takes.
        FilesNotKept: the store takes no files now; nothing is stored.
    """
    if not text:
        raise TextMissing
    with files_follow_transaction(attachments):
        ticket = lock_ticket(survivor_of(ticket_id))
        if ticket.merged_into_id is not None:
            raise refusal(ticket, TicketStatus.IN_PROGRESS)
        if _is_repeat(ticket, text, attachments):
            return ticket
        if not can_reply(ticket.status, changed_at=ticket.changed_at, today=riyadh_date(now)):
            raise refusal(ticket, TicketStatus.IN_PROGRESS)
        ceiling = settings.LIMITS["ticket_replies_per_ticket_hour"]
        limits.count_below(REPLY_LIMIT, ticket.reference, ceiling=ceiling, now=now)
        message = append_words(ticket, text, author=None, now=now, channel=channel)
        attach_files(message.pk, attachments, now)
        if ticket.status not in _WORKED_ON:
            move(ticket, TicketStatus.IN_PROGRESS, actor=None, now=now)
    return ticket


def survivor_of(ticket_id: int) -> int:
    """Give the id of the ticket that goes on with what one says: its own, or the joined one's."""
    into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into", flat=True).first()
    return into or ticket_id


def _is_repeat(ticket: Ticket, text: str, attachments: Sequence[CheckedFile]) -> bool:
    """Tell whether these are the sender's last words, of a ticket that has them to work on."""
    if ticket.status not in _WORKED_ON:
        return False
    last = TicketMessage.objects.filter(ticket=ticket).order_by("-id").first()
    if last is None or last.author_id is not None or last.text != text:
        return False
    kept = last.attachments.values_list("document__sha256", flat=True)
    return {file.sha256 for file in attachments} <= set(kept)


def withdraw_ticket(*, ticket_id: int, now: datetime) -> Ticket:
    """End a ticket because its sender wants it. A second click changes nothing.

    Raises:
        TransitionRefused: it is answered or closed already.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        if ticket.status == TicketStatus.WITHDRAWN:
            return ticket
        if TicketStatus.WITHDRAWN not in TRANSITIONS[ticket.status]:
            raise refusal(ticket, TicketStatus.WITHDRAWN)
        move(ticket, TicketStatus.WITHDRAWN, actor=None, now=now)
    return ticket


def rate_ticket(*, ticket_id: int, stars: int, comment: str, now: datetime) -> TicketRating:
    """Keep what the sender thinks of an answered or closed ticket: 1 to 5, and words if any.

    The same rating sent twice is one.

    Raises:
        AlreadyRated: there is another one.
        TransitionRefused: the ticket is neither answered nor closed.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        earlier = TicketRating.objects.filter(ticket=ticket).first()
        if earlier is not None:
            if (earlier.stars, earlier.comment) != (stars, comment):
                raise AlreadyRated
            return earlier
        if ticket.status not in REOPENED_FROM:
            raise refusal(ticket, ticket.status)
        return TicketRating.objects.create(
            ticket=ticket, stars=stars, comment=comment, rated_at=now
        )
