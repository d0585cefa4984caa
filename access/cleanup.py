"""Forgetting what protects nobody any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from access.models import LimitCounter, OneTimeCode

KEPT_HOURS: Final = 24
"""Longer than any window that is counted, short enough that no history of people grows."""


def forget_old_rows(*, now: datetime) -> int:
    """Delete yesterday's codes and counters and the sessions that are over; give how many.

    Safe to run at any time and twice at once.
    """
    before = now - timedelta(hours=KEPT_HOURS)
    codes, _ = OneTimeCode.objects.filter(expires_at__lt=before).delete()
    counters, _ = LimitCounter.objects.filter(window_starts_at__lt=before).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    return codes + counters + sessions
