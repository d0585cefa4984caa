"""Why a step of a contact is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class ContactRefused(RuntimeError):
    """A contact cannot take the step that somebody wants."""


@dataclass
class ContactIsOver(ContactRefused):
    """It was ended before: how, by whom and when."""

    outcome: str
    by: str
    at: datetime | None


class KnownAlready(ContactRefused):
    """A known problem is out of use already, or in use again."""


class ContactIsAnothers(ContactRefused):
    """A colleague has it."""


class CallerNotMatched(ContactRefused):
    """The three facts are not one person's; which of them differs is not told."""


class NotTheirTicket(ContactRefused):
    """The ticket takes no words, or is not the identified person's."""


@dataclass
class OutcomeRefused(ContactRefused):
    """The contact cannot end so: `field` names what is missing or does not fit."""

    field: str
