"""Forgetting what protects nobody any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from access.models import LimitCounter, OneTimeCode

KEPT_HOURS: Final = 24
"""Longer than any window that is counted, short enough that no history of people grows."""


def forget_old_rows(*, now: datetime) -> int:
    """Delete codes and counters of yesterday and give how many; safe to run at any time."""
    before = now - timedelta(hours=KEPT_HOURS)
    codes, _ = OneTimeCode.objects.filter(expires_at__lt=before).delete()
    counters, _ = LimitCounter.objects.filter(window_starts_at__lt=before).delete()
    return codes + counters
