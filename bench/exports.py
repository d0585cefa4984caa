"""Exports of lists: rows a second, memory and size, beside their floors (docs/adr/0032).

    .venv/bin/python bench/exports.py [--rows 10000 100000] [--lists tickets] [--keep]

A database of its own is made on DATABASE_URL's server (an embedded one where it is not set), with
as many tickets and SMS as one file may have, and objections. Each file is made in a new process by
what a worker runs, as CSV and XLSX. The floor of a CSV is PostgreSQL alone: COPY of the columns
that the list reads, to a file. The floor of an XLSX is XlsxWriter alone, with constant memory and
the same cells. Both run at once after the file they are the floor of; the ratio is of their
seconds. Fails where an export takes MOST_MEGABYTES or more, or its statements grow with its rows.

Making half a million tickets takes some five minutes; `--keep` leaves them for the next run.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.reads import add_messages  # noqa: E402 - the root is added above
from bench.serving import machine_facts, services  # noqa: E402 - the root is added above

MOST_ROWS = 500_000
"""What LIMITS_EXPORT_ROWS is where nobody changed it."""

SIZES = (10_000, 100_000, MOST_ROWS)
LISTS = {"tickets": "status=all", "objections": "status=all", "messages": ""}
KINDS = ("csv", "xlsx")
PEOPLE = 100_000
OBJECTIONS = 100_000
WARM_ROWS = 200
PACKED_ROWS = 1_000
MOST_MEGABYTES = 250
MOST_STATEMENTS = 60


@dataclass(frozen=True)
class Made:
    """What one file took, and its floor. `rows` are those that there were."""

    rows: int
    seconds: float
    megabytes: float
    size_bytes: int
    statements: int
    floor_seconds: float


@contextlib.contextmanager
def filled(server: str, environ: dict[str, str], rows: int, *, keep: bool) -> Iterator[str]:
    """Make a database with so many tickets and SMS, or go on with one that was kept."""
    name = f"bench_exports_{rows}"
    keeper = psycopg2.connect(server)
    keeper.autocommit = True
    cursor = keeper.cursor()
    cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
    if not cursor.fetchone()[0]:
        cursor.execute(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    size = ["--people", str(PEOPLE), "--tickets", str(rows), "--objections", str(OBJECTIONS)]
    try:
        for command in (["migrate", "-v0"], ["load_scale", *size, "--payment-cycles", "1"]):
            manage = [sys.executable, "manage.py", *command]
            subprocess.run(manage, cwd=ROOT, env=environ | {"DATABASE_URL": url}, check=True)
        add_messages(url, rows)
        yield url
    finally:
        if not keep:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        keeper.close()


# One file, in a process of its own ----------------------------------------------------------


def make(environ: dict[str, str], key: str, kind: str, rows: int, pipe: Connection) -> None:
    """Make the file of a list as a worker does, then its floor; send what they took."""
    os.environ.update(environ)
    os.chdir(ROOT)
    import django

    django.setup()
    from django.db import connection

    wanted = _wanted(key, kind, rows)
    _export(replace(wanted, exported=_cut(wanted.exported, WARM_ROWS)))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # its peak begins anew
    statements = 0

    def count(execute: Any, *call: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*call)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        run, stream = _export(wanted)
        seconds = time.perf_counter() - started
    megabytes = _peak()
    stream.close()
    floor = _copy(wanted) if kind == "csv" else _bare_sheet(wanted)
    pipe.send(Made(run.rows, seconds, megabytes, run.size_bytes, statements, floor))


def _wanted(key: str, kind: str, rows: int) -> Any:
    from django.contrib.auth.models import Group

    from beneficiaries.models import User
    from portal.exports import lists, making
    from portal.exports.narrowing import request_for

    reader, _is_new = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
    reader.groups.add(Group.objects.get(name="supervisor"))
    request = request_for(reader, LISTS[key])
    return making.Wanted(_cut(lists.LISTS[key], rows), kind, request)  # type: ignore[arg-type]


def _cut(exported: Any, rows: int) -> Any:
    """Give a list that ends after so many rows."""
    prepared = exported.prepared
    return replace(exported, prepared=lambda found: prepared(found)[:rows])


def _export(wanted: Any) -> tuple[Any, IO[bytes]]:
    import uuid

    from django.utils import timezone

    from portal.exports.making import export_now

    run, stream = export_now(wanted, language="ar", submission=uuid.uuid4(), now=timezone.now())
    assert stream is not None
    return run, stream


def _peak() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def _found(wanted: Any) -> Any:
    from portal.exports.narrowing import open_list

    return wanted.exported.prepared(open_list(wanted.exported.admin, wanted.request).queryset)


def _copy(wanted: Any) -> float:
    """Let PostgreSQL alone write what the list reads as CSV; give the seconds."""
    from django.db import connection

    sql, parameters = _found(wanted).query.sql_with_params()
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        select = cursor.cursor.mogrify(sql, parameters).decode()
        started = time.perf_counter()
        cursor.copy_expert(f"COPY ({select}) TO STDOUT WITH (FORMAT csv, HEADER)", file)
        file.flush()
        return time.perf_counter() - started


def _bare_sheet(wanted: Any) -> float:
    """Let XlsxWriter alone write the same cells, which come from a file; give the seconds."""
    import xlsxwriter

    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "cells"
        with packed.open("wb") as stream:
            for some in _cells(wanted):
                pickle.dump(some, stream)
        book = xlsxwriter.Workbook(
            f"{folder}/bare.xlsx", {"constant_memory": True, "tmpdir": folder}
        )
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        number = 0
        started = time.perf_counter()
        for some in _unpacked(packed):
            for row in some:
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(number, column, cell)
                    elif isinstance(cell, (datetime, date)):
                        page.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        page.write_number(number, column, cell)
                number += 1
        book.close()
        return time.perf_counter() - started


def _cells(wanted: Any) -> Iterator[list[list[Any]]]:
    """Give the cells of the list, plain, some rows at a time."""
    from django.db import transaction
    from django.utils.translation import override

    from access.exports.cells import in_riyadh

    def plain(cell: Any) -> Any:
        if isinstance(cell, str):
            return str(cell) or None
        return in_riyadh(cell) if isinstance(cell, (datetime, date)) else cell

    columns = wanted.exported.columns_for(wanted.reader)
    some = []
    with override("ar"), transaction.atomic():
        for row in _found(wanted).iterator(chunk_size=PACKED_ROWS):
            some.append([plain(column.value(row, wanted.reader)) for column in columns])
            if len(some) == PACKED_ROWS:
                yield some
                some = []
    yield some


def _unpacked(path: Path) -> Iterator[list[list[Any]]]:
    with path.open("rb") as stream, contextlib.suppress(EOFError):
        while True:
            yield pickle.load(stream)  # noqa: S301 - written above


# The report ---------------------------------------------------------------------------------


def measure(environ: dict[str, str], key: str, kind: str, rows: int) -> Made:
    """Make one file in a new process and give what it took."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=make, args=(environ, key, kind, rows, theirs)
    )
    process.start()
    theirs.close()
    made: Made = ours.recv()
    process.join()
    return made


def line(key: str, kind: str, made: Made) -> str:
    """Give a row of the table."""
    return (
        f"| {key} | {kind} | {made.rows:,} | {made.seconds:.1f} | {made.rows / made.seconds:,.0f} "
        f"| {made.megabytes:.0f} | {made.size_bytes / 1e6:.1f} | {made.statements} "
        f"| {made.floor_seconds:.1f} | {made.seconds / made.floor_seconds:.1f} |"
    )


def main() -> int:
    """Make the rows, measure, print the table, and fail where something grew too far."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--lists", nargs="+", choices=LISTS, default=list(LISTS))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        environ = {
            **os.environ,
            "DATABASE_URL": server,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEBUG": "0",
            "DEMO": "0",
            "SMS_GATEWAY": "phone",
        }
        most = max(options.rows)
        environ["DATABASE_URL"] = stack.enter_context(
            filled(server, environ, most, keep=options.keep)
        )
        with contextlib.closing(psycopg2.connect(environ["DATABASE_URL"])) as connection:
            print(f"\n{machine_facts(connection)}\n")
        print("| list | format | rows | s | rows/s | peak MB | MB | statements | floor s | ratio |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        seen = []
        for key in options.lists:
            for rows in sorted(options.rows):
                if key == "objections" and rows > OBJECTIONS:
                    continue
                for kind in KINDS:
                    seen.append(measure(environ, key, kind, rows))
                    print(line(key, kind, seen[-1]), flush=True)
    heaviest = max(made.megabytes for made in seen)
    most_statements = max(made.statements for made in seen)
    print(f"\nmost memory {heaviest:.0f} MB, most statements {most_statements}")
    return 0 if heaviest < MOST_MEGABYTES and most_statements < MOST_STATEMENTS else 1


if __name__ == "__main__":
    sys.exit(main())
