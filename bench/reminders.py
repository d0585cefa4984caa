"""Half a million reminders found and queued, beside a bare INSERT … SELECT of the same rows.

    .venv/bin/python bench/reminders.py [--rows 500000]

Makes a database of its own on DATABASE_URL's server (else on an embedded server of its own) with
twice as many people as `--rows`: each has a result that closes in fourteen days, every other one
is contested by nobody so far, and one in twenty of these was objected to. The real command queues
the reminders in a process of its own, then runs again and finds nothing. In the same run, on the
same server, two floors: a bare COPY of the queued messages, and INSERT … SELECT of them into a
table with every constraint and index of the outbox, in one statement, committed.

The command looks at each result, its person, the head of the household and the objections against
it, and commits every ten thousand; the floor does none of it. Aim: 0.4 of INSERT … SELECT. Absolute
figures are of the machine; the ratio of one run is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.imports import floors, report, run  # noqa: E402 - the root is added above
from bench.serving import machine_facts, own_database, services  # noqa: E402

HOUSEHOLD = 3
"""People in each household; one in ten has no mobile and is told through the head."""

MESSAGE_COLUMNS = (
    "event, recipient, template, language, body, lane, status, queued_at, not_before, expires_at,"
    " gateway, gateway_id, error"
)

# The names' index serves searches and is dear to fill.
FILL = (
    "DROP INDEX person_name_words",
    """
    INSERT INTO beneficiaries_household (register_id)
    SELECT 'H' || n FROM generate_series(0, %(people)s / %(household)s) AS n
    """,
    """
    INSERT INTO beneficiaries_person (
        national_id, full_name, birth_date, household_id, relation, mobile, city, iban, language,
        register_as_of
    )
    SELECT '1' || lpad(n::text, 9, '0'), 'شخص تجريبي',
           CASE WHEN n %% %(household)s = 2 THEN '1440-01-01' ELSE '1400-01-01' END,
           home.id, (ARRAY['head', 'spouse', 'child'])[1 + n %% %(household)s],
           CASE WHEN n %% 10 = 9 THEN '' ELSE '+9665' || lpad(n::text, 8, '0') END,
           '', '', CASE WHEN n %% 50 = 0 THEN 'en' ELSE 'ar' END, '2026-01-01'
    FROM generate_series(0, %(people)s - 1) AS n
    JOIN beneficiaries_household AS home ON home.register_id = 'H' || n / %(household)s
    """,
    "INSERT INTO beneficiaries_cycle (code) VALUES ('2026-10')",
    """
    INSERT INTO beneficiaries_eligibilityresult (
        person_id, cycle_id, status, reason_codes, entitlement_sar, announced_on, filing_deadline
    )
    SELECT p.id, c.id, CASE WHEN p.id %% 2 = 0 THEN 'ineligible' ELSE 'eligible' END,
           CASE WHEN p.id %% 2 = 0 THEN ARRAY['ASSETS'] ELSE ARRAY[]::varchar[] END, 0,
           (now() AT TIME ZONE 'Asia/Riyadh')::date - 76,
           (now() AT TIME ZONE 'Asia/Riyadh')::date + 14
    FROM beneficiaries_person AS p, beneficiaries_cycle AS c
    """,
    """
    INSERT INTO objections_objection (
        uuid, reference, result_id, person_id, filed_by_id, status, step, ground, ground_ar,
        ground_en, statement, has_declared, counted_from, deadline, opened_at, submitted_at,
        answer, effective_cycle
    )
    SELECT gen_random_uuid(), '4' || lpad(r.id::text, 9, '0'), r.id, r.person_id, r.person_id,
           'submitted', 4, 'other', 'سبب آخر', 'Another reason', '', true, r.announced_on,
           r.filing_deadline, now(), now(), '', ''
    FROM beneficiaries_eligibilityresult AS r WHERE r.status = 'ineligible' AND r.id %% 40 = 0
    """,
    "VACUUM ANALYZE",
)


def fill(connection: Connection, rows: int) -> None:
    """Make the register, the results and the objections."""
    cursor = connection.cursor()
    for statement in FILL:
        cursor.execute(statement, {"people": 2 * rows, "household": HOUSEHOLD})
    cursor.execute("CHECKPOINT")


def main() -> int:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000)
    rows = parser.parse_args().rows
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        server, redis = stack.enter_context(services())
        database = stack.enter_context(own_database(server))
        environ = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": str(folder / "data"),
            "DEBUG": "0",
            "DEMO": "0",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environ, check=True)
        connection = psycopg2.connect(database)
        connection.autocommit = True
        stack.callback(connection.close)
        fill(connection, rows)
        runs = [run("send_reminders", ["send_reminders"], rows, environ, "messages")]
        runs += floors(
            connection,
            folder,
            name="messages",
            table="notifications_message",
            columns=MESSAGE_COLUMNS,
        )
        runs.append(run("send_reminders, again", ["send_reminders"], rows, environ, ""))
        report(machine_facts(connection), rows, runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
