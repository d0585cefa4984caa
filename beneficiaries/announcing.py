"""Making a cycle's results visible. `portal.announcing` adds the deadline and the SMS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from beneficiaries.models import Cycle

_PEOPLE_TO_TELL: Final = """
    SELECT DISTINCT ON (mobile) mobile, language
    FROM (
        SELECT coalesce(nullif(p.mobile, ''), head.mobile, '') AS mobile,
               CASE WHEN p.mobile <> '' OR head.id IS NULL THEN p.language
                    ELSE head.language END AS language,
               p.relation = 'head' AS is_head
        FROM beneficiaries_eligibilityresult AS r
        JOIN beneficiaries_person AS p ON p.id = r.person_id
        LEFT JOIN beneficiaries_person AS head
               ON head.household_id = p.household_id AND head.relation = 'head'
        WHERE r.cycle_id = %s AND r.announced_on IS NULL
    ) AS told
    WHERE mobile <> ''
    ORDER BY mobile, is_head DESC, language
"""

_SUPERSEDE: Final = """
    UPDATE beneficiaries_eligibilityresult AS told
    SET superseded_on = greatest(%(on)s::date, told.announced_on)
    FROM beneficiaries_eligibilityresult AS waiting
    WHERE waiting.cycle_id = %(cycle)s AND waiting.announced_on IS NULL
      AND told.cycle_id = %(cycle)s AND told.person_id = waiting.person_id
      AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
"""

_ANNOUNCE: Final = """
    UPDATE beneficiaries_eligibilityresult
    SET announced_on = %(on)s, filing_deadline = %(deadline)s
    WHERE cycle_id = %(cycle)s AND announced_on IS NULL
"""


@dataclass(frozen=True)
class AnnouncedCounts:
    """How many results became visible, and how many of them correct an earlier one."""

    announced: int
    corrected: int


def lock_cycle(code: str) -> Cycle | None:
    """Lock a cycle against imports and other announcements until the transaction ends."""
    return Cycle.objects.select_for_update().filter(code=code).first()


def people_to_tell(cycle: Cycle) -> Iterator[tuple[str, str]]:
    """Give each mobile that is told of the waiting results, once, with its language.

    Who has no mobile is told through the head of the household. The rows stream from a cursor of
    the server's: read them inside the transaction that announces.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(_PEOPLE_TO_TELL, [cycle.pk])
        yield from cursor


def announce_results(*, cycle: Cycle, on: date, deadline: date) -> AnnouncedCounts:
    """Announce what waits in a cycle: day 0 and the last filing day are fixed here for good.

    Three statements for any number of rows; the caller holds the cycle's lock. What was announced
    before, and the cycle itself, keep their dates; a result that is corrected stays as history.
    """
    facts: dict[str, int | date] = {"cycle": cycle.pk, "on": on, "deadline": deadline}
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, facts)
        corrected = int(cursor.rowcount)
        cursor.execute(_ANNOUNCE, facts)
        announced = int(cursor.rowcount)
    if cycle.announced_on is None and announced:
        cycle.announced_on, cycle.filing_deadline = on, deadline
        cycle.save(update_fields=["announced_on", "filing_deadline"])
    return AnnouncedCounts(announced=announced, corrected=corrected)
