"""Hours of the lanes and waits between tries, at their edges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notifications.rules import (
    MAX_TRIES,
    is_sending_hour,
    later_try_at,
    messages_a_second,
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


@pytest.mark.parametrize(
    ("lane", "failed_at", "expires_at", "later_tries", "goes_at"),
    [
        pytest.param(Lane.CASES, riyadh(24, 22), None, 0, riyadh(25, 2), id="case-at-any-hour"),
        pytest.param(Lane.REMINDERS, riyadh(24, 18), None, 0, riyadh(25, 9), id="not-at-night"),
        pytest.param(Lane.CASES, riyadh(24, 10), None, 1, None, id="once-only"),
        pytest.param(Lane.CODES, riyadh(24, 10), None, 0, None, id="never-a-code"),
        pytest.param(Lane.CASES, riyadh(24, 10), riyadh(24, 14), 0, None, id="worthless-by-then"),
        pytest.param(
            Lane.CASES, riyadh(24, 10), riyadh(24, 14, 1), 0, riyadh(24, 14), id="just-in-time"
        ),
    ],
)
def test_handset_that_was_off_is_tried_four_hours_later(
    lane: Lane,
    failed_at: datetime,
    expires_at: datetime | None,
    later_tries: int,
    goes_at: datetime | None,
) -> None:
    assert (
        later_try_at(lane, failed_at=failed_at, expires_at=expires_at, later_tries=later_tries)
        == goes_at
    )


@pytest.mark.parametrize(
    ("lane", "ceiling", "messages"),
    [
        (Lane.CODES, 10, 10),
        (Lane.CASES, 10, 9),
        (Lane.REMINDERS, 10, 8),
        (Lane.ANNOUNCEMENTS, 10, 8),
        (Lane.ANNOUNCEMENTS, 1, 1),
        (Lane.CODES, 1, 1),
    ],
)
def test_bulk_leaves_room_to_cases_and_cases_to_codes(
    lane: Lane, ceiling: int, messages: int
) -> None:
    assert messages_a_second(lane, ceiling) == messages
