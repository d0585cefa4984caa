"""What every page tells the person who is signed in, read in one statement.

Asked for by the frame of each page, and only where somebody of the register is signed in: a
visitor costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from portal.inbox.told import MOST_UNREAD, SINCE, WITH_TOLD, facts_of
from saudi.mobile import display_mobile

_STANDING: Final = f"""
    {WITH_TOLD}
    SELECT person.mobile, doubt.id IS NOT NULL, (
        SELECT count(*) FROM (SELECT 1 FROM told WHERE at > {SINCE} LIMIT %(most)s) AS unread
    )
    FROM beneficiaries_person AS person
    LEFT JOIN notifications_doubtfulnumber AS doubt ON doubt.mobile = person.mobile
    WHERE person.id = %(person)s
"""  # noqa: S608 - of constants; every value is a parameter


@dataclass(frozen=True)
class Standing:
    """How many messages wait to be read, and the end of a number that SMS do not reach."""

    unread: int = 0
    unreached_ending: str = ""

    @property
    def unread_text(self) -> str:
        """Write the count as far as it was counted."""
        return f"{MOST_UNREAD}+" if self.unread > MOST_UNREAD else str(self.unread)


def standing_of(person_id: int, *, now: datetime) -> Standing:
    """Read it in one statement, by indexes, whatever the size of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, facts_of(person_id, now=now))
        found = cursor.fetchone()
    if found is None:
        return Standing()
    mobile, is_doubtful, unread = found
    return Standing(
        unread=unread, unreached_ending=display_mobile(mobile)[-2:] if is_doubtful else ""
    )
