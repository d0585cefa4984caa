"""A cycle's payments, a line a person: they wait, seen by nobody, until they are announced.

A payment is a household's: its status and deposit day are the same in each of its lines, else all
of the household's rows in the file are rejected. Like results, a line that says what is already
announced leaves nothing waiting, and one that says something else waits as a correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from beneficiaries.imports import values
from beneficiaries.imports.faults import InvalidValue
from beneficiaries.imports.of_cycle import CycleImport
from beneficiaries.imports.staging import Staging
from beneficiaries.models import Cycle
from beneficiaries.statuses import SETTLED_STATUSES, ImportKind, PaymentStatus

KIND: Final = ImportKind.PAYMENTS
COLUMNS: Final = (
    "national_id",
    "entitled_sar",
    "paid_sar",
    "status",
    "paid_on",
    "reason_codes",
)

_SAID: Final = """(s.status, s.entitled_sar::numeric, s.paid_sar::numeric,
          nullif(s.paid_on, '')::date, string_to_array(s.reason_codes, ';'))"""

_TOLD: Final = """(told.status, told.entitled_sar, told.paid_sar,
          told.paid_on, told.reason_codes::text[])"""

_UNEVEN: Final = """
    CREATE TEMPORARY TABLE uneven ON COMMIT DROP AS
    SELECT household_id FROM (
        SELECT p.household_id, s.status, s.paid_on
        FROM staging AS s JOIN beneficiaries_person AS p ON p.national_id = s.national_id
        UNION ALL
        SELECT other.household_id, line.status, coalesce(line.paid_on::text, '')
        FROM beneficiaries_paymentline AS line
        JOIN beneficiaries_person AS other ON other.id = line.person_id
        WHERE line.cycle_id = %(cycle)s AND line.superseded_on IS NULL
          AND line.household_id = other.household_id -- whoever joined since was paid elsewhere
          AND other.household_id IN (
              SELECT p.household_id
              FROM staging AS s JOIN beneficiaries_person AS p ON p.national_id = s.national_id
          )
          AND NOT EXISTS (SELECT FROM staging AS s WHERE s.national_id = other.national_id)
          AND (line.announced_on IS NULL OR NOT EXISTS (
              SELECT FROM beneficiaries_paymentline AS waiting
              WHERE waiting.person_id = line.person_id AND waiting.cycle_id = line.cycle_id
                AND waiting.announced_on IS NULL
          ))
    ) AS said
    GROUP BY household_id
    HAVING count(DISTINCT (status, paid_on)) > 1
"""

_DROP_WAITING_WITHOUT_NEWS: Final = f"""
    DELETE FROM beneficiaries_paymentline AS waiting
    USING staging AS s, beneficiaries_person AS p, beneficiaries_paymentline AS told
    WHERE p.national_id = s.national_id
      AND waiting.person_id = p.id AND waiting.cycle_id = %(cycle)s
      AND waiting.announced_on IS NULL
      AND told.person_id = p.id AND told.cycle_id = %(cycle)s
      AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
      AND {_TOLD} IS NOT DISTINCT FROM {_SAID}
"""  # noqa: S608  # put together from constants

_WRITE_WAITING: Final = f"""
    WITH written AS (
        INSERT INTO beneficiaries_paymentline AS line
            (person_id, household_id, cycle_id, status, entitled_sar, paid_sar, paid_on,
             reason_codes)
        SELECT p.id, p.household_id, %(cycle)s, s.status, s.entitled_sar::numeric,
               s.paid_sar::numeric, nullif(s.paid_on, '')::date,
               string_to_array(s.reason_codes, ';')
        FROM staging AS s
        JOIN beneficiaries_person AS p ON p.national_id = s.national_id
        WHERE s.line >= %(first)s AND s.line < %(last)s AND NOT EXISTS (
            SELECT FROM beneficiaries_paymentline AS told
            WHERE told.person_id = p.id AND told.cycle_id = %(cycle)s
              AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
              AND {_TOLD} IS NOT DISTINCT FROM {_SAID}
        )
        ON CONFLICT (person_id, cycle_id) WHERE announced_on IS NULL DO UPDATE SET
            household_id = EXCLUDED.household_id,
            status = EXCLUDED.status,
            entitled_sar = EXCLUDED.entitled_sar,
            paid_sar = EXCLUDED.paid_sar,
            paid_on = EXCLUDED.paid_on,
            reason_codes = EXCLUDED.reason_codes
        WHERE (line.household_id, line.status, line.entitled_sar, line.paid_sar, line.paid_on,
               line.reason_codes)
              IS DISTINCT FROM
              (EXCLUDED.household_id, EXCLUDED.status, EXCLUDED.entitled_sar, EXCLUDED.paid_sar,
               EXCLUDED.paid_on, EXCLUDED.reason_codes)
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""  # noqa: S608  # put together from constants


def _reject_uneven_households(staging: Staging, cycle: Cycle) -> None:
    """Reject every row of a household that says two things, here or against its other lines."""
    staging.cursor.execute("DROP TABLE IF EXISTS pg_temp.uneven")
    staging.cursor.execute(_UNEVEN, {"cycle": cycle.pk})
    staging.reject(
        "status, paid_on:uneven",
        """EXISTS (
            SELECT FROM beneficiaries_person AS p
            JOIN uneven ON uneven.household_id = p.household_id
            WHERE p.national_id = s.national_id
        )""",
    )


def _reader(read_national_id: values.ReadText) -> values.ReadRow:
    def read(row: Sequence[str]) -> Sequence[str]:
        national_id, entitled, paid, status, paid_on, reason_codes = row
        status = values.read_payment_status(status)
        paid_on = values.read_paid_on(paid_on)
        paid_sar = values.read_money(paid, "paid_sar")
        if not paid_on and status in SETTLED_STATUSES:
            raise InvalidValue("paid_on", "needs_day")
        if status == PaymentStatus.NONE and paid_sar != Decimal(0):
            raise InvalidValue("paid_sar", "not_zero")
        return (
            read_national_id(national_id),
            str(values.read_money(entitled, "entitled_sar")),
            str(paid_sar),
            status,
            paid_on,
            ";".join(values.read_reasons(reason_codes)),
        )

    return read


import_payments: Final = CycleImport(
    kind=KIND,
    columns=COLUMNS,
    reader=_reader,
    drop_waiting_without_news=_DROP_WAITING_WITHOUT_NEWS,
    write_waiting=_WRITE_WAITING,
    check=_reject_uneven_households,
).run
