"""Why the register refused something: one class a refusal, carrying its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


class RegisterRefused(Exception):
    """Anything the register's services refuse."""


@dataclass
class InvalidCycle(RegisterRefused):
    """The text is no cycle, which looks like 2026-11."""

    text: str


@dataclass
class UnknownCycle(RegisterRefused):
    """No results of this cycle were imported yet."""

    code: str


@dataclass
class AnnouncementInFuture(RegisterRefused):
    """Day 0 of a window may be today or past, never a day to come."""

    on: date
    today: date


@dataclass
class UnreadableFile(RegisterRefused):
    """The file as a whole cannot be imported, and nothing of it was.

    `code` and `detail` tell it in the language of a page (`beneficiaries.imports.faults`).
    """

    why: str
    code: str = "unreadable"
    detail: str = ""


@dataclass
class ImportRunning(RegisterRefused):
    """Another import of the same kind is at work."""

    kind: str


class NeedsNoConfirmation(RegisterRefused):
    """The ID passes the check, so that nobody need confirm it."""


@dataclass
class AlreadyConfirmed(RegisterRefused):
    """Somebody confirmed this ID before, and it is in force."""

    by: str
    at: datetime


@dataclass
class AlreadyWithdrawn(RegisterRefused):
    """Somebody withdrew this confirmation before."""

    by: str
    at: datetime
