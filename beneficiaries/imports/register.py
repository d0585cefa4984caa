"""The register's file: people and their households.

The register wins, except over a mobile that its owner proved on or after the file's day; an older
file than the one a person's row came from leaves that row alone (DOMAIN 18).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from beneficiaries.confirmed_ids.services import confirmed_ids
from beneficiaries.imports import values
from beneficiaries.imports.models import ImportRun
from beneficiaries.imports.reader import CsvFile
from beneficiaries.imports.recording import Report, hold, recorded, silent
from beneficiaries.imports.staging import (
    ImportCounts,
    Staging,
    begin_import,
    end_import,
    settle_rejected,
    take_turn,
)
from beneficiaries.set_based import planned_for_many_rows
from beneficiaries.statuses import ImportKind
from saudi.gregorian import riyadh_date, start_of_day

KIND: Final = ImportKind.REGISTER
COLUMNS: Final = (
    "national_id",
    "full_name",
    "mobile",
    "birth_date_hijri",
    "household_id",
    "relation",
    "city",
    "iban",
)

# A mobile that its owner proved stays: against a file of the same day or an older one, and
# against an empty value of any file, because an empty value knows no better number.
_KEEPS_MOBILE: Final = """
    (p.mobile_proved_at IS NOT NULL AND (p.mobile_proved_at >= %(day)s OR {mobile} = ''))
"""

_RECORD_CHANGES: Final = f"""
    INSERT INTO beneficiaries_personchange
        (person_id, field, old_value, new_value, source, changed_by_id, changed_at)
    SELECT p.id, v.field, v.old_value, v.new_value, 'register', NULL, %(now)s
    FROM staging AS s
    JOIN beneficiaries_person AS p ON p.national_id = s.national_id
    CROSS JOIN LATERAL (VALUES
        ('mobile', p.mobile, CASE WHEN {_KEEPS_MOBILE.format(mobile="s.mobile")}
                                  THEN p.mobile ELSE s.mobile END),
        ('city', p.city, s.city),
        ('iban', p.iban, s.iban)
    ) AS v (field, old_value, new_value)
    WHERE s.line >= %(first)s AND s.line < %(last)s AND v.old_value <> v.new_value
"""  # noqa: S608  # put together from constants

_WRITE_PEOPLE: Final = f"""
    WITH written AS (
        INSERT INTO beneficiaries_person AS p
            (national_id, full_name, birth_date, household_id, relation, mobile,
             mobile_proved_at, city, iban, language, register_as_of)
        SELECT s.national_id, s.full_name, s.birth_date_hijri, h.id, s.relation, s.mobile,
               NULL, s.city, s.iban, 'ar', %(as_of)s
        FROM staging AS s
        JOIN beneficiaries_household AS h ON h.register_id = s.household_id
        WHERE s.line >= %(first)s AND s.line < %(last)s
        ON CONFLICT (national_id) DO UPDATE SET
            full_name = EXCLUDED.full_name,
            birth_date = EXCLUDED.birth_date,
            household_id = EXCLUDED.household_id,
            relation = EXCLUDED.relation,
            mobile = CASE WHEN {_KEEPS_MOBILE.format(mobile="EXCLUDED.mobile")}
                          THEN p.mobile ELSE EXCLUDED.mobile END,
            mobile_proved_at = CASE
                WHEN p.mobile = EXCLUDED.mobile
                     OR {_KEEPS_MOBILE.format(mobile="EXCLUDED.mobile")}
                THEN p.mobile_proved_at END,
            city = EXCLUDED.city,
            iban = EXCLUDED.iban,
            register_as_of = EXCLUDED.register_as_of
        WHERE (p.full_name, p.birth_date, p.household_id, p.relation, p.city, p.iban,
               p.register_as_of)
              IS DISTINCT FROM
              (EXCLUDED.full_name, EXCLUDED.birth_date, EXCLUDED.household_id, EXCLUDED.relation,
               EXCLUDED.city, EXCLUDED.iban, EXCLUDED.register_as_of)
           OR (p.mobile <> EXCLUDED.mobile
               AND NOT {_KEEPS_MOBILE.format(mobile="EXCLUDED.mobile")})
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""  # noqa: S608  # put together from constants


def import_register(
    path: Path,
    *,
    as_of: date | None,
    now: datetime,
    run: ImportRun | None = None,
    report: Report = silent,
) -> ImportCounts:
    """Bring people and households in from a file, all in one transaction.

    `as_of` is the day the register wrote the file, by default the day the file was last changed.
    Rows that cannot be taken are kept beside the file and stop no other row; running the same
    file again changes nothing. Takes the turn of its kind and, as it writes, the people's rows.
    `run` is the record of an upload; without one, one is made.

    Raises:
        UnreadableFile: nothing was read.
        ImportRunning: another import of the register is at work.
    """
    if run is None:
        run = begin_import(KIND, path, now=now, as_of=as_of)
    today = riyadh_date(now)
    counts = ImportCounts()
    with recorded(run, report) as tell:
        file = CsvFile(path, columns=COLUMNS)
        if as_of is None:
            changed_at = datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo)
            as_of = min(riyadh_date(changed_at), today)
        run.as_of = as_of
        with transaction.atomic(), connection.cursor() as cursor, planned_for_many_rows(cursor):
            hold(cursor, run)
            take_turn(cursor, KIND)
            staging = Staging(cursor, COLUMNS)
            counts.read = staging.load(file, _reader(today, confirmed_ids()), tell)
            staging.reject_repeated("national_id")
            counts.left = _leave_newer_alone(cursor, as_of)
            _check_households(staging)
            _write(staging, counts, as_of=as_of, now=now, report=tell)
            counts.rejections = staging.rejections()
            end_import(run, counts)
            if counts.rejected:
                staging.keep_rejected(file, language=run.reasons_language)
    counts.rejected_path = settle_rejected(file, counts.rejected)
    return counts


def _reader(today: date, confirmed: Collection[str]) -> values.ReadRow:
    read_national_id = values.national_id_reader(confirmed)
    read_birth_date = values.birth_date_reader(today)

    def read(row: Sequence[str]) -> Sequence[str]:
        national_id, name, mobile, birth_date, household, relation, city, iban = row
        return (
            read_national_id(national_id),
            values.read_name(name),
            values.read_mobile(mobile),
            read_birth_date(birth_date),
            values.read_household(household),
            values.read_relation(relation),
            values.read_city(city),
            values.read_iban(iban),
        )

    return read


def _leave_newer_alone(cursor: CursorWrapper, as_of: date) -> int:
    cursor.execute(
        """
        DELETE FROM staging AS s USING beneficiaries_person AS p
        WHERE p.national_id = s.national_id AND p.register_as_of > %s
        """,
        [as_of],
    )
    return int(cursor.rowcount)


def _check_households(staging: Staging) -> None:
    """Reject second heads and people of households without a head.

    Of two heads in a file the one who already is a head stays, else the first. A rejected row may
    take away the ground of another, so this goes round until none falls.
    """
    fallen = 1
    while fallen:
        fallen = staging.reject(
            "relation:two_heads",
            """s.line IN (
                SELECT line FROM (
                    SELECT head.line, row_number() OVER (
                        PARTITION BY head.household_id
                        ORDER BY p.relation = 'head' DESC NULLS LAST, head.line
                    ) AS place
                    FROM staging AS head
                    LEFT JOIN beneficiaries_person AS p ON p.national_id = head.national_id
                    WHERE head.relation = 'head'
                ) AS heads WHERE place > 1
            )""",
        )
        fallen += staging.reject(
            "relation:other_head",
            """s.relation = 'head' AND EXISTS (
                SELECT FROM beneficiaries_person AS p
                JOIN beneficiaries_household AS h ON h.id = p.household_id
                WHERE h.register_id = s.household_id AND p.relation = 'head'
                  AND p.national_id <> s.national_id
                  AND NOT EXISTS (SELECT FROM staging AS other
                                  WHERE other.national_id = p.national_id)
            )""",
        )
        fallen += staging.reject(
            "household_id:no_head",
            """s.relation <> 'head' AND NOT EXISTS (
                SELECT FROM staging AS head
                WHERE head.relation = 'head' AND head.household_id = s.household_id
            ) AND NOT EXISTS (
                SELECT FROM beneficiaries_person AS p
                JOIN beneficiaries_household AS h ON h.id = p.household_id
                WHERE h.register_id = s.household_id AND p.relation = 'head'
                  AND NOT EXISTS (SELECT FROM staging AS other
                                  WHERE other.national_id = p.national_id)
            )""",
        )


def _write(
    staging: Staging, counts: ImportCounts, *, as_of: date, now: datetime, report: Report
) -> None:
    cursor = staging.cursor
    cursor.execute(
        """
        INSERT INTO beneficiaries_household (register_id)
        SELECT household_id FROM staging WHERE relation = 'head' ORDER BY line
        ON CONFLICT (register_id) DO NOTHING
        """
    )
    # Heads who hand over first become something else: the rule of one head is checked row by
    # row, and the order of rows is the database's. Their own rows below say what they are now.
    cursor.execute(
        """
        UPDATE beneficiaries_person AS p SET relation = 'ward'
        FROM staging AS s
        JOIN beneficiaries_household AS h ON h.register_id = s.household_id
        WHERE p.national_id = s.national_id AND p.relation = 'head'
          AND (s.relation <> 'head' OR h.id <> p.household_id)
        """
    )
    for part in staging.parts(report):
        facts: dict[str, int | date | datetime] = {
            **part,
            "as_of": as_of,
            "day": start_of_day(as_of),
            "now": now,
        }
        cursor.execute(_RECORD_CHANGES, facts)
        cursor.execute(_WRITE_PEOPLE, facts)
        created, changed = cursor.fetchone()
        counts.created += created
        counts.changed += changed
