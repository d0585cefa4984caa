"""Numbers at which, as a gateway said, nobody can be reached."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifications.models import DoubtfulNumber

WRONG_NUMBER: Final = "wrong number"
"""The reason where somebody who called found that the number is another person's."""


def doubt_number(mobile: str, *, reason: str, now: datetime) -> None:
    """Mark a number; the first reason stays until a delivery clears it.

    That it is another person's counts more than any other reason.
    """
    row, is_new = DoubtfulNumber.objects.get_or_create(
        mobile=mobile, defaults={"since": now, "reason": reason[:40]}
    )
    if not is_new and reason == WRONG_NUMBER and row.reason != WRONG_NUMBER:
        DoubtfulNumber.objects.filter(pk=row.pk).update(since=now, reason=reason)


def trust_number(mobile: str) -> None:
    """Clear a number: its owner typed the code that was sent to it."""
    DoubtfulNumber.objects.filter(mobile=mobile).delete()


def note_delivery(mobile: str) -> None:
    """Clear a number at which a message arrived, unless it is known to be another person's."""
    DoubtfulNumber.objects.filter(mobile=mobile).exclude(reason=WRONG_NUMBER).delete()


def is_doubtful(mobile: str) -> bool:
    """Tell whether a gateway said that nobody can be reached there, and nothing arrived since."""
    return DoubtfulNumber.objects.filter(mobile=mobile).exists()
