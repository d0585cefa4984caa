"""What every page tells the person who is signed in, read in one statement.

Asked for by the frame of each page, and only where somebody of the register is signed in: a
visitor costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from saudi.mobile import display_mobile

_STANDING: Final = """
    SELECT person.mobile, doubt.id IS NOT NULL
    FROM beneficiaries_person AS person
    LEFT JOIN notifications_doubtfulnumber AS doubt ON doubt.mobile = person.mobile
    WHERE person.id = %(person)s
"""


@dataclass(frozen=True)
class Standing:
    """Whether SMS reach the person, and the end of their number where they do not."""

    unreached_ending: str = ""


def standing_of(person_id: int) -> Standing:
    """Read it in one statement, by unique indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"person": person_id})
        found = cursor.fetchone()
    if found is None:
        return Standing()
    mobile, is_doubtful = found
    return Standing(unreached_ending=display_mobile(mobile)[-2:] if is_doubtful else "")
