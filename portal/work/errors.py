"""Why the queue refused: one class a refusal, carrying its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


class WorkRefused(Exception):
    """Anything that the queue refuses."""


class NothingToDo(WorkRefused):
    """No case waits for this person."""


class NotInQueue(WorkRefused):
    """The case is no longer open."""


class NotYours(WorkRefused):
    """The case is another's, and its reader leads no team."""


class NoteMissing(WorkRefused):
    """The step needs a reason."""


@dataclass
class DayRefused(WorkRefused):
    """A case is not put off until this day: it has passed, or is too late by `latest`."""

    latest: date
