"""Why a ticket's service refused: one class a refusal, carrying its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class TicketRefused(Exception):
    """Anything a ticket's service refuses."""


@dataclass
class TransitionRefused(TicketRefused):
    """Somebody changed the ticket first, or the step is not allowed from its status.

    `by` is the name of whoever made the last change (empty for the sender) and `at` its instant,
    so that the second of two people reads what happened (O29).
    """

    status: str
    wanted: str
    by: str = ""
    at: datetime | None = None
    did: str = ""
    """What that change was: a `TicketAct`, or words of the sender."""


class ReceiverMissing(TicketRefused):
    """A ticket is handed to nobody who could answer it, or to whoever has it."""


@dataclass
class NotTogether(TicketRefused):
    """Two tickets that cannot be linked or joined; `why` names the rule."""

    why: str


class NothingChosen(TicketRefused):
    """A second matter without words of the sender that it is made of."""


class AlreadyRated(TicketRefused):
    """The ticket was rated before; a rating stays as it was given."""


class TextMissing(TicketRefused):
    """The step needs words that the sender reads, and there are none."""
