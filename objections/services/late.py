"""Attempts to object after the last day, kept so that staff see who came too late."""

from __future__ import annotations

from datetime import datetime

from beneficiaries.models import Person
from objections.contested import track_of, window_of
from objections.models import Contested, LateAttempt
from objections.statuses import FilingChannel
from saudi.gregorian import riyadh_date


def record_late_attempt(
    *, contested: Contested, person: Person, channel: FilingChannel, now: datetime
) -> None:
    """Keep that somebody tried after the last day; at most one row a person, row and day.

    One statement; nothing where the window is open, so that no page can record what was in time.
    """
    window = window_of(contested)
    today = riyadh_date(now)
    if window is None or contested.superseded_on is not None or today <= window.deadline:
        return
    attempt = LateAttempt(
        **{track_of(contested): contested},
        person=person,
        on=today,
        at=now,
        last_day=window.deadline,
        channel=channel,
    )
    LateAttempt.objects.bulk_create([attempt], ignore_conflicts=True)
