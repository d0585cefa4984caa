"""Hours of the lanes and waits between tries, at their edges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notifications.rules import (
    MAX_TRIES,
    is_sending_hour,
    retry_delay_seconds,
    sending_time,
)
from notifications.statuses import Lane
from saudi.gregorian import RIYADH


def riyadh(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=RIYADH)


@pytest.mark.parametrize("lane", [Lane.CODES, Lane.CASES])
@pytest.mark.parametrize("hour", [0, 8, 21, 23])
def test_codes_and_case_updates_go_at_any_hour(lane: Lane, hour: int) -> None:
    assert is_sending_hour(lane, riyadh(24, hour))
    assert sending_time(lane, riyadh(24, hour)) == riyadh(24, hour)


@pytest.mark.parametrize("lane", [Lane.REMINDERS, Lane.ANNOUNCEMENTS])
@pytest.mark.parametrize(
    ("at", "goes_at"),
    [
        pytest.param(riyadh(24, 8, 59, 59), riyadh(24, 9), id="second-before-nine"),
        pytest.param(riyadh(24, 9), riyadh(24, 9), id="nine"),
        pytest.param(riyadh(24, 20, 59, 59), riyadh(24, 20, 59, 59), id="second-before-nine-pm"),
        pytest.param(riyadh(24, 21), riyadh(25, 9), id="nine-pm"),
        pytest.param(riyadh(24, 0, 30), riyadh(24, 9), id="half-past-midnight"),
        pytest.param(riyadh(30, 23), datetime(2026, 12, 1, 9, tzinfo=RIYADH), id="month-end"),
        pytest.param(
            datetime(2026, 11, 24, 22, 0, tzinfo=UTC), riyadh(25, 9), id="utc-is-the-next-day"
        ),
    ],
)
def test_bulk_keeps_to_the_day_in_riyadh(lane: Lane, at: datetime, goes_at: datetime) -> None:
    assert sending_time(lane, at) == goes_at
    assert is_sending_hour(lane, at) == (at == goes_at)


def test_waits_grow_and_end() -> None:
    waits = [retry_delay_seconds(tries) for tries in range(1, MAX_TRIES)]
    assert waits == sorted(waits, key=lambda wait: wait or 0)
    assert None not in waits
    assert retry_delay_seconds(MAX_TRIES) is None
    assert MAX_TRIES == 5
