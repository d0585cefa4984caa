"""Forgetting what protects nobody any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from access.models import LimitCounter, OneTimeCode, StaffSignInEvent

KEPT_HOURS: Final = 27
"""Longer than any window that is counted (a day and a slice of it), short enough that no history
of people grows."""

SIGN_INS_KEPT_DAYS: Final = 365
"""How long it can be asked who signed in to the staff site, when and from where."""


def forget_old_rows(*, now: datetime) -> int:
    """Delete yesterday's codes and counters and the sessions that are over; give how many.

    Sign-ins of staff go after a year. Safe to run at any time and twice at once.
    """
    before = now - timedelta(hours=KEPT_HOURS)
    codes, _ = OneTimeCode.objects.filter(expires_at__lt=before).delete()
    counters, _ = LimitCounter.objects.filter(window_starts_at__lt=before).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    long_ago = now - timedelta(days=SIGN_INS_KEPT_DAYS)
    sign_ins, _ = StaffSignInEvent.objects.filter(at__lt=long_ago).delete()
    return codes + counters + sessions + sign_ins
