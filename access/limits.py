"""Counters of what protects people and money: in PostgreSQL, one statement each.

A window slides: it is made of twelve slices, and a slice counts until its last moment is older
than the window. So never more than the ceiling happens in any stretch of that length, and what
was done is forgotten at most one slice late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from access.errors import LimitReached
from access.models import LimitCounter

WINDOW_SECONDS: Final = 3600
SLICES: Final = 12
PARTS: Final = 16
"""A counter that everybody shares is so many rows, so that people do not wait for each other's."""
FULL_PARTS: Final = 100
"""A part is not made smaller than this: below, the counter is one row."""

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

_COUNT_BELOW: Final = (
    "SELECT access_count_below(%(limit)s, %(key)s, %(ceiling)s, %(slice)s, %(after)s)"
)

_TAKE_TURN: Final = "SELECT access_take_turn(%(limit)s, %(key)s, %(after)s)"

_COUNT_IN_PARTS: Final = """
    WITH part AS (
        SELECT p.number, p.key_hash, p.ceiling, coalesce(sum(c.count), 0) AS total,
               coalesce(sum(c.count) FILTER (WHERE c.window_starts_at < %(slice)s), 0) AS earlier
        FROM unnest(%(keys)s, %(ceilings)s) WITH ORDINALITY AS p (key_hash, ceiling, number)
        LEFT JOIN access_limitcounter AS c
          ON c."limit" = %(limit)s AND c.key_hash = p.key_hash AND c.window_starts_at > %(after)s
        WHERE p.number > %(beyond)s
        GROUP BY p.number, p.key_hash, p.ceiling
    ), chosen AS (
        SELECT * FROM part WHERE total < ceiling ORDER BY random() LIMIT 1
    ), counted AS (
        INSERT INTO access_limitcounter AS mine ("limit", key_hash, window_starts_at, count)
        SELECT %(limit)s, key_hash, %(slice)s, 1 FROM chosen
        ON CONFLICT ("limit", key_hash, window_starts_at) DO UPDATE SET count = mine.count + 1
            WHERE mine.count < (SELECT ceiling - earlier FROM chosen)
        RETURNING count
    )
    SELECT chosen.number, (SELECT count FROM counted) + chosen.earlier, chosen.ceiling FROM chosen
"""

_COUNT_EACH: Final = """
    SELECT asked.name FROM unnest(%(limits)s, %(keys)s, %(ceilings)s) AS asked (name, key, ceiling)
    WHERE access_count_below(asked.name, asked.key, asked.ceiling, %(slice)s, %(after)s) IS NOT NULL
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
        (total,) = cursor.fetchone()
    if total is None:
        raise LimitReached(limit, _free_at(limit, key, ceiling, now, window_seconds))
    return int(total)


def count_below_for_all(limit: str, *, ceiling: int, now: datetime) -> int:
    """Count once more against a ceiling over everybody; give the percentage of it that is used.

    The ceiling is shared out to rows of which one with room is taken at random, so that hundreds
    at once do not queue for one; it is refused only where no row has room. The percentage is
    that row's, and so an estimate.

    Raises:
        LimitReached: and nothing is counted.
    """
    parts = PARTS if ceiling >= PARTS * FULL_PARTS else 1
    values: dict[str, Any] = {**_values(limit, "", now, WINDOW_SECONDS), "beyond": 0}
    values["keys"] = [_key_hash(limit, str(part)) for part in range(parts)]
    values["ceilings"] = [ceiling // parts + (part < ceiling % parts) for part in range(parts)]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_IN_PARTS, values)
            row = cursor.fetchone()
        if row is None:
            slices = _slices_of(LimitCounter.objects.filter(limit=limit), now, WINDOW_SECONDS)
            raise LimitReached(limit, _free_when(slices, ceiling, WINDOW_SECONDS, now))
        number, used, share = row
        if used is not None:
            return int(used) * 100 // int(share)
        # Somebody took the row's last place meanwhile, and it stays locked by us: only rows
        # after it are tried, so that two who do this cannot wait for each other.
        values["beyond"] = number


def count_each(keys: Mapping[str, tuple[str, int]], *, now: datetime) -> frozenset[str]:
    """Count once more for each limit whose ceiling allows it; give the limits that did.

    `keys` has the key and the ceiling of each limit. One statement, for a request that would
    otherwise pay for one a limit; a limit that is full stops no other.
    """
    values: dict[str, Any] = {**_values("", "", now, WINDOW_SECONDS)}
    # In one order for all, so that two who count the same limits cannot wait for each other.
    asked = [(limit, _key_hash(limit, key), ceiling) for limit, (key, ceiling) in keys.items()]
    names, hashes, ceilings = zip(*sorted(asked), strict=True)
    values |= {"limits": list(names), "keys": list(hashes), "ceilings": list(ceilings)}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_EACH, values)
        return frozenset(limit for (limit,) in cursor.fetchall())


def take_turn(limit: str, key: str, *, ceiling: int, now: datetime) -> None:
    """Wait for whoever tries with the same key now, and refuse where the ceiling is reached.

    Runs in the caller's transaction, which counts what went wrong before it ends: so tries at once
    come one after the other, none passes the ceiling, and what goes right writes nothing.

    Raises:
        LimitReached: with the instant from which it may be tried again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, _values(limit, key, now, WINDOW_SECONDS))
        (total,) = cursor.fetchone()
    if total >= ceiling:
        raise LimitReached(limit, _free_at(limit, key, ceiling, now, WINDOW_SECONDS))


def free_at(limit: str, key: str, *, ceiling: int, now: datetime) -> datetime:
    """Give the instant from which a limit that is full may be tried again."""
    return _free_at(limit, key, ceiling, now, WINDOW_SECONDS)


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
        raise LimitReached(limit, _free_when(slices, ceiling, window_seconds, now))


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
    counters = LimitCounter.objects.filter(limit=limit, key_hash=_key_hash(limit, key))
    return _slices_of(counters, now, window_seconds)


def _slices_of(
    counters: QuerySet[LimitCounter], now: datetime, window_seconds: int
) -> list[tuple[datetime, int]]:
    """Give what still counts, oldest first, as starts of slices and times."""
    after = _values("", "", now, window_seconds)["after"]
    return list(
        counters.filter(window_starts_at__gt=after)
        .order_by("window_starts_at")
        .values_list("window_starts_at", "count")
    )


def _free_at(limit: str, key: str, ceiling: int, now: datetime, window_seconds: int) -> datetime:
    return _free_when(_slices(limit, key, now, window_seconds), ceiling, window_seconds, now)


def _free_when(
    slices: list[tuple[datetime, int]], ceiling: int, window_seconds: int, now: datetime
) -> datetime:
    """Give the instant at which so many slices are forgotten that the rest is below the ceiling.

    `now` where nothing counts any more.
    """
    left = sum(times for _, times in slices)
    lasts = timedelta(seconds=window_seconds + window_seconds // SLICES)
    for starts_at, times in slices:
        left -= times
        if left < ceiling:
            return starts_at + lasts
    return slices[-1][0] + lasts if slices else now
