"""Whom a correction would reach: figures of any number of results, and the results page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from beneficiaries.models import EligibilityResult
from beneficiaries.set_based import planned_for_many_rows
from objections.corrections.criteria import (
    BECOMES_ELIGIBLE,
    FOLLOWS,
    HEAD_REASON,
    MATCHES,
    Criteria,
)

LONGEST_SECONDS: Final = 20
"""A count that takes longer is given up: a page does not wait for it."""

SHOWN_CITIES: Final = 20

_FIGURES: Final = """
    SELECT p.city, count(*),
           count(*) FILTER (WHERE {turns}),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM objections_objection AS o WHERE o.result_id = r.id
               AND o.status IN ('submitted', 'under_review', 'documents_wanted'))),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM objections_objection AS o WHERE o.result_id = r.id
               AND o.status = 'draft')),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM beneficiaries_paymentline AS line
               WHERE line.person_id = r.person_id AND line.cycle_id = r.cycle_id
               AND line.announced_on IS NOT NULL AND line.superseded_on IS NULL
               AND line.paid_sar > 0)),
           {amounts}
    FROM {rows}
    WHERE {matches}
    GROUP BY p.city ORDER BY 2 DESC, 1
"""

_OTHER_REASONS: Final = """
    SELECT code, count(*)
    FROM {rows} CROSS JOIN LATERAL unnest({reasons}) AS code
    WHERE {matches} AND code <> %(reason)s
    GROUP BY code ORDER BY 2 DESC, 1
"""

_RESULTS: Final = {
    "rows": "beneficiaries_eligibilityresult AS r"
    " JOIN beneficiaries_person AS p ON p.id = r.person_id",
    "turns": BECOMES_ELIGIBLE,
    "amounts": "0, 0",
    "reasons": "r.reason_codes",
    "matches": MATCHES,
}

_TURNS: Final = "row.status = 'eligible' AND r.status = 'ineligible'"
_SET: Final = {
    "rows": "objections_correctionrow AS row"
    " JOIN beneficiaries_eligibilityresult AS r ON r.id = row.result_id"
    " JOIN beneficiaries_person AS p ON p.id = r.person_id",
    "turns": _TURNS,
    "amounts": f"count(*) FILTER (WHERE {_TURNS} AND row.amount_cycle NOT IN ('', %(cycle_code)s)),"
    f" count(*) FILTER (WHERE {_TURNS} AND row.amount_cycle = '')",
    "reasons": "row.reason_codes",
    "matches": "row.correction_id = %(correction)s",
}

_FOLLOWERS: Final = f"""
    SELECT count(*)
    FROM beneficiaries_eligibilityresult AS r
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    JOIN beneficiaries_person AS chief ON chief.id = p.id
    JOIN beneficiaries_person AS other ON other.household_id = chief.household_id
    JOIN beneficiaries_eligibilityresult AS f ON f.person_id = other.id
    WHERE {MATCHES} AND {BECOMES_ELIGIBLE} AND {FOLLOWS}
      AND NOT (f.reason_codes @> ARRAY[%(reason)s]::varchar[])
"""  # noqa: S608


class TooManyToCount(Exception):
    """The count took too long; the cycle has to be narrowed."""


@dataclass(frozen=True)
class Figures:
    """How many results are found, and what is with them.

    `followers` come beside what was found: people whose main beneficiary becomes eligible. `paid`
    got something in the cycle. `cities` has the largest first, `other_reasons` what remains.
    `earlier_amounts` have the amount of a cycle before, `unknown_amounts` none; both are counted of
    a fixed set only.
    """

    total: int = 0
    eligible: int = 0
    objections: int = 0
    drafts: int = 0
    paid: int = 0
    earlier_amounts: int = 0
    unknown_amounts: int = 0
    followers: int = 0
    cities: Sequence[tuple[str, int]] = ()
    more_cities: int = 0
    other_reasons: Sequence[tuple[str, int]] = ()

    @property
    def still_ineligible(self) -> int:
        return self.total - self.eligible


def figures_of(criteria: Criteria) -> Figures:
    """Count what the criteria find: three statements, whatever the number of results.

    Raises:
        TooManyToCount: it would take longer than LONGEST_SECONDS.
    """
    facts = criteria.facts
    try:
        with transaction.atomic(), connection.cursor() as cursor, planned_for_many_rows(cursor):
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_SECONDS}s'")
            found = _read(cursor, _RESULTS, facts)
            if criteria.reason_code != HEAD_REASON and found.eligible:
                cursor.execute(_FOLLOWERS, facts)
                found = replace(found, followers=cursor.fetchone()[0])
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        raise TooManyToCount from error
    return found


def figures_of_set(criteria: Criteria, *, correction_id: int, followers: int) -> Figures:
    """Count a set that was written, for the one who approves it: two statements."""
    with connection.cursor() as cursor:
        found = _read(cursor, _SET, criteria.facts | {"correction": correction_id})
    return replace(found, followers=followers)


def _read(cursor: CursorWrapper, of: Mapping[str, str], facts: Mapping[str, Any]) -> Figures:
    cursor.execute(_FIGURES.format_map(of), facts)
    cities = cursor.fetchall()
    cursor.execute(_OTHER_REASONS.format_map(of), facts)
    total, eligible, objections, drafts, paid, earlier, unknown = (
        sum(row[column] for row in cities) for column in range(1, 8)
    )
    return Figures(
        total=total,
        eligible=eligible,
        objections=objections,
        drafts=drafts,
        paid=paid,
        earlier_amounts=earlier,
        unknown_amounts=unknown,
        cities=[(row[0], row[1]) for row in cities[:SHOWN_CITIES]],
        more_cities=max(len(cities) - SHOWN_CITIES, 0),
        other_reasons=[(code, count) for code, count in cursor.fetchall()],
    )


def results_found(criteria: Criteria) -> QuerySet[EligibilityResult]:
    """Give the results that the criteria find, in the order of the set."""
    found = EligibilityResult.objects.current().filter(
        cycle=criteria.cycle, reason_codes__contains=[criteria.reason_code]
    )
    if criteria.city:
        found = found.filter(person__city=criteria.city)
    if criteria.result_status:
        found = found.filter(status=criteria.result_status)
    if criteria.announced_since:
        found = found.filter(announced_on__gte=criteria.announced_since)
    if criteria.announced_until:
        found = found.filter(announced_on__lte=criteria.announced_until)
    return found.select_related("person").order_by("id")
