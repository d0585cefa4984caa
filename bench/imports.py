"""The imports and the announcements beside their floors: rows a second, ratio, peak memory.

    .venv/bin/python bench/imports.py [--rows 1000000] [--only results,payments,register]

Makes a database of its own on DATABASE_URL's server (else on an embedded server of its own), fills
the register by `import_register`, and runs the real commands, each in a process of its own:
results and payments imported, imported again unchanged, announced. In the same run, on the same
server, two floors: a bare COPY of the stored values into a table without any constraint, and
INSERT … SELECT of those values from that table into one with every constraint, foreign key and
index of the real one, committed. The people's floor has no households to make.

A command's time is without the start of Django, which no size changes; its memory is the most
that its process held at once, Django's own too. Aim: results and payments at 0.5 of INSERT … SELECT
or better. Absolute figures are of the machine; the ratio of one run is what counts.
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.serving import (  # noqa: E402 - the root is added above
    machine_facts,
    own_database,
    services,
)
from saudi.checks import luhn_check_digit  # noqa: E402

CYCLE = "2026-11"
HOUSEHOLD = 3
"""People in each household: a head, a spouse, a child."""

LONGEST_SECONDS = 3600


# Files ------------------------------------------------------------------------------------


def _ids(rows: int) -> Iterator[tuple[int, str]]:
    """Give well-formed IDs that belong to nobody, in no order, as the register's come."""
    for number in range(rows):
        nine = f"1{(number * 7_919 + 101) % 100_000_000:08}"
        yield number, nine + luhn_check_digit(nine)


def _write(path: Path, header: str, rows: Iterator[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(header + "\n")
        out.writelines(f"{row}\n" for row in rows)
    return path


def register_file(folder: Path, rows: int) -> Path:
    """Write people in households of three, nine in ten with a mobile, heads with an IBAN."""
    relations = ("head", "spouse", "child")

    def lines() -> Iterator[str]:
        for number, national_id in _ids(rows):
            place = number % HOUSEHOLD
            mobile = "" if number % 10 == 9 else f"05{number % 100_000_000:08}"
            account = f"80{number:018}"
            check = 98 - int(f"{account}281000") % 97
            iban = f"SA{check:02}{account}" if place == 0 else ""
            birth = f"{1380 + number % 60}/{1 + number % 12:02}/{1 + number % 29:02}"
            yield (
                f"{national_id},شخص تجريبي {number % 5_000},{mobile},{birth},"
                f"H{number // HOUSEHOLD:08},{relations[place]},الرياض,{iban}"
            )

    header = "national_id,full_name,mobile,birth_date_hijri,household_id,relation,city,iban"
    return _write(folder / "register.csv", header, lines())


def results_file(folder: Path, rows: int) -> Path:
    """Write a result a person; one in four is not eligible, for one reason or two."""

    def lines() -> Iterator[str]:
        for number, national_id in _ids(rows):
            if number % 4:
                yield f"{national_id},eligible,,{720 - number % 500}.00"
            else:
                reasons = "LEASE_NOT_PROVEN" if number % 8 else "ASSETS;ABSENCE_90"
                yield f"{national_id},ineligible,{reasons},0.00"

    return _write(
        folder / "results.csv", "national_id,status,reason_codes,entitlement_sar", lines()
    )


def payments_file(folder: Path, rows: int) -> Path:
    """Write a line a person, all paid on the tenth; one in five came short."""

    def lines() -> Iterator[str]:
        for number, national_id in _ids(rows):
            due = 720 - number % 500
            short = number % 5 == 0
            paid, why = (due - 100, "ABSENCE_DEDUCTION") if short else (due, "")
            yield f"{national_id},{due}.00,{paid}.00,paid,2026-11-10,{why}"

    header = "national_id,entitled_sar,paid_sar,status,paid_on,reason_codes"
    return _write(folder / "payments.csv", header, lines())


# Commands ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """One measured run; `peak_mb` is 0 where the work is the server's alone."""

    name: str
    rows: int
    seconds: float
    peak_mb: float = 0.0
    floor: str = ""


DRIVER = """
import sys, django
from django.core.management import call_command
django.setup()
print("ready", flush=True)
call_command(*sys.argv[1:])
"""


def run(name: str, arguments: Sequence[str], rows: int, environ: dict[str, str], floor: str) -> Ran:
    """Run a command of the portal in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, *arguments],
        cwd=ROOT,
        env={**environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watchdog = threading.Timer(LONGEST_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", f"{name} did not start"
    began = time.perf_counter()
    said = process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    watchdog.cancel()
    seconds = time.perf_counter() - began
    assert status == 0, f"{name} failed: {said}"
    print(f"  {name}: {seconds:.1f} s · {' · '.join(said.splitlines())}", flush=True)
    kilobytes = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
    return Ran(name, rows, seconds, kilobytes / 1024, floor)


# Floors -----------------------------------------------------------------------------------

FOREIGN_KEYS = """
    SELECT 'ALTER TABLE {name} ADD ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'
"""


def floors(
    connection: Connection, folder: Path, *, name: str, table: str, columns: str
) -> tuple[Ran, Ran]:
    """Measure a bare COPY and INSERT … SELECT of a table's own rows, in the order of a file.

    The copy for INSERT … SELECT has every check, index and foreign key of the real table; what is
    left out of `columns` is empty or made by the database.
    """
    cursor = connection.cursor()
    path = folder / f"{name}.tsv"
    with path.open("wb") as out:
        cursor.copy_expert(f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT", out)
    cursor.execute(f"CREATE TABLE floor_copy AS SELECT {columns} FROM {table} LIMIT 0")
    began = time.perf_counter()
    with path.open("rb") as rows:
        cursor.copy_expert("COPY floor_copy FROM STDIN", rows)
    copied = Ran(f"floor: bare COPY ({name})", cursor.rowcount, time.perf_counter() - began)
    cursor.execute(f"CREATE TABLE floor_insert (LIKE {table} INCLUDING ALL)")
    cursor.execute(FOREIGN_KEYS.format(name="floor_insert", table=table))
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
    cursor.execute("ANALYZE floor_copy")
    cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    cursor.execute(f"INSERT INTO floor_insert ({columns}) SELECT {columns} FROM floor_copy")
    inserted = Ran(f"floor: INSERT … SELECT ({name})", cursor.rowcount, time.perf_counter() - began)
    cursor.execute("DROP TABLE floor_copy, floor_insert")
    path.unlink()
    for ran in (copied, inserted):
        print(f"  {ran.name}: {ran.seconds:.1f} s", flush=True)
    return copied, inserted


RESULT_COLUMNS = "person_id, cycle_id, status, reason_codes, entitlement_sar"
PAYMENT_COLUMNS = (
    "person_id, household_id, cycle_id, status, entitled_sar, paid_sar, paid_on, reason_codes"
)
PERSON_COLUMNS = (
    "national_id, full_name, birth_date, household_id, relation, mobile, city, iban, language,"
    " register_as_of"
)


# The whole --------------------------------------------------------------------------------


def measure(
    connection: Connection, environ: dict[str, str], folder: Path, rows: int, only: set[str]
) -> Iterator[Ran]:
    """Run everything in the order of a month: register, results, payments, corrections."""

    def step(name: str, *arguments: str, floor: str = "") -> Ran:
        connection.cursor().execute("CHECKPOINT")  # nobody pays for what the step before wrote
        return run(name, arguments, rows, environ, floor)

    people = str(register_file(folder, rows))
    yield step("import_register", "import_register", people, floor="people")
    if "register" in only:
        yield from floors(
            connection,
            folder,
            name="people",
            table="beneficiaries_person",
            columns=PERSON_COLUMNS,
        )
        yield step("import_register, unchanged", "import_register", people)
    for name, write, table, columns, more in (
        ("results", results_file, "beneficiaries_eligibilityresult", RESULT_COLUMNS, ()),
        ("payments", payments_file, "beneficiaries_paymentline", PAYMENT_COLUMNS, ("--payments",)),
    ):
        if name not in only:
            continue
        path = str(write(folder, rows))
        command = f"import_{name}"
        yield step(command, command, CYCLE, path, floor=name)
        yield from floors(connection, folder, name=name, table=table, columns=columns)
        yield step(f"{command}, unchanged", command, CYCLE, path)
        yield step(f"announce ({name})", "announce", CYCLE, *more, "--on", "2026-11-10")
        yield step(f"{command}, unchanged, announced", command, CYCLE, path)


def report(machine: str, rows: int, runs: Sequence[Ran]) -> None:
    """Print the table."""
    seconds = {ran.name: ran.seconds for ran in runs}
    print(f"\n{machine}; {rows:,} rows\n")
    print("| work | seconds | rows/s | of INSERT … SELECT | of bare COPY | peak MB |")
    print("|---|---|---|---|---|---|")
    for ran in runs:
        insert = seconds.get(f"floor: INSERT … SELECT ({ran.floor})")
        copy = seconds.get(f"floor: bare COPY ({ran.floor})")
        print(
            f"| {ran.name} | {ran.seconds:.1f} | {ran.rows / ran.seconds:,.0f} "
            f"| {f'{insert / ran.seconds:.2f}' if insert else ''} "
            f"| {f'{copy / ran.seconds:.3f}' if copy else ''} "
            f"| {f'{ran.peak_mb:.0f}' if ran.peak_mb else ''} |"
        )


def main() -> int:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", default="register,results,payments")
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
        connection = psycopg2.connect(database)
        connection.autocommit = True
        stack.callback(connection.close)
        only = set(options.only.split(","))
        runs = list(measure(connection, environ, folder, options.rows, only))
        report(machine_facts(connection), options.rows, runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
