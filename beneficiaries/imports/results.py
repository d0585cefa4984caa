"""A cycle's results: they wait, seen by nobody, until they are announced.

A row that says what is already announced leaves nothing waiting; one that says something else
waits as a correction beside the announced result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from beneficiaries.imports import values
from beneficiaries.imports.faults import InvalidValue
from beneficiaries.imports.of_cycle import CycleImport
from beneficiaries.statuses import ImportKind, ResultStatus

KIND: Final = ImportKind.RESULTS
COLUMNS: Final = ("national_id", "status", "reason_codes", "entitlement_sar")

_DROP_WAITING_WITHOUT_NEWS: Final = """
    DELETE FROM beneficiaries_eligibilityresult AS waiting
    USING staging AS s, beneficiaries_person AS p, beneficiaries_eligibilityresult AS told
    WHERE p.national_id = s.national_id
      AND waiting.person_id = p.id AND waiting.cycle_id = %(cycle)s
      AND waiting.announced_on IS NULL
      AND told.person_id = p.id AND told.cycle_id = %(cycle)s
      AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
      AND (told.status, told.reason_codes::text[], told.entitlement_sar)
          = (s.status, string_to_array(s.reason_codes, ';'), s.entitlement_sar::numeric)
"""

_WRITE_WAITING: Final = """
    WITH written AS (
        INSERT INTO beneficiaries_eligibilityresult AS r
            (person_id, cycle_id, status, reason_codes, entitlement_sar)
        SELECT p.id, %(cycle)s, s.status, string_to_array(s.reason_codes, ';'),
               s.entitlement_sar::numeric
        FROM staging AS s
        JOIN beneficiaries_person AS p ON p.national_id = s.national_id
        WHERE s.line >= %(first)s AND s.line < %(last)s AND NOT EXISTS (
            SELECT FROM beneficiaries_eligibilityresult AS told
            WHERE told.person_id = p.id AND told.cycle_id = %(cycle)s
              AND told.announced_on IS NOT NULL AND told.superseded_on IS NULL
              AND (told.status, told.reason_codes::text[], told.entitlement_sar)
                  = (s.status, string_to_array(s.reason_codes, ';'), s.entitlement_sar::numeric)
        )
        ON CONFLICT (person_id, cycle_id) WHERE announced_on IS NULL DO UPDATE SET
            status = EXCLUDED.status,
            reason_codes = EXCLUDED.reason_codes,
            entitlement_sar = EXCLUDED.entitlement_sar
        WHERE (r.status, r.reason_codes, r.entitlement_sar)
              IS DISTINCT FROM (EXCLUDED.status, EXCLUDED.reason_codes, EXCLUDED.entitlement_sar)
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""


def _reader(read_national_id: values.ReadText) -> values.ReadRow:
    def read(row: Sequence[str]) -> Sequence[str]:
        national_id, status, reason_codes, entitlement = row
        status = values.read_status(status)
        reasons = values.read_reasons(reason_codes)
        if status == ResultStatus.INELIGIBLE and not reasons:
            raise InvalidValue("reason_codes", "needs_reason")
        return (
            read_national_id(national_id),
            status,
            ";".join(reasons),
            str(values.read_money(entitlement, "entitlement_sar")),
        )

    return read


import_results: Final = CycleImport(
    kind=KIND,
    columns=COLUMNS,
    reader=_reader,
    drop_waiting_without_news=_DROP_WAITING_WITHOUT_NEWS,
    write_waiting=_WRITE_WAITING,
).run
