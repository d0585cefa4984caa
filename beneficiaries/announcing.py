"""Making a cycle's results or payments visible. `portal.announcing` adds the window and the SMS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from beneficiaries.models import Cycle, EligibilityResult, PaymentLine
from beneficiaries.statuses import SETTLED_STATUSES

_PEOPLE_TO_TELL: Final = """
    SELECT DISTINCT ON (mobile) mobile, language
    FROM (
        SELECT coalesce(nullif(p.mobile, ''), head.mobile, '') AS mobile,
               CASE WHEN p.mobile <> '' OR head.id IS NULL THEN p.language
                    ELSE head.language END AS language,
               p.relation = 'head' AS is_head
        FROM {table} AS r
        JOIN beneficiaries_person AS p ON p.id = r.person_id
        LEFT JOIN beneficiaries_person AS head
               ON head.household_id = p.household_id AND head.relation = 'head'
        WHERE r.cycle_id = %s AND r.announced_on IS NULL
    ) AS told
    WHERE mobile <> ''
    ORDER BY mobile, is_head DESC, language
"""

_PEOPLE_WHO_READ: Final = """
    SELECT DISTINCT reader.person_id, reader.language
    FROM {table} AS r
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    LEFT JOIN beneficiaries_person AS head
           ON head.household_id = p.household_id AND head.relation = 'head' AND p.mobile = ''
    CROSS JOIN LATERAL (
        VALUES (p.id, p.language), (head.id, head.language)
    ) AS reader(person_id, language)
    WHERE r.cycle_id = %(cycle)s AND r.announced_on IS NULL AND reader.person_id IS NOT NULL
"""

_SUPERSEDE: Final = """
    UPDATE {table} AS told
    SET superseded_on = greatest(%(on)s::date, told.announced_on)
    FROM {table} AS waiting
    WHERE waiting.cycle_id = %(cycle)s AND waiting.announced_on IS NULL
      AND told.cycle_id = %(cycle)s AND told.person_id = waiting.person_id
      AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
"""

_ANNOUNCE: Final = """
    UPDATE beneficiaries_eligibilityresult
    SET announced_on = %(on)s, filing_deadline = %(deadline)s, announcement = %(run)s
    WHERE cycle_id = %(cycle)s AND announced_on IS NULL
"""


# What replaces a payment that was settled and announced counts from its own announcement, where
# that is later than the deposit: else a late correction would be closed at once (docs/adr/0007).
_ANNOUNCE_PAYMENTS: Final = """
    WITH counted AS (
        SELECT line.id, CASE WHEN line.status = ANY(%(settled)s) THEN
            CASE WHEN old.person_id IS NOT NULL
                THEN greatest(line.paid_on, %(on)s::date) ELSE line.paid_on END
        END AS day
        FROM beneficiaries_paymentline AS line
        LEFT JOIN (
            SELECT DISTINCT person_id FROM beneficiaries_paymentline
            WHERE cycle_id = %(cycle)s
              AND superseded_on IS NOT NULL AND status = ANY(%(settled)s)
        ) AS old ON old.person_id = line.person_id
        WHERE line.cycle_id = %(cycle)s AND line.announced_on IS NULL
    )
    UPDATE beneficiaries_paymentline AS line
    SET announced_on = %(on)s, announcement = %(run)s, counted_from = counted.day,
        filing_deadline = counted.day + %(window_days)s::int
    FROM counted WHERE counted.id = line.id
"""


@dataclass(frozen=True)
class AnnouncedCounts:
    """How many rows became visible, and how many of them correct an earlier one."""

    announced: int
    corrected: int


def lock_cycle(code: str) -> Cycle | None:
    """Lock a cycle against imports and other announcements until the transaction ends."""
    return Cycle.objects.select_for_update().filter(code=code).first()


def people_to_tell(
    cycle: Cycle, rows: type[EligibilityResult | PaymentLine]
) -> Iterator[tuple[str, str]]:
    """Give each mobile that is told of what waits, once, with its language.

    Who has no mobile is told through the head of the household. The rows stream from a cursor of
    the server's: read them inside the transaction that announces.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(_PEOPLE_TO_TELL.format(table=rows._meta.db_table), [cycle.pk])
        yield from cursor


def people_who_read(rows: type[EligibilityResult | PaymentLine]) -> str:
    """Give the SELECT of `person_id` and `language` of whoever finds an announcement among their
    messages: whose row it is, and the head for those without a mobile (docs/adr/0017).

    Its parameter is `cycle`; before the rows are announced.
    """
    return _PEOPLE_WHO_READ.format(table=rows._meta.db_table)


def announce_results(*, cycle: Cycle, on: date, deadline: date, run_id: int) -> AnnouncedCounts:
    """Announce what waits in a cycle: day 0 and the last filing day are fixed here for good.

    `run_id` is the key of the run that does.

    Three statements for any number of rows; the caller holds the cycle's lock. What was announced
    before, and the cycle itself, keep their dates; a result that is corrected stays as history.
    """
    facts: dict[str, int | date] = {
        "cycle": cycle.pk,
        "on": on,
        "deadline": deadline,
        "run": run_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE.format(table=EligibilityResult._meta.db_table), facts)
        corrected = int(cursor.rowcount)
        cursor.execute(_ANNOUNCE, facts)
        announced = int(cursor.rowcount)
    if cycle.announced_on is None and announced:
        cycle.announced_on, cycle.filing_deadline = on, deadline
        cycle.save(update_fields=["announced_on", "filing_deadline"])
    return AnnouncedCounts(announced=announced, corrected=corrected)


def announce_payments(*, cycle: Cycle, on: date, window_days: int, run_id: int) -> AnnouncedCounts:
    """Announce the lines that wait in a cycle; their windows are fixed here for good.

    Day 0 of a settled line is its deposit day; one that is still on its way has no window until a
    later announcement says that it was deposited. Two statements for any number of rows; the
    caller holds the cycle's lock.
    """
    facts: dict[str, int | date | list[str]] = {
        "cycle": cycle.pk,
        "on": on,
        "window_days": window_days,
        "settled": sorted(SETTLED_STATUSES),
        "run": run_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE.format(table=PaymentLine._meta.db_table), facts)
        corrected = int(cursor.rowcount)
        cursor.execute(_ANNOUNCE_PAYMENTS, facts)
        announced = int(cursor.rowcount)
    return AnnouncedCounts(announced=announced, corrected=corrected)
