"""Corrections of many results and payments beside their floors: rows a second, ratio, peak memory.

    .venv/bin/python bench/correction.py [--people 50000]

Makes a database of its own on DATABASE_URL's server (else on an embedded server of its own), fills
it by the imports' files and commands (bench/imports.py) and announces both. Then the services of a
correction, each step in a process of its own as a worker runs it: the set of all results with one
reason (one person in eight) and of all payments with a deduction (one in five) is fixed, and the
approved set applied with the SMS that it queues. No objections stand against them.

In the same run, on the same server, the floors: one INSERT … SELECT of the set's own rows into a
table with every constraint, foreign key and index of the real one; and of what applying changes in
the register, one UPDATE of the old rows and one INSERT … SELECT of the new ones in a copy of the
cycle, committed. Settling the rows and the SMS are above that floor. Absolute figures are of the
machine; the ratio of one run is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.imports import (  # noqa: E402 - the root is added above
    CYCLE,
    FOREIGN_KEYS,
    LONGEST_SECONDS,
    Ran,
    payments_file,
    register_file,
    results_file,
    run,
)
from bench.serving import machine_facts, own_database, services  # noqa: E402

SAID: Final = {"said_ar": "كان السبب خاطئًا.", "said_en": "The reason was wrong.", "why": "قياس."}
TABLES: Final = {
    "result": "beneficiaries_eligibilityresult",
    "payment": "beneficiaries_paymentline",
}

DRIVER: Final = """
import sys, django
django.setup()
from bench.correction import work
print("ready", flush=True)
work(*sys.argv[1:])
"""


def work(track: str, step: str) -> None:
    """Do one step of a correction as a worker does, in a process that Django is set up in."""
    from django.utils import timezone

    from beneficiaries.models import User
    from objections.models import Correction
    from objections.services import corrections

    now = timezone.now()
    by, second = (
        User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]
        for name in ("bench-first", "bench-second")
    )
    if step == "fix":
        _prepare(track, by, now)
        corrections.fix_sets(now=now)
        return
    case = Correction.objects.get(track=track)
    corrections.ask_for_approval(correction_id=case.pk, by=by, now=now)
    corrections.approve_correction(
        correction_id=case.pk, seen_rows=case.rows_to_correct, by=second, now=now
    )
    corrections.apply_corrections(now=now)


def _prepare(track: str, by: Any, now: Any) -> None:
    from beneficiaries.models import Cycle
    from objections.corrections.criteria import Criteria
    from objections.corrections.payments import PaymentCriteria
    from objections.corrections.statuses import AmountRule
    from objections.services import corrections

    cycle = Cycle.objects.get(code=CYCLE)
    facts: dict[str, Any] = {**SAID, "submission": uuid.uuid4(), "by": by, "now": now}
    if track == "result":
        criteria = Criteria(cycle=cycle, reason_code="LEASE_NOT_PROVEN")
        corrections.prepare_correction(criteria=criteria, **facts)
        return
    raised = PaymentCriteria(cycle=cycle, rule=AmountRule.DUE, reason_code="ABSENCE_DEDUCTION")
    corrections.prepare_payment_correction(criteria=raised, amounts={}, **facts)


def step_of(track: str, step: str, environ: dict[str, str]) -> tuple[float, float]:
    """Run a step in a process of its own; give its seconds without Django's start and its MB."""
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, track, step],
        cwd=ROOT,
        env={**environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(LONGEST_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", f"{track} {step} did not start"
    began = time.perf_counter()
    process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    watchdog.cancel()
    seconds = time.perf_counter() - began
    assert status == 0, f"{track} {step} failed"
    kilobytes = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
    return seconds, kilobytes / 1024


# Floors -----------------------------------------------------------------------------------


def _copy_of(cursor: Any, table: str) -> str:
    cursor.execute(f"CREATE TABLE floor_copy (LIKE {table} INCLUDING ALL)")
    cursor.execute(FOREIGN_KEYS.format(name="floor_copy", table=table))
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
    return "floor_copy"


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")
    return ", ".join(column.name for column in cursor.description if column.name != "id")


def floor_of_set(connection: Connection, track: str) -> float:
    """Measure one INSERT … SELECT of the rows of a set; give its seconds."""
    cursor = connection.cursor()
    table = "objections_correctionrow"
    copy, columns = _copy_of(cursor, table), _columns(cursor, table)
    cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    cursor.execute(
        f"INSERT INTO {copy} ({columns}) SELECT {columns} FROM {table} WHERE {track}_id IS NOT NULL"
    )
    seconds = time.perf_counter() - began
    cursor.execute(f"DROP TABLE {copy}")
    return seconds


def floor_of_run(connection: Connection, track: str) -> float:
    """Measure one UPDATE of the old rows and one INSERT … SELECT of the new; give the seconds."""
    cursor = connection.cursor()
    table = TABLES[track]
    copy, columns = _copy_of(cursor, table), _columns(cursor, table)
    before = columns.replace("superseded_on", "NULL::date")
    cursor.execute(
        f"INSERT INTO {copy} (id, {columns}) SELECT id, {before} FROM {table}"
        f" WHERE announcement IS NULL OR announcement > 0"
    )
    cursor.execute(f"ANALYZE {copy}")
    cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    cursor.execute(
        f"UPDATE {copy} AS old SET superseded_on = was.superseded_on"
        f" FROM {table} AS was WHERE was.id = old.id AND was.superseded_on IS NOT NULL"
    )
    cursor.execute(
        f"INSERT INTO {copy} (id, {columns}) SELECT id, {columns} FROM {table}"
        f" WHERE announcement < 0"
    )
    seconds = time.perf_counter() - began
    cursor.execute(f"DROP TABLE {copy}")
    return seconds


# The whole --------------------------------------------------------------------------------


def fill(environ: dict[str, str], folder: Path, people: int) -> None:
    """Bring in a register with a cycle's results and payments, and announce both."""
    path = str(register_file(folder, people))
    run("import_register", ["import_register", path], people, environ, "")
    for name, write, more in (
        ("results", results_file, ()),
        ("payments", payments_file, ("--payments",)),
    ):
        path = str(write(folder, people))
        run(f"import_{name}", [f"import_{name}", CYCLE, path], people, environ, "")
        announce = ["announce", CYCLE, *more, "--on", "2026-11-10"]
        run(f"announce {name}", announce, people, environ, "")


def measure(connection: Connection, environ: dict[str, str]) -> Iterator[tuple[Ran, float]]:
    """Fix and apply the correction of each track, each beside its floor."""
    cursor = connection.cursor()
    for track in TABLES:
        for step, floor in (("fix", floor_of_set), ("apply", floor_of_run)):
            cursor.execute("CHECKPOINT")  # nobody pays for what the step before wrote
            seconds, peak_mb = step_of(track, step, environ)
            cursor.execute(
                "SELECT rows_fixed, rows_corrected FROM objections_correction WHERE track = %s",
                [track],
            )
            fixed, corrected = cursor.fetchone()
            done = fixed if step == "fix" else corrected
            assert fixed == done > 0, f"{track}: {done} of {fixed} rows"
            print(f"  {step} {track}s: {done:,} rows in {seconds:.1f} s", flush=True)
            yield Ran(f"{step} {track}s", done, seconds, peak_mb), floor(connection, track)


def report(machine: str, people: int, runs: list[tuple[Ran, float]]) -> None:
    """Print the table."""
    print(f"\n{machine}; {people:,} people\n")
    print("| work | rows | seconds | rows/s | floor, seconds | of the floor | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for ran, floor in runs:
        print(
            f"| {ran.name} | {ran.rows:,} | {ran.seconds:.1f} | {ran.rows / ran.seconds:,.0f} "
            f"| {floor:.1f} | {floor / ran.seconds:.2f} | {ran.peak_mb:.0f} |"
        )


def main() -> int:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=50_000)
    options = parser.parse_args()
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
        fill(environ, folder, options.people)
        connection = psycopg2.connect(database)
        connection.autocommit = True
        stack.callback(connection.close)
        connection.cursor().execute("ANALYZE")
        report(machine_facts(connection), options.people, list(measure(connection, environ)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
