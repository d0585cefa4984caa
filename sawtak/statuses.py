"""The one table of a ticket's statuses and of what may follow what (DOMAIN 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketStatus(models.TextChoices):
    """Labels as citizens read them."""

    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    AWAITING_CITIZEN = "awaiting_citizen", _("Waiting for your reply")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn by you")


class TicketAct(models.TextChoices):
    """What a row of a ticket's history is: a step to a status, or what staff did beside it.

    The first six are also what a refused attempt was, which changed nothing.
    """

    MOVED = "moved", _("Change of status")
    TAKE = "take", _("Taking the ticket")
    ANSWER = "answer", _("An answer")
    ASK = "ask", _("A question to the sender")
    CLOSE = "close", _("Closing the ticket")
    HANDED_OVER = "handed_over", _("Handed over")
    PUT_BACK = "put_back", _("Put back into the queue")
    LINKED = "linked", _("Linked with another ticket")
    UNLINKED = "unlinked", _("Link taken away")
    MERGED = "merged", _("Joined with another ticket")
    TOOK_IN = "took_in", _("Another ticket was joined with it")
    SPLIT = "split", _("A second matter got a ticket of its own")
    SPLIT_OFF = "split_off", _("Split from another ticket")
    DRAFTED = "drafted", _("An objection was prepared")


@dataclass(frozen=True)
class Badge:
    """How a status is shown: never by colour alone."""

    kind: str
    icon: str


BADGES: Final[dict[str, Badge]] = {
    TicketStatus.NEW: Badge("info", "chat"),
    TicketStatus.IN_PROGRESS: Badge("info", "eye"),
    TicketStatus.AWAITING_CITIZEN: Badge("wait", "reply"),
    TicketStatus.ANSWERED: Badge("ok", "ok"),
    TicketStatus.CLOSED: Badge("plain", "check"),
    TicketStatus.WITHDRAWN: Badge("plain", "undo"),
}

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    TicketStatus.NEW: frozenset(
        {
            TicketStatus.IN_PROGRESS,
            TicketStatus.AWAITING_CITIZEN,
            TicketStatus.ANSWERED,
            TicketStatus.CLOSED,
            TicketStatus.WITHDRAWN,
        }
    ),
    TicketStatus.IN_PROGRESS: frozenset(
        {
            TicketStatus.AWAITING_CITIZEN,
            TicketStatus.ANSWERED,
            TicketStatus.CLOSED,
            TicketStatus.WITHDRAWN,
        }
    ),
    TicketStatus.AWAITING_CITIZEN: frozenset(
        {
            TicketStatus.IN_PROGRESS,
            TicketStatus.ANSWERED,
            TicketStatus.CLOSED,
            TicketStatus.WITHDRAWN,
        }
    ),
    TicketStatus.ANSWERED: frozenset({TicketStatus.IN_PROGRESS, TicketStatus.CLOSED}),
    # Opened again by its sender, for some days: see sawtak.rules.reopen_until.
    TicketStatus.CLOSED: frozenset({TicketStatus.IN_PROGRESS}),
    TicketStatus.WITHDRAWN: frozenset(),
}

WAITING_STATUSES: Final = (
    TicketStatus.NEW,
    TicketStatus.IN_PROGRESS,
    TicketStatus.AWAITING_CITIZEN,
)
"""What is not answered yet; the index of the staff's queue names the same ones."""
