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
