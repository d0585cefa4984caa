"""Households, people, and what each cycle said of them and paid to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection

from beneficiaries.cycles import next_cycle, previous_cycle
from beneficiaries.models import Cycle
from objections.rules import filing_deadline
from portal.scale.names import CITIES, FAMILIES, MEN, WOMEN

CYCLES: Final = 12
RESULTS_DAY: Final = 28
PAYMENT_DAY: Final = 10

HOUSEHOLDS: Final = "scale-"
"""How the number of every household of the measurement begins."""

_HOUSEHOLDS: Final = """
    INSERT INTO beneficiaries_household (register_id)
    SELECT DISTINCT %(prefix)s || lpad(household::text, 8, '0')
    FROM pg_temp.places(%(first)s, %(last)s)
    ORDER BY 1
    ON CONFLICT (register_id) DO NOTHING
"""

_PEOPLE: Final = """
    INSERT INTO beneficiaries_person (
        national_id, full_name, birth_date, household_id, relation, mobile, city, iban, language,
        register_as_of
    )
    SELECT pg_temp.national_id(n),
           pg_temp.one_of(CASE WHEN mod(n, 2) = 0 THEN %(women)s ELSE %(men)s END, n, 11)
               || ' ' || pg_temp.one_of(%(men)s, n, 12)
               || CASE WHEN pg_temp.dice(n, 13, 3) = 0
                       THEN ' ' || pg_temp.one_of(%(men)s, n, 14) ELSE '' END
               || ' ' || pg_temp.one_of(%(families)s, household, 15),
           born || '-' || lpad((1 + pg_temp.dice(n, 16, 12))::text, 2, '0')
               || '-' || lpad((1 + pg_temp.dice(n, 17, 30))::text, 2, '0'),
           h.id,
           relation,
           CASE WHEN born < 1429 AND pg_temp.dice(n, 18, 20) > 0
                THEN pg_temp.mobile(n) ELSE '' END,
           pg_temp.one_of(%(cities)s, household, 19),
           CASE WHEN seat = 0 AND pg_temp.dice(n, 20, 33) > 0
                THEN pg_temp.iban(household) ELSE '' END,
           CASE WHEN pg_temp.dice(n, 21, 40) = 0 THEN 'en' ELSE 'ar' END,
           %(as_of)s
    FROM pg_temp.places(%(first)s, %(last)s)
    JOIN beneficiaries_household AS h
      ON h.register_id = %(prefix)s || lpad(household::text, 8, '0'),
    LATERAL (
        SELECT CASE
            WHEN seat = 0 THEN 'head'
            WHEN seat = 1 AND pg_temp.dice(n, 22, 10) > 0 THEN 'spouse'
            ELSE pg_temp.one_of(
                '{child,child,child,child,child,child,child,parent,sibling,ward}', n, 23
            )
        END AS relation
    ) AS r,
    LATERAL (
        SELECT CASE relation
            WHEN 'head' THEN 1360 + pg_temp.dice(n, 24, 65)
            WHEN 'spouse' THEN 1365 + pg_temp.dice(n, 24, 60)
            WHEN 'parent' THEN 1335 + pg_temp.dice(n, 24, 30)
            ELSE 1418 + pg_temp.dice(n, 24, 29)
        END AS born
    ) AS b
    ORDER BY n
    ON CONFLICT (national_id) DO NOTHING
"""

_KNOWN: Final = """
    DROP TABLE IF EXISTS pg_temp.scale_person;
    CREATE TEMPORARY TABLE scale_person AS
    SELECT n, person.id AS person_id, person.household_id, household, seat,
           person.birth_date
    FROM pg_temp.places(1, %(people)s)
    JOIN beneficiaries_person AS person ON person.national_id = pg_temp.national_id(n);
    CREATE UNIQUE INDEX ON scale_person (n);
    CREATE INDEX ON scale_person (person_id);
    ANALYZE scale_person
"""

_RESULTS: Final = """
    INSERT INTO beneficiaries_eligibilityresult (
        person_id, cycle_id, status, reason_codes, entitlement_sar, announced_on, filing_deadline
    )
    SELECT person_id, %(cycle)s,
           CASE WHEN is_eligible THEN 'eligible' ELSE 'ineligible' END,
           CASE WHEN is_eligible THEN '{}'
                ELSE ARRAY[pg_temp.one_of(%(reasons)s, n, %(month)s + 1)] END,
           CASE WHEN NOT is_eligible THEN 0 WHEN seat = 0 THEN 720
                WHEN birth_date < %(adults_born_before)s THEN 360 ELSE 216 END,
           %(announced_on)s, %(deadline)s
    FROM scale_person, LATERAL (SELECT pg_temp.is_eligible(n, %(month)s) AS is_eligible) AS e
    WHERE n BETWEEN %(first)s AND %(last)s
    ORDER BY n
    ON CONFLICT DO NOTHING
"""

# A household's status by its own number: one in fifty is paid nothing, and of the newest cycle
# four more are still on their way.
_PAYMENTS: Final = """
    INSERT INTO beneficiaries_paymentline (
        person_id, household_id, cycle_id, status, entitled_sar, paid_sar, paid_on, reason_codes,
        announced_on, counted_from, filing_deadline
    )
    SELECT person_id, household_id, %(cycle)s, status,
           CASE status WHEN 'none' THEN 0 ELSE due END,
           CASE WHEN status = 'none' THEN 0 WHEN is_short THEN round(due * 0.7, 2) ELSE due END,
           CASE WHEN is_settled THEN %(paid_on)s::date END,
           CASE WHEN status = 'none' THEN '{INCOME_OVER_CUTOFF}'::varchar[]
                WHEN status = 'refused' THEN '{ACCOUNT_INACTIVE}'
                WHEN is_short THEN '{ABSENCE_DEDUCTION}' ELSE '{}' END,
           %(paid_on)s,
           CASE WHEN is_settled THEN %(paid_on)s::date END,
           CASE WHEN is_settled THEN %(deadline)s::date END
    FROM scale_person,
    LATERAL (
        SELECT CASE
            WHEN place = 0 THEN 'none'
            WHEN place < 5 AND %(is_newest)s
                THEN ('{refused,waiting,processing,sent}'::text[])[place]
            ELSE 'paid'
        END AS status
        FROM (SELECT mod(household + %(month)s / 10, 50) AS place) AS h
    ) AS s,
    LATERAL (
        SELECT status IN ('none', 'paid') AS is_settled,
               status = 'paid' AND pg_temp.dice(n, %(month)s + 3, 20) = 0 AS is_short,
               CASE WHEN seat = 0 THEN 720.00
                    WHEN birth_date < %(adults_born_before)s THEN 360.00 ELSE 216.00 END AS due
    ) AS amounts
    WHERE n BETWEEN %(first)s AND %(last)s AND pg_temp.is_eligible(n, %(month)s)
    ORDER BY n
    ON CONFLICT DO NOTHING
"""

REASONS: Final = (
    *("LEASE_NOT_PROVEN", "INCOME_OVER_CUTOFF", "DATA_MISMATCH", "ATTACHMENTS_MISSING") * 4,
    *("ASSETS", "INDEPENDENCE_NOT_PROVEN", "HEAD_INELIGIBLE", "ABSENCE_90") * 2,
    *("NATIONALITY", "PRISON", "SHELTER"),
)
_ADULTS_BORN_BEFORE: Final = "1430-01-01"
"""Grown up in every cycle of the measurement, to the year."""


@dataclass(frozen=True)
class ScaleCycle:
    """A cycle of the measurement: its row, its days, and the number of its month."""

    pk: int
    code: str
    announced_on: date
    paid_on: date
    month: int


def lay_cycles(*, today: date) -> list[ScaleCycle]:
    """Make the twelve newest cycles, oldest first; one that is there keeps its day."""
    newest = today if today.day >= RESULTS_DAY else today.replace(day=1) - timedelta(days=1)
    code = next_cycle(f"{newest:%Y-%m}")
    cycles: list[ScaleCycle] = []
    for _number in range(CYCLES):
        month_before = previous_cycle(code)
        announced_on = date(int(month_before[:4]), int(month_before[5:]), RESULTS_DAY)
        row, _is_new = Cycle.objects.get_or_create(
            code=code,
            defaults={
                "announced_on": announced_on,
                "filing_deadline": filing_deadline(announced_on),
            },
        )
        year, month = int(code[:4]), int(code[5:])
        cycles.insert(
            0,
            ScaleCycle(
                pk=row.pk,
                code=code,
                announced_on=row.announced_on or announced_on,
                paid_on=date(year, month, PAYMENT_DAY),
                month=100 + 10 * (12 * (year - 2000) + month),
            ),
        )
        code = month_before
    return cycles


def add_people(*, first: int, last: int, as_of: date) -> None:
    """Add the people of two numbers and all between, with their households."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLDS, {"prefix": HOUSEHOLDS, "first": first, "last": last})
        cursor.execute(
            _PEOPLE,
            {
                "prefix": HOUSEHOLDS,
                "first": first,
                "last": last,
                "men": list(MEN),
                "women": list(WOMEN),
                "families": list(FAMILIES),
                "cities": list(CITIES),
                "as_of": as_of,
            },
        )


def know_people(people: int) -> None:
    """Lay a table of this session: the number of each person and their row."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"people": people})


def add_results(cycle: ScaleCycle, *, first: int, last: int) -> None:
    """Add what a cycle said of the people of two numbers and all between."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RESULTS,
            {
                "cycle": cycle.pk,
                "month": cycle.month,
                "announced_on": cycle.announced_on,
                "deadline": filing_deadline(cycle.announced_on),
                "reasons": list(REASONS),
                "adults_born_before": _ADULTS_BORN_BEFORE,
                "first": first,
                "last": last,
            },
        )


def add_payments(cycle: ScaleCycle, *, first: int, last: int, is_newest: bool) -> None:
    """Add what a cycle paid to the people of two numbers and all between."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PAYMENTS,
            {
                "cycle": cycle.pk,
                "month": cycle.month,
                "paid_on": cycle.paid_on,
                "deadline": filing_deadline(cycle.paid_on),
                "is_newest": is_newest,
                "adults_born_before": _ADULTS_BORN_BEFORE,
                "first": first,
                "last": last,
            },
        )
