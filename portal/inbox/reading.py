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

    `kind` is message, results, payments, result_closing or draft_closing; `what` the template, the
    cycle or the last day; `target` the person's own row that it is about, where there is one.
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
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.kind}-{self.key}"


@dataclass(frozen=True)
class InboxPage:
    """Some messages, the newest first, and the cursor of the next page or nothing."""

    told: Sequence[Told]
    next_cursor: str = ""


def read_inbox(person_id: int, *, cursor: str = "", now: datetime) -> InboxPage:
    """Read the messages after a cursor, or the newest for a cursor that names none: one statement.

    It writes nothing; see `mark_read`.
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
    return InboxPage(rows[:SHOWN], rows[SHOWN - 1].cursor if has_more else "")


def mark_read(person_id: int, page: InboxPage) -> None:
    """Remember that the newest of a page was seen: one statement, none where all was read before.

    A mark only goes forwards, whatever two windows do at once.
    """
    if any(one.is_unread for one in page.told):
        with connection.cursor() as db:
            db.execute(_MARK, {"person": person_id, "at": page.told[0].at})


def _place(cursor: str) -> tuple[datetime, str, int] | None:
    named = _CURSOR.fullmatch(cursor)
    if named is None:
        return None
    try:
        at = _EPOCH + timedelta(microseconds=int(named[1]))
    except OverflowError:
        return None
    return at, named[2], int(named[3])
