"""When a message may be sent and how often it is tried. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from notifications.statuses import Lane
from saudi.gregorian import RIYADH

DAY_BEGINS: Final = time(9)
DAY_ENDS: Final = time(21)
"""Riyadh hours of reminders and announcements; codes and case updates go at any hour."""

DAYTIME_LANES: Final = frozenset({Lane.REMINDERS, Lane.ANNOUNCEMENTS})

RETRY_DELAYS_SECONDS: Final = (10, 30, 120, 600)
"""Waits before the second to the fifth try; there is no sixth."""

MAX_TRIES: Final = len(RETRY_DELAYS_SECONDS) + 1

LATER_TRY_HOURS: Final = 4
"""A handset that was off is tried again after so long: a night, a flight, an empty battery."""

MOST_LATER_TRIES: Final = 1

LONGEST_RETRY_SECONDS: Final = 900
"""No wait before a next try is longer, jitter included."""

FAILURES_TO_OPEN: Final = 3
FAILURES_WITHIN_SECONDS: Final = 120
"""So many failures so close together with no success between, and a gateway is left alone."""

BUSY_WITHIN_SECONDS: Final = 10
LEAST_SERIES_SECONDS: Final = 1
"""Where messages got through a moment ago, that series must last so long. Of hundreds a second
three fail in a row by chance, again and again, where the gateway fails with one in twelve."""

FIRST_REST_SECONDS: Final = 10
LONGEST_REST_SECONDS: Final = 300
"""How long a failing gateway rests before its first probe; each that fails doubles it."""

PROBE_LEASE_SECONDS: Final = 60
"""A probe whose worker was lost is given to another after so long: gateways answer before."""

PROBE_CODES_LATER_SECONDS: Final = 60
"""Somebody waits for a code: it is the probe only where nothing else was for so long."""

LOST_AFTER_SECONDS: Final = 120
"""A claim older than this has lost its worker: gateways answer or time out well before."""


def is_sending_hour(lane: Lane, at: datetime) -> bool:
    """Tell whether messages of a lane may be sent at this instant."""
    if lane not in DAYTIME_LANES:
        return True
    return DAY_BEGINS <= at.astimezone(RIYADH).time() < DAY_ENDS


def sending_time(lane: Lane, at: datetime) -> datetime:
    """Give the first instant from `at` on at which a message of this lane may be sent."""
    if is_sending_hour(lane, at):
        return at
    local = at.astimezone(RIYADH)
    day = local.date() + timedelta(days=local.time() >= DAY_ENDS)
    return datetime.combine(day, DAY_BEGINS, tzinfo=RIYADH)


def retry_delay_seconds(tries: int) -> int | None:
    """Give the wait after so many tries that were refused for now; None when it was the last."""
    return RETRY_DELAYS_SECONDS[tries - 1] if tries < MAX_TRIES else None


def rest_seconds(rests: int) -> int:
    """Give how long a failing gateway rests for the so-manieth time in a row."""
    return min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS << min(rests - 1, 16))


def later_try_at(
    lane: Lane, *, failed_at: datetime, expires_at: datetime | None, later_tries: int
) -> datetime | None:
    """Give when a message that found its handset off is tried once more; None for never (O23).

    A code is over long before, and so is whatever would be worthless by then.
    """
    if lane == Lane.CODES or later_tries >= MOST_LATER_TRIES:
        return None
    at = sending_time(lane, failed_at + timedelta(hours=LATER_TRY_HOURS))
    return at if expires_at is None or at < expires_at else None


def messages_a_second(lane: Lane, ceiling: int) -> int:
    """Give a lane's part of a gateway's ceiling, in tenths: a code ten, a case nine, bulk eight.

    A code finds room in any second, and a case update too, however much bulk waits (DOMAIN 13).
    """
    if lane == Lane.CODES:
        return ceiling
    return max(1, ceiling * (8 if lane in DAYTIME_LANES else 9) // 10)


DAY_SHARES: Final = {
    Lane.CODES: 100,
    Lane.CASES: 95,
    Lane.REMINDERS: 80,
    Lane.ANNOUNCEMENTS: 80,
}
"""At how many hundredths of the day's limit a lane stops: all lanes count, so that bulk leaves a
fifth of the day to case updates and codes, and the last twentieth to codes alone."""


def messages_a_day(lane: Lane, limit: int) -> int:
    """Give at how many messages of a gateway's day a lane stops (docs/adr/0018)."""
    return max(1, limit * DAY_SHARES[lane] // 100)
