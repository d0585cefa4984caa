"""What a measurement of the web tier stands on: servers, browsers, counting of time and CPU.

The production web server runs with 2 workers on loopback, twice: the portal, and the floor
(bench/floor: a bare Django view with the portal's middleware, a session, CSRF and one INSERT).
Browsers are new every time, each from an address of its own behind a proxy, and go to one and the
other in turns. An own database on DATABASE_URL's server and REDIS_URL are used where they are
set, else embedded servers of its own. Absolute figures are of the machine; the ratio of one run
is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import itertools
import multiprocessing
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg2

from bench.floor.urls import TABLE
from launcher import postgres, valkey

ROOT = Path(__file__).resolve().parent.parent
CONCURRENCIES = (1, 8, 32)
PROCESSES = 2
LONGEST_SECONDS = 60
MOST_VISITS = 20_000
TEXT = "لم تصل دفعة هذا الشهر إلى حسابي، وقد راجعت البنك وأكد أن الحساب يعمل. أرجو إفادتي. "

# One visit -------------------------------------------------------------------------

Browser = Callable[[http.client.HTTPConnection, int], str]


def read(connection: http.client.HTTPConnection) -> tuple[http.client.HTTPResponse, str]:
    """Give an answer with its text."""
    response = connection.getresponse()
    body = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return response, body.decode()


def _address(number: int) -> dict[str, str]:
    """Give the header of a proxy in front: every visitor is somebody else."""
    parts = (number >> 16 & 255, number >> 8 & 255, number & 255)
    return {"X-Forwarded-For": f"10.{parts[0]}.{parts[1]}.{parts[2]}"}


def open_form(
    connection: http.client.HTTPConnection, path: str, number: int
) -> tuple[str, str, dict[str, str]]:
    """Open a form as a new browser: give its page, its CSRF token and the headers to go on with."""
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "ar"} | _address(number)
    connection.request("GET", path, headers=headers)
    response, page = read(connection)
    assert response.status == 200, response.status
    cookie = (response.headers["Set-Cookie"] or "").partition(";")[0]
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return page, found.group(1), headers | {"Cookie": cookie}


def post(connection: http.client.HTTPConnection, path: str, **request: object) -> str:
    """Send a form that is taken: give the address it leads to."""
    connection.request("POST", path, **request)  # type: ignore[arg-type] # body and headers
    response, page = read(connection)
    assert response.status == 302, page[:2000]
    return str(response.headers["Location"])


def send_to_floor(connection: http.client.HTTPConnection, number: int) -> str:
    """Send the bare form."""
    _page, csrf, headers = open_form(connection, "/form/", number)
    fields = {"csrfmiddlewaretoken": csrf, "message": f"{TEXT}{number}"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return post(connection, "/form/", body=urlencode(fields), headers=headers)


# Load -------------------------------------------------------------------------------------


def _browse(
    send: Browser, port: int, *, seconds: float, threads: int, half: int, pipe: object
) -> None:
    """Run some browsers in threads of this process and give the seconds of each visit."""
    took: list[float] = []
    numbers = itertools.count(int(time.time() * 100) % (1 << 22))
    began = time.perf_counter()
    ends = began + min(seconds, LONGEST_SECONDS)

    def run() -> None:
        while time.perf_counter() < ends and len(took) < MOST_VISITS:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            started = time.perf_counter()
            send(connection, next(numbers) * PROCESSES + half)
            took.append(time.perf_counter() - started)
            connection.close()

    workers = [threading.Thread(target=run) for _number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    pipe.send((took, time.perf_counter() - began))  # type: ignore[attr-defined] # a Connection


@dataclass(frozen=True)
class Load:
    """What came out of one turn."""

    per_second: float
    p50_ms: float
    p95_ms: float
    web_cpu_ms: float
    database_cpu_ms: float
    visits: int


@dataclass(frozen=True)
class Server:
    """A gunicorn of two workers and what its browsers do."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    send: Browser

    def turn(self, seconds: float, concurrency: int, backends: Callable[[], set[int]]) -> Load:
        """Let the browsers loose for some seconds."""
        spawn = multiprocessing.get_context("spawn")
        before_web = _cpu_seconds(_children(self.process.pid))
        before_database = {pid: _cpu_seconds({pid}) for pid in backends()}
        pipes = []
        processes = min(PROCESSES, concurrency)
        for half in range(processes):
            ours, theirs = spawn.Pipe()
            options = {
                "seconds": seconds,
                "threads": concurrency // processes,
                "half": half,
                "pipe": theirs,
            }
            browsing = spawn.Process(
                target=_browse, args=(self.send, self.port), kwargs=options, daemon=True
            )
            browsing.start()
            pipes.append(ours)
        answers = []
        for pipe in pipes:
            assert pipe.poll(LONGEST_SECONDS + 60), "a browser process did not end"
            answers.append(pipe.recv())
        took = [seconds for each, _whole in answers for seconds in each]
        web = _cpu_seconds(_children(self.process.pid)) - before_web
        database = sum(_cpu_seconds({pid}) - before_database.get(pid, 0.0) for pid in backends())
        return Load(
            per_second=sum(len(each) / whole for each, whole in answers),
            p50_ms=statistics.median(took) * 1000,
            p95_ms=statistics.quantiles(took, n=20)[-1] * 1000,
            web_cpu_ms=web / len(took) * 1000,
            database_cpu_ms=database / len(took) * 1000,
            visits=len(took),
        )


def _children(parent: int) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.add(int(stat.parent.name))
    return found


def _cpu_seconds(pids: set[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# Servers ----------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def web_server(
    application: str, path: str, send: Browser, environ: dict[str, str], workers: str
) -> Iterator[Server]:
    """Run the shipped gunicorn with an application until the block ends."""
    port = _free_port()
    kind = ["--worker-class", "sync", "--threads", "1"] if workers == "sync" else []
    command = [sys.executable, "-m", "gunicorn", application, "--config", "deploy/gunicorn.conf.py"]
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--log-level", "warning"]
    bind += ["--max-requests", "0"]  # a new worker would begin to count its CPU anew
    process = subprocess.Popen([*command, *bind, *kind], cwd=ROOT, env=environ)
    try:
        ends = time.monotonic() + 60
        while True:
            assert process.poll() is None, f"{application} did not start"
            assert time.monotonic() < ends, f"{application} did not answer"
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.1)
        yield Server(application.partition(".")[0], process, port, send)
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def services() -> Iterator[tuple[str, str]]:
    """Give the addresses of a PostgreSQL server and of a Redis."""
    with contextlib.ExitStack() as stack:
        database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        if not database:
            sockets = postgres.make_socket_folder(folder / "sockets.txt")
            stack.callback(postgres.remove_socket_folder, folder / "sockets.txt")
            cluster = postgres.Cluster(
                data=folder / "postgres", sockets=sockets, log=folder / "postgres.log"
            )
            stack.callback(postgres.start(cluster, os.environ).stop)
            database = cluster.url()
        if not redis:
            store = valkey.start(folder / "valkey", folder / "valkey.log", os.environ)
            stack.callback(store.child.stop)
            redis = store.url
        yield database, redis


@contextlib.contextmanager
def own_database(server: str) -> Iterator[str]:
    """Make a database for this bench and drop it afterwards."""
    name = f"bench_web_{os.getpid()}"
    keeper = psycopg2.connect(server)
    keeper.autocommit = True
    keeper.cursor().execute(f"CREATE DATABASE {name}")
    try:
        parts = urlsplit(server)
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        keeper.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        keeper.close()


def prepare(environ: dict[str, str], people: str) -> None:
    """Make the tables, people of the register, the floor's table and the static files."""
    for command in (["migrate"], ["collectstatic", "--noinput"]):
        manage = [sys.executable, "manage.py", *command, "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=environ, check=True)
    with psycopg2.connect(environ["DATABASE_URL"]) as connection:
        connection.cursor().execute(people)
        connection.cursor().execute(TABLE)


# Report -----------------------------------------------------------------------------------


def machine_facts(connection: psycopg2.extensions.connection) -> str:
    cursor = connection.cursor()
    cursor.execute("SHOW server_version")
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return (
        f"{os.cpu_count()} × {model.group(1) if model else platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {cursor.fetchone()[0]}, "
        f"load {os.getloadavg()[0]:.1f} at the end"
    )


def _row(name: str, loads: list[Load], ratio: str) -> str:
    def middle(figure: str) -> float:
        return statistics.median(getattr(load, figure) for load in loads)

    return (
        f"| {name} | {middle('per_second'):.0f} | {ratio} | {middle('p50_ms'):.0f} "
        f"| {middle('p95_ms'):.0f} | {middle('web_cpu_ms'):.1f} "
        f"| {middle('database_cpu_ms'):.1f} | {sum(load.visits for load in loads)} |"
    )


@dataclass(frozen=True)
class Measurement:
    """What is measured: visits to the portal beside visits to the floor that do as many requests.

    `people` is SQL that makes the register; `check` compares what was stored with the visits made.
    """

    name: str
    floor_name: str
    send: Browser
    send_to_floor: Browser
    people: str
    check: Callable[[psycopg2.extensions.cursor, int], None]


def measure(what: Measurement, description: str) -> int:
    """Measure in turns at each concurrency, check what was stored, print the table."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--workers", choices=("sync", "shipped"), default="sync")
    parser.add_argument("--concurrency", type=int, nargs="+", default=CONCURRENCIES)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        database = stack.enter_context(own_database(server))
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        environ = {
            **os.environ,
            "DATABASE_URL": database,
            "BENCH_DATABASE_URL": database,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DEBUG": "0",
            "DEMO": "0",
            "TRUSTED_PROXIES": "127.0.0.1",
            "LIMITS_CODES_HOUR": "10000000",
        }
        os.environ["BENCH_DATABASE_URL"] = database
        prepare(environ, what.people)
        portal = stack.enter_context(
            web_server("portal.wsgi", "/healthz", what.send, environ, options.workers)
        )
        floor = stack.enter_context(
            web_server("bench.floor.wsgi", "/form/", what.send_to_floor, environ, options.workers)
        )
        connection = psycopg2.connect(database)
        connection.autocommit = True

        def backends() -> set[int]:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return {int(pid) for (pid,) in cursor.fetchall()}

        made = portal.turn(2, 2, backends).visits
        floor.turn(2, 2, backends)
        rows = []
        for concurrency in options.concurrency:
            ours: list[Load] = []
            bare: list[Load] = []
            for _run in range(options.runs):
                bare.append(floor.turn(options.seconds, concurrency, backends))
                ours.append(portal.turn(options.seconds, concurrency, backends))
            made += sum(load.visits for load in ours)
            pairs = zip(ours, bare, strict=True)
            ratio = statistics.median(mine.per_second / its.per_second for mine, its in pairs)
            rows.append(_row(f"{what.floor_name} | {concurrency}", bare, "1"))
            rows.append(_row(f"{what.name} | {concurrency}", ours, f"{ratio:.2f}"))
        what.check(connection.cursor(), made)
        machine = machine_facts(connection)
        connection.close()
    print(f"\n{machine}; 2 {options.workers} workers; ", end="")
    print(f"medians of {options.runs} turns of {options.seconds:.0f} s\n")
    print("| what | at once | a second | of the floor | p50 ms | p95 ms ", end="")
    print("| web CPU ms | database CPU ms | visits |")
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    return 0
