"""The same request sent again by the same person: it joins the one that is open (docs/adr/0035)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from access import limits
from documents.intake import CheckedFile
from saudi.text import fold
from sawtak.attachments import attach_files
from sawtak.models import Ticket, TicketRepeat
from sawtak.rules import REPEAT_DAYS, tells_of_itself
from sawtak.selectors import repeated_event
from sawtak.services.sender import REPLY_LIMIT
from sawtak.services.steps import append_words
from sawtak.telling import tell_sender

if TYPE_CHECKING:
    from sawtak.services.filing import TicketDetails

_FIND: Final = """
    SELECT ticket_id, is_stored FROM sawtak_same_open(
        %(key)s, %(mobile)s, %(national_id)s, %(birth_date)s, %(category)s, %(full_name)s,
        %(subject)s, %(text)s, %(since)s
    )
"""


@dataclass(frozen=True)
class Sender:
    """What a browser may know of already: tickets it filed, found or proved, or a person's own."""

    references: Collection[str] = ()
    person_id: int | None = None
    mobile: str = ""

    def knows(self, ticket: Ticket) -> bool:
        """Tell whether it learns nothing when it is told of a ticket."""
        is_own = (
            self.person_id is not None
            and self.person_id == ticket.person_id
            and self.mobile == ticket.mobile
        )
        return is_own or ticket.reference in self.references


@dataclass(frozen=True)
class SameOpen:
    """The open ticket with the same content; `is_stored`: this very submission was stored."""

    ticket: Ticket
    is_stored: bool


def find_same_open(
    details: TicketDetails, *, submission_key: str, sender: Sender, now: datetime
) -> SameOpen | None:
    """Give the open ticket of the last days that says the same, locked; None for a new one.

    In a transaction. Two equal submissions at once come in turn, by a lock on what they say. A
    short text can be guessed: it finds only what its sender knows of already.
    """
    values: dict[str, Any] = {
        "key": submission_key,
        "mobile": details.mobile,
        "national_id": details.national_id,
        "birth_date": "" if details.birth_date is None else str(details.birth_date),
        "category": str(details.category),
        "full_name": fold(details.full_name),
        "subject": fold(details.subject),
        "text": fold(details.message),
        "since": now - timedelta(days=REPEAT_DAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        found = dict(cursor.fetchall())
    if not found:
        return None
    tickets = list(Ticket.objects.filter(pk__in=found).order_by("id"))
    stored = [each for each in tickets if found[each.pk]]
    known = [each for each in tickets if sender.knows(each)]
    any_of_them = tickets if tells_of_itself(values["text"]) else []
    for ticket in (*stored, *known, *any_of_them):
        return SameOpen(ticket, is_stored=found[ticket.pk])
    return None


def join_ticket(
    ticket: Ticket,
    *,
    text: str,
    attachments: Sequence[CheckedFile],
    submission_key: str,
    channel: str,
    may_tell: bool,
    now: datetime,
) -> None:
    """Record that a locked ticket's request came again, keep the files, and send its number.

    Raises:
        LimitReached: it had as many turns with files as an hour takes.
    """
    repeat = TicketRepeat.objects.create(
        ticket=ticket, submission_key=submission_key, channel=channel, sent_at=now
    )
    if attachments:
        ceiling = settings.LIMITS["ticket_replies_per_ticket_hour"]
        limits.count_below(REPLY_LIMIT, ticket.reference, ceiling=ceiling, now=now)
        message = append_words(ticket, text, author=None, now=now)
        attach_files(message.pk, attachments, now)
    if may_tell:
        tell_sender(ticket, "ticket_received", event=repeated_event(repeat.pk), now=now)
