"""Numbers at which, as a gateway said, nobody can be reached."""

from __future__ import annotations

from datetime import datetime

from notifications.models import DoubtfulNumber


def doubt_number(mobile: str, *, reason: str, now: datetime) -> None:
    """Mark a number; the first reason stays until a delivery clears it."""
    DoubtfulNumber.objects.get_or_create(
        mobile=mobile, defaults={"since": now, "reason": reason[:40]}
    )


def trust_number(mobile: str) -> None:
    """Clear a number: a message arrived there."""
    DoubtfulNumber.objects.filter(mobile=mobile).delete()
