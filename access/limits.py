"""Counters of what protects people and money: in PostgreSQL, one statement each.

A window slides: it is made of twelve slices, and a slice counts until its last moment is older
than the window. So never more than the ceiling happens in any stretch of that length, and what
was done is forgotten at most one slice late.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.crypto import salted_hmac

from access.errors import LimitReached
from access.models import LimitCounter

WINDOW_SECONDS: Final = 3600
SLICES: Final = 12

_Values = dict[str, str | int | datetime]

_COUNT: Final = """
    WITH counted AS (
        INSERT INTO access_limitcounter AS mine ("limit", key_hash, window_starts_at, count)
        VALUES (%(limit)s, %(key)s, %(slice)s, 1)
        ON CONFLICT ("limit", key_hash, window_starts_at) DO UPDATE SET count = mine.count + 1
        RETURNING count
    )
    SELECT counted.count + coalesce((
        SELECT sum(earlier.count) FROM access_limitcounter AS earlier
        WHERE earlier."limit" = %(limit)s AND earlier.key_hash = %(key)s
          AND earlier.window_starts_at > %(after)s AND earlier.window_starts_at < %(slice)s
    ), 0) FROM counted
"""

_COUNT_BELOW: Final = """
    WITH earlier AS (
        SELECT coalesce(sum(count), 0) AS total FROM access_limitcounter
        WHERE "limit" = %(limit)s AND key_hash = %(key)s
          AND window_starts_at > %(after)s AND window_starts_at < %(slice)s
    )
    INSERT INTO access_limitcounter AS mine ("limit", key_hash, window_starts_at, count)
    SELECT %(limit)s, %(key)s, %(slice)s, 1 FROM earlier WHERE total < %(ceiling)s
    ON CONFLICT ("limit", key_hash, window_starts_at) DO UPDATE SET count = mine.count + 1
        WHERE mine.count + (SELECT total FROM earlier) < %(ceiling)s
    RETURNING count + (SELECT total FROM earlier)
"""

_GIVE_BACK: Final = """
    WITH held AS (
        SELECT id, window_starts_at, count FROM access_limitcounter
        WHERE "limit" = %(limit)s AND key_hash = %(key)s
          AND window_starts_at > %(after)s AND count > 0
        ORDER BY window_starts_at DESC FOR UPDATE
    ), shared AS (
        SELECT id, least(count, %(times)s - coalesce(sum(count) OVER (
            ORDER BY window_starts_at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0)) AS back FROM held
    )
    UPDATE access_limitcounter AS mine SET count = mine.count - shared.back
    FROM shared WHERE mine.id = shared.id AND shared.back > 0
"""

_FORGET: Final = """
    WITH forgotten AS (
        DELETE FROM access_limitcounter WHERE "limit" = %(limit)s AND key_hash = %(key)s
        RETURNING count
    )
    SELECT coalesce(sum(count), 0) FROM forgotten
"""


def _key_hash(limit: str, key: str) -> str:
    """Hide whose counter it is: addresses and IDs are not kept in the table."""
    return salted_hmac(f"access.limits.{limit}", key, algorithm="sha256").hexdigest()


def _slice_of(at: datetime, slice_seconds: int) -> datetime:
    whole = int(at.timestamp()) // slice_seconds * slice_seconds
    return datetime.fromtimestamp(whole, UTC)


def _values(limit: str, key: str, now: datetime, window_seconds: int) -> _Values:
    slice_seconds = window_seconds // SLICES
    return {
        "limit": limit,
        "key": _key_hash(limit, key),
        "slice": _slice_of(now, slice_seconds),
        # A slice that starts here ended exactly one window ago.
        "after": now - timedelta(seconds=window_seconds + slice_seconds),
    }


def count(limit: str, key: str, *, now: datetime, window_seconds: int = WINDOW_SECONDS) -> int:
    """Count once more and give how often it happened in the window that ends now.

    Two at once get two different counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(limit, key, now, window_seconds))
        return int(cursor.fetchone()[0])


def count_below(
    limit: str, key: str, *, ceiling: int, now: datetime, window_seconds: int = WINDOW_SECONDS
) -> int:
    """Count once more if the ceiling allows it, checked and counted in one statement.

    Raises:
        LimitReached: and nothing is counted, with the instant from which it may be tried again.
    """
    values = _values(limit, key, now, window_seconds) | {"ceiling": ceiling}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_BELOW, values)
        row = cursor.fetchone()
    if row is None:
        raise LimitReached(limit, _free_at(limit, key, ceiling, now, window_seconds))
    return int(row[0])


def current(limit: str, key: str, *, now: datetime, window_seconds: int = WINDOW_SECONDS) -> int:
    """Give how often it happened in the window that ends now, without counting."""
    return sum(times for _, times in _slices(limit, key, now, window_seconds))


def ensure_below(
    limit: str, key: str, *, ceiling: int, now: datetime, window_seconds: int = WINDOW_SECONDS
) -> None:
    """Refuse where the ceiling is reached, without counting: for what is only counted later.

    Raises:
        LimitReached: with the instant from which it may be tried again.
    """
    slices = _slices(limit, key, now, window_seconds)
    if sum(times for _, times in slices) >= ceiling:
        raise LimitReached(limit, _free_when(slices, ceiling, window_seconds))


def give_back(
    limit: str, key: str, *, now: datetime, times: int = 1, window_seconds: int = WINDOW_SECONDS
) -> None:
    """Take back what was counted, the newest first, as far as the window still holds it."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, _values(limit, key, now, window_seconds) | {"times": times})


def forget(limit: str, key: str) -> int:
    """Forget all that was counted for a key and give how much it was."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"limit": limit, "key": _key_hash(limit, key)})
        return int(cursor.fetchone()[0])


def _slices(limit: str, key: str, now: datetime, window_seconds: int) -> list[tuple[datetime, int]]:
    """Give what still counts, oldest first, as starts of slices and times."""
    values = _values(limit, key, now, window_seconds)
    return list(
        LimitCounter.objects.filter(
            limit=limit, key_hash=values["key"], window_starts_at__gt=values["after"]
        )
        .order_by("window_starts_at")
        .values_list("window_starts_at", "count")
    )


def _free_at(limit: str, key: str, ceiling: int, now: datetime, window_seconds: int) -> datetime:
    slices = _slices(limit, key, now, window_seconds)
    return _free_when(slices, ceiling, window_seconds) if slices else now


def _free_when(slices: list[tuple[datetime, int]], ceiling: int, window_seconds: int) -> datetime:
    """Give the instant at which so many slices are forgotten that the rest is below the ceiling."""
    left = sum(times for _, times in slices)
    lasts = timedelta(seconds=window_seconds + window_seconds // SLICES)
    for starts_at, times in slices:
        left -= times
        if left < ceiling:
            return starts_at + lasts
    return slices[-1][0] + lasts
