"""Why a note or a flag is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class PersonRefused(RuntimeError):
    """Something that cannot be written on a person's page."""


@dataclass
class EndedBefore(PersonRefused):
    """A colleague struck the note out, or took the flag away, first."""

    by: str
    at: datetime | None


@dataclass
class FlagIsSet(PersonRefused):
    """The person has this flag already: by whom and since when."""

    by: str
    at: datetime


class DayRefused(PersonRefused):
    """A flag lasts from tomorrow to a year at most."""
