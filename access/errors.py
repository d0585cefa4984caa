"""Why access was refused: one class a refusal, carrying its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class AccessRefused(Exception):
    """Anything that protects people from guessing and flooding."""


@dataclass
class CodeSentRecently(AccessRefused):
    """A code went out less than a minute ago and is still good; another may be asked for later."""

    retry_after_seconds: int


@dataclass
class TooManyCodes(AccessRefused):
    """The hour's codes of this person have all been asked for."""

    retry_at: datetime


@dataclass
class TooManyWrongTries(AccessRefused):
    """The hour's wrong tries of this person are used up, whatever code is sent."""

    retry_at: datetime


@dataclass
class WrongCode(AccessRefused):
    """The code is another one. With no tries left a new code has to be asked for."""

    tries_left: int


class CodeExpired(AccessRefused):
    """No code waits for this person: too old, used, tried too often, or never asked for."""


@dataclass
class LimitReached(AccessRefused):
    """Something was done as often as it may be in its window."""

    limit: str
    retry_at: datetime
