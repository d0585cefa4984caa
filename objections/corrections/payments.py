"""By what wrong payments are found, what each is raised by, and the figures of any number of them.

The right amount is computed from what staff state and nothing else (docs/adr/0027). A correction
raises payments; what is too much is put right by a file of the programme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet

from beneficiaries.models import Cycle, PaymentLine
from beneficiaries.reasons import REASONS
from beneficiaries.set_based import planned_for_many_rows
from beneficiaries.statuses import SETTLED_STATUSES
from objections.corrections.finding import LONGEST_SECONDS, SHOWN_CITIES, TooManyToCount
from objections.corrections.statuses import AmountRule

if TYPE_CHECKING:
    from objections.models import Correction

PAYMENT_MATCHES: Final = """
    line.cycle_id = %(cycle)s AND line.announced_on IS NOT NULL AND line.superseded_on IS NULL
    AND line.status IN ('none', 'paid')
    AND (%(reason)s = '' OR line.reason_codes @> ARRAY[%(reason)s]::varchar[])
    AND (%(city)s = '' OR p.city = %(city)s)
    AND (%(paid_from)s::numeric IS NULL OR line.paid_sar >= %(paid_from)s::numeric)
    AND (%(paid_until)s::numeric IS NULL OR line.paid_sar <= %(paid_until)s::numeric)
"""
"""Of a line `line` and its person `p`."""

WORTH: Final = """
    CROSS JOIN LATERAL (
        SELECT CASE %(rule)s
            WHEN 'due' THEN line.entitled_sar - line.paid_sar - line.added_sar
            WHEN 'addition' THEN %(addition)s::numeric
            ELSE {right_sar} - line.paid_sar - line.added_sar
        END AS added
    ) AS worth
"""
"""What a line is raised by; nothing, or less, where it has as much already."""

PAID_BACK: Final = """
    EXISTS (
        SELECT FROM objections_objection AS o
        JOIN objections_decision AS d ON d.objection_id = o.id AND d.state = 'approved'
        JOIN objections_backpayline AS month ON month.decision_id = d.id
         AND month.cycle = %(cycle_code)s AND month.amount_sar > 0
        WHERE o.person_id = line.person_id AND NOT EXISTS (
            SELECT FROM objections_correctionrow AS by_correction
            WHERE by_correction.objection_id = o.id AND by_correction.settled_at = d.closed_at
        )
    )
"""
"""A decision pays the person of a line back for its cycle, and none that a correction made: the
amount of such a one is in the line."""

_FIGURES: Final = """
    SELECT p.city, count(*) FILTER (WHERE {is_counted}),
           coalesce(sum({added}) FILTER (WHERE {is_counted}), 0),
           count(*) FILTER (WHERE {is_counted} AND EXISTS (
               SELECT FROM objections_objection AS o WHERE o.payment_id = line.id
               AND o.status IN ('submitted', 'under_review', 'documents_wanted'))),
           count(*) FILTER (WHERE {is_counted} AND EXISTS (
               SELECT FROM objections_objection AS o WHERE o.payment_id = line.id
               AND o.status = 'draft')),
           count(*) FILTER (WHERE NOT {is_counted})
    FROM {rows}
    WHERE {matches}
    GROUP BY p.city ORDER BY 3 DESC, 1
"""

_FOUND: Final = {
    "rows": "beneficiaries_paymentline AS line"
    " JOIN beneficiaries_person AS p ON p.id = line.person_id"
    + WORTH.format(right_sar="NULL::numeric")
    + f" CROSS JOIN LATERAL (SELECT {PAID_BACK} AS is_back) AS paid",
    "is_counted": "NOT paid.is_back",
    "added": "worth.added",
    "matches": f"{PAYMENT_MATCHES} AND (%(rule)s = 'listed' OR worth.added > 0)",
}

_SET: Final = {
    "rows": "objections_correctionrow AS row"
    " JOIN beneficiaries_paymentline AS line ON line.id = row.payment_id"
    " JOIN beneficiaries_person AS p ON p.id = line.person_id",
    "is_counted": "TRUE",
    "added": "row.added_sar",
    "matches": "row.correction_id = %(correction)s",
}


@dataclass(frozen=True)
class PaymentCriteria:
    """A cycle, what was deducted in it, and what the right amount is; the others narrow.

    `reason_code` is empty for whatever was deducted, `addition_sar` is that of its rule.
    `paid_from` and `paid_until` are what was paid, in riyals, both ends included.
    """

    cycle: Cycle
    rule: AmountRule
    reason_code: str = ""
    addition_sar: Decimal | None = None
    city: str = ""
    paid_from: Decimal | None = None
    paid_until: Decimal | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Give the parameters of PAYMENT_MATCHES and of what stands beside it."""
        return {
            "cycle": self.cycle.pk,
            "cycle_code": self.cycle.code,
            "reason": self.reason_code,
            "rule": str(self.rule),
            "addition": self.addition_sar,
            "city": self.city,
            "paid_from": self.paid_from,
            "paid_until": self.paid_until,
        }

    @property
    def is_sensitive(self) -> bool:
        """True where to be found tells a reason that its owner alone may see (DOMAIN 16)."""
        return bool(self.reason_code) and REASONS[self.reason_code].is_sensitive


def payment_criteria_of(correction: Correction) -> PaymentCriteria:
    """Give by what the set of a correction of payments was asked for."""
    return PaymentCriteria(
        cycle=correction.cycle,
        rule=AmountRule(correction.rule),
        reason_code=correction.reason_code,
        addition_sar=correction.addition_sar,
        city=correction.city,
        paid_from=correction.paid_from,
        paid_until=correction.paid_until,
    )


@dataclass(frozen=True)
class PaymentFigures:
    """How many payments are found, what they are raised by in riyals, and what is with them.

    `paid_back` have back pay for the cycle by a decision in force and are left out, counted before
    the set is fixed only. `not_found` were named in a file, and no payment to raise is theirs.
    `cities` has the largest sum first: city, payments, riyals. Sums are texts once stored.
    """

    total: int = 0
    added_sar: Decimal | str = Decimal(0)
    objections: int = 0
    drafts: int = 0
    paid_back: int = 0
    not_found: int = 0
    cities: Sequence[tuple[str, int, Decimal | str]] = ()
    more_cities: int = 0

    @property
    def sum_sar(self) -> Decimal:
        return Decimal(self.added_sar)

    @property
    def sums_by_city(self) -> list[tuple[str, int, Decimal]]:
        return [(city, count, Decimal(added)) for city, count, added in self.cities]

    def stored(self) -> dict[str, Any]:
        """Give it as JSON keeps it: sums as texts, to the halala."""
        cities = [(city, count, str(added)) for city, count, added in self.cities]
        return {**vars(self), "added_sar": str(self.added_sar), "cities": cities}


def payment_figures_of(criteria: PaymentCriteria) -> PaymentFigures:
    """Count what the criteria find: one statement, whatever the number of payments.

    Where a file is to name the amounts it counts those that it may name, and no riyals.

    Raises:
        TooManyToCount: it would take longer than LONGEST_SECONDS.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor, planned_for_many_rows(cursor):
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_SECONDS}s'")
            found = _read(cursor, _FOUND, criteria.facts)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        raise TooManyToCount from error
    return found


def payment_figures_of_set(*, correction_id: int, named: int) -> PaymentFigures:
    """Count a set that was written; `named` is how many a file named, 0 without one."""
    with connection.cursor() as cursor:
        found = _read(cursor, _SET, {"correction": correction_id})
    return replace(found, not_found=max(named - found.total, 0))


def _read(cursor: Any, of: Mapping[str, str], facts: Mapping[str, Any]) -> PaymentFigures:
    cursor.execute(_FIGURES.format_map(of), facts)
    cities = cursor.fetchall()
    counted = [row for row in cities if row[1]]
    return PaymentFigures(
        total=sum(row[1] for row in cities),
        added_sar=sum((row[2] for row in cities), Decimal(0)),
        objections=sum(row[3] for row in cities),
        drafts=sum(row[4] for row in cities),
        paid_back=sum(row[5] for row in cities),
        cities=[(row[0], row[1], row[2]) for row in counted[:SHOWN_CITIES]],
        more_cities=max(len(counted) - SHOWN_CITIES, 0),
    )


def payments_found(criteria: PaymentCriteria) -> QuerySet[PaymentLine]:
    """Give the payments that the criteria match, in the order of the set.

    Those with back pay for the cycle are among them: the figures say how many are left out.
    """
    found = PaymentLine.objects.current().filter(cycle=criteria.cycle, status__in=SETTLED_STATUSES)
    if criteria.reason_code:
        found = found.filter(reason_codes__contains=[criteria.reason_code])
    if criteria.city:
        found = found.filter(person__city=criteria.city)
    if criteria.paid_from is not None:
        found = found.filter(paid_sar__gte=criteria.paid_from)
    if criteria.paid_until is not None:
        found = found.filter(paid_sar__lte=criteria.paid_until)
    if criteria.rule == AmountRule.DUE:
        found = found.filter(entitled_sar__gt=F("paid_sar") + F("added_sar"))
    return found.select_related("person").order_by("id")
