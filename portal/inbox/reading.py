"""A page of a person's messages, and the mark of what they have read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from portal.inbox.told import SINCE, WITH_TOLD, facts_of

SHOWN: Final = 25
"""Messages on a page."""

_CURSOR: Final = re.compile(r"([0-9]{1,18})-([a-z_]{1,20})-([0-9]{1,18})", re.ASCII)
_TOP: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_PAGE: Final = f"""
    {WITH_TOLD}
    SELECT kind, key, at, what, language, body, event, target, at > {SINCE} AS is_unread
    FROM told
    WHERE (at, kind, key) < (%(before_at)s, %(before_kind)s, %(before_key)s)
    ORDER BY at DESC, kind DESC, key DESC
    LIMIT %(rows)s
"""  # noqa: S608 - of constants; every value is a parameter

_MARK: Final = """
    INSERT INTO portal_inboxmark (person_id, read_up_to) VALUES (%(person)s, %(at)s)
    ON CONFLICT (person_id)
    DO UPDATE SET read_up_to = greatest(portal_inboxmark.read_up_to, excluded.read_up_to)
"""


class Told(NamedTuple):
    """One thing that a person was told.

    `kind` is message, results, payments, result_corrected, payment_corrected, result_closing or
    draft_closing; `what` the template, the cycle or the last day; `target` the person's own row
    that it is about, where there is one.
    """

    kind: str
    key: int
    at: datetime
    what: str
    language: str
    body: str
    event: str
    target: int | None
    is_unread: bool

    @property
    def cursor(self) -> str:
        """Name the message in the address of the page after it."""
        return f"{_microseconds(self.at)}-{self.kind}-{self.key}"


@dataclass(frozen=True)
class InboxPage:
    """Some messages, the newest first, and the cursor of the next page or nothing.

    `newest_at` is of the newest message on the pages turned up to this one; `next_is_unread` tells
    that the next page begins with what is not read.
    """

    told: Sequence[Told]
    next_cursor: str = ""
    newest_at: datetime | None = None
    next_is_unread: bool = False

    @property
    def next_query(self) -> str:
        """Give the query of the next page's address; empty where there is none.

        Where unread messages go on there, it also names the newest that was shown before.
        """
        if not self.next_cursor:
            return ""
        query = f"?after={self.next_cursor}"
        if self.next_is_unread and self.newest_at is not None:
            query += f"&top={_microseconds(self.newest_at)}"
        return query


def read_inbox(person_id: int, *, cursor: str = "", top: str = "", now: datetime) -> InboxPage:
    """Read the messages after a cursor, or the newest for a cursor that names none: one statement.

    `top` is what the page before named as the newest that it showed. It writes nothing; see
    `mark_read`.
    """
    at, kind, key = _place(cursor) or (now + timedelta(days=1), "", 0)
    facts = facts_of(person_id, now=now) | {
        "before_at": at,
        "before_kind": kind,
        "before_key": key,
        "rows": SHOWN + 1,
    }
    with connection.cursor() as db:
        db.execute(_PAGE, facts)
        rows = [Told(*row) for row in db.fetchall()]
    has_more = len(rows) > SHOWN
    instants = [rows[0].at] if rows else []
    shown_before = _instant(top) if _TOP.fullmatch(top) else None
    if shown_before is not None and shown_before <= now:
        instants.append(shown_before)
    return InboxPage(
        rows[:SHOWN],
        rows[SHOWN - 1].cursor if has_more else "",
        newest_at=max(instants, default=None),
        next_is_unread=has_more and rows[SHOWN].is_unread,
    )


def mark_read(person_id: int, page: InboxPage) -> None:
    """Remember that a page and those before it were seen: one statement at most.

    None where all was read before, and none while unread messages go on on the next page: what no
    page has shown is not read, and ends no call. A mark only goes forwards, whatever two windows
    do at once.
    """
    if any(one.is_unread for one in page.told) and not page.next_is_unread:
        with connection.cursor() as db:
            db.execute(_MARK, {"person": person_id, "at": page.newest_at})


def _place(cursor: str) -> tuple[datetime, str, int] | None:
    named = _CURSOR.fullmatch(cursor)
    if named is None:
        return None
    at = _instant(named[1])
    return None if at is None else (at, named[2], int(named[3]))


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: str) -> datetime | None:
    """Read an instant of an address; None for one that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return None
