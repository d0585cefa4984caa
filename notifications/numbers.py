"""Numbers at which, as a gateway said, nobody can be reached."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifications.models import DoubtfulNumber

WRONG_NUMBER: Final = "wrong number"
"""The reason where somebody who called found that the number is another person's."""


def doubt_number(mobile: str, *, reason: str, now: datetime) -> None:
    """Mark a number; the first reason stays until a delivery clears it."""
    DoubtfulNumber.objects.get_or_create(
        mobile=mobile, defaults={"since": now, "reason": reason[:40]}
    )


def trust_number(mobile: str) -> None:
    """Clear a number: a message arrived there, or its owner typed the code that was sent to it."""
    DoubtfulNumber.objects.filter(mobile=mobile).delete()


def is_doubtful(mobile: str) -> bool:
    """Tell whether a gateway said that nobody can be reached there, and nothing arrived since."""
    return DoubtfulNumber.objects.filter(mobile=mobile).exists()
