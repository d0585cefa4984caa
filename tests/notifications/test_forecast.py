"""When a campaign's first and last message leave."""

from __future__ import annotations

from datetime import datetime

import pytest

from notifications.forecast import Pace, forecast
from notifications.statuses import Lane
from saudi.gregorian import RIYADH


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("messages", "start", "pace", "first", "last"),
    [
        pytest.param(
            800, at(24, 12), Pace(100, 0, 50), at(24, 12), at(24, 12, 0, 10), id="eight-tenths"
        ),
        pytest.param(
            2_500, at(24, 12), Pace(0, 0, 50), at(24, 12), at(24, 12, 0, 10), id="no-ceiling"
        ),
        pytest.param(
            2_500, at(24, 12), Pace(10_000, 0, 50), at(24, 12), at(24, 12, 0, 10), id="few-hands"
        ),
        pytest.param(80, at(24, 22), Pace(10, 0, 50), at(25, 9), at(25, 9, 0, 10), id="at-night"),
        pytest.param(
            36_000, at(24, 20), Pace(10, 0, 50), at(24, 20), at(25, 9, 15), id="over-the-night"
        ),
        pytest.param(
            1_000, at(24, 12), Pace(10, 1_000, 50), at(24, 12), at(25, 9, 0, 25), id="days-limit"
        ),
    ],
)
def test_first_and_last(
    messages: int, start: datetime, pace: Pace, first: datetime, last: datetime
) -> None:
    told = forecast(lane=Lane.ANNOUNCEMENTS, messages=messages, at=start, pace=pace)
    assert (told.first_at, told.last_at) == (first, last)


def test_a_day_that_is_used_up_is_passed_over() -> None:
    told = forecast(
        lane=Lane.ANNOUNCEMENTS,
        messages=80,
        at=at(24, 12),
        pace=Pace(10, 1_000, 50),
        left_today=0,
    )
    assert (told.first_at, told.last_at) == (at(25, 9), at(25, 9, 0, 10))


def test_codes_know_no_hours() -> None:
    told = forecast(lane=Lane.CODES, messages=100, at=at(24, 23), pace=Pace(10, 0, 50))
    assert (told.first_at, told.last_at) == (at(24, 23), at(24, 23, 0, 10))


def test_what_takes_months_has_no_last_day() -> None:
    told = forecast(lane=Lane.ANNOUNCEMENTS, messages=10**9, at=at(24, 12), pace=Pace(1, 0, 50))
    assert told.last_at is None
