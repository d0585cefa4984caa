"""Whom a correction would reach: figures of any number of results, and the results page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from beneficiaries.models import EligibilityResult
from beneficiaries.set_based import planned_for_many_rows
from objections.corrections.criteria import BECOMES_ELIGIBLE, FOLLOWERS, HEAD_REASON, MATCHES, Criteria

LONGEST_SECONDS: Final = 20
"""A count that takes longer is given up: a page does not wait for it."""

SHOWN_CITIES: Final = 20

_FIGURES: Final = f"""
    SELECT p.city, count(*),
           count(*) FILTER (WHERE {BECOMES_ELIGIBLE}),
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
               AND line.paid_sar > 0))
    FROM beneficiaries_eligibilityresult AS r
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    WHERE {MATCHES}
    GROUP BY p.city ORDER BY 2 DESC, 1
"""  # noqa: S608 - of constants; every value is a parameter

_OTHER_REASONS: Final = f"""
    SELECT code, count(*)
    FROM beneficiaries_eligibilityresult AS r
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    CROSS JOIN LATERAL unnest(r.reason_codes) AS code
    WHERE {MATCHES} AND code <> %(reason)s
    GROUP BY code ORDER BY 2 DESC, 1
"""  # noqa: S608

_FOLLOWERS: Final = f"""
    SELECT count(*)
    FROM beneficiaries_eligibilityresult AS r
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    {FOLLOWERS.format(head="p.id")}
    WHERE {MATCHES} AND {BECOMES_ELIGIBLE}
      AND NOT (f.reason_codes @> ARRAY[%(reason)s]::varchar[])
"""  # noqa: S608


class TooManyToCount(Exception):
    """The count took too long; the cycle has to be narrowed."""


@dataclass(frozen=True)
class Figures:
    """How many results are found, and what is with them.

    `followers` come beside `total`: people whose main beneficiary becomes eligible. `paid` got
    something in the cycle. `cities` has the largest first, `other_reasons` what would remain.
    """

    total: int
    eligible: int
    objections: int
    drafts: int
    paid: int
    followers: int
    cities: tuple[tuple[str, int], ...]
    more_cities: int
    other_reasons: tuple[tuple[str, int], ...]

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
            cursor.execute(_FIGURES, facts)
            cities = cursor.fetchall()
            cursor.execute(_OTHER_REASONS, facts)
            others = cursor.fetchall()
            followers = 0
            if criteria.reason_code != HEAD_REASON:
                cursor.execute(_FOLLOWERS, facts)
                (followers,) = cursor.fetchone()
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        raise TooManyToCount from error
    return Figures(
        total=sum(row[1] for row in cities),
        eligible=sum(row[2] for row in cities),
        objections=sum(row[3] for row in cities),
        drafts=sum(row[4] for row in cities),
        paid=sum(row[5] for row in cities),
        followers=followers,
        cities=tuple((row[0], row[1]) for row in cities[:SHOWN_CITIES]),
        more_cities=max(len(cities) - SHOWN_CITIES, 0),
        other_reasons=tuple(others),
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
