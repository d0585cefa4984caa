"""A complete ticket submission beside the floor: requests a second, p95, CPU, ratio.

    .venv/bin/python bench/ticket_submission.py [--runs 3] [--seconds 8] [--workers sync|shipped]

Starts the production web server with 2 workers on loopback, twice: the portal, and a bare Django
view with the portal's middleware, a session, CSRF and one INSERT (bench/floor). Eight browsers,
each new every time and from an address of its own behind a proxy, GET the form and POST it in
Arabic, in turns of one and the other. Uses an own database on DATABASE_URL's server and REDIS_URL
where they are set, else embedded servers of its own. Aim: at least 0.6 of the floor, at most 10 ms
of CPU in all. Absolute figures are of the machine; the ratio of one run is what counts.
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
import secrets
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.floor.urls import TABLE  # noqa: E402 - the root is added above
from launcher import postgres, valkey  # noqa: E402

CONCURRENCY = 8
PROCESSES = 2
LONGEST_SECONDS = 60
MOST_SUBMISSIONS = 20_000
TEXT = "لم تصل دفعة هذا الشهر إلى حسابي، وقد راجعت البنك وأكد أن الحساب يعمل. أرجو إفادتي. "


# One submission -------------------------------------------------------------------------

Browser = Callable[[http.client.HTTPConnection, int], str]


def _read(connection: http.client.HTTPConnection) -> tuple[http.client.HTTPResponse, str]:
    response = connection.getresponse()
    body = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return response, body.decode()


def _address(number: int) -> dict[str, str]:
    """Give the header of a proxy in front: every submission is somebody else's."""
    parts = (number >> 16 & 255, number >> 8 & 255, number & 255)
    return {"X-Forwarded-For": f"10.{parts[0]}.{parts[1]}.{parts[2]}"}


def _get(
    connection: http.client.HTTPConnection, path: str, number: int
) -> tuple[str, str, dict[str, str]]:
    """Open a form as a new browser: give its page, its CSRF token and the headers to go on with."""
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "ar"} | _address(number)
    connection.request("GET", path, headers=headers)
    response, page = _read(connection)
    assert response.status == 200, response.status
    cookie = (response.headers["Set-Cookie"] or "").partition(";")[0]
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return page, found.group(1), headers | {"Cookie": cookie}


def _post(connection: http.client.HTTPConnection, path: str, **request: object) -> str:
    connection.request("POST", path, **request)  # type: ignore[arg-type] # body and headers
    response, page = _read(connection)
    assert response.status == 302, page[:2000]
    return str(response.headers["Location"])


def send_to_floor(connection: http.client.HTTPConnection, number: int) -> str:
    """Send the bare form."""
    _page, csrf, headers = _get(connection, "/form/", number)
    fields = {"csrfmiddlewaretoken": csrf, "message": f"{TEXT}{number}"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return _post(connection, "/form/", body=urlencode(fields), headers=headers)


def send_ticket(connection: http.client.HTTPConnection, number: int) -> str:
    """Send the صوتك مسموع form as a browser does, as multipart."""
    page, csrf, headers = _get(connection, "/sawtak/new/", number)
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    fields = {
        "csrfmiddlewaretoken": csrf,
        "token": token.group(1),
        "full_name": "ناصر سعد التجريبي",
        "mobile": "0500000007",
        "national_id": "1000000008",
        "birth_day": "25",
        "birth_month": "1",
        "birth_year": "1404",
        "category": "payments",
        "message": f"{TEXT}{number}",
    }
    boundary = f"----{secrets.token_hex(12)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    empty = 'name="attachments"; filename=""\r\nContent-Type: application/octet-stream'
    parts.append(f"--{boundary}\r\nContent-Disposition: form-data; {empty}\r\n\r\n\r\n")
    body = f"{''.join(parts)}--{boundary}--\r\n".encode()
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    return _post(connection, "/sawtak/new/", body=body, headers=headers)


# Load -------------------------------------------------------------------------------------


def _browse(send: Browser, port: int, seconds: float, threads: int, pipe: object) -> None:
    """Run some browsers in threads of this process and give the seconds of each submission."""
    took: list[float] = []
    numbers = itertools.count(secrets.randbelow(1 << 22))
    began = time.perf_counter()
    ends = began + min(seconds, LONGEST_SECONDS)

    def run() -> None:
        while time.perf_counter() < ends and len(took) < MOST_SUBMISSIONS:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            started = time.perf_counter()
            send(connection, next(numbers) * PROCESSES + os.getpid() % PROCESSES)
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
    submissions: int


@dataclass(frozen=True)
class Server:
    """A gunicorn of two workers and what its browsers do."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    send: Browser

    def turn(self, seconds: float, backends: Callable[[], set[int]]) -> Load:
        """Let the browsers loose for some seconds."""
        spawn = multiprocessing.get_context("spawn")
        before_web = _cpu_seconds(_children(self.process.pid))
        before_database = {pid: _cpu_seconds({pid}) for pid in backends()}
        pipes = []
        for _number in range(PROCESSES):
            ours, theirs = spawn.Pipe()
            arguments = (self.send, self.port, seconds, CONCURRENCY // PROCESSES, theirs)
            spawn.Process(target=_browse, args=arguments, daemon=True).start()
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
            submissions=len(took),
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
    name = f"bench_tickets_{os.getpid()}"
    keeper = psycopg2.connect(server)
    keeper.autocommit = True
    keeper.cursor().execute(f"CREATE DATABASE {name}")
    try:
        parts = urlsplit(server)
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        keeper.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        keeper.close()


PERSON = """
    WITH home AS (
        INSERT INTO beneficiaries_household (register_id) VALUES ('bench') RETURNING id
    )
    INSERT INTO beneficiaries_person (
        national_id, full_name, birth_date, household_id, relation, mobile, city, iban,
        language, register_as_of
    )
    SELECT '1000000008', 'ناصر سعد التجريبي', '1404-01-25', id, 'head', '+966500000007',
           'الرياض', '', 'ar', '2026-01-01' FROM home
"""


def prepare(environ: dict[str, str]) -> None:
    """Make the tables, one person of the register, the floor's table and the static files."""
    for command in (["migrate"], ["collectstatic", "--noinput"]):
        manage = [sys.executable, "manage.py", *command, "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=environ, check=True)
    with psycopg2.connect(environ["DATABASE_URL"]) as connection:
        connection.cursor().execute(PERSON)
        connection.cursor().execute(TABLE)


# Report -----------------------------------------------------------------------------------


def _machine(connection: psycopg2.extensions.connection) -> str:
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
        f"| {middle('database_cpu_ms'):.1f} | {sum(load.submissions for load in loads)} |"
    )


def main() -> int:
    """Measure in turns, check that every submission was stored, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--workers", choices=("sync", "shipped"), default="sync")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        database = stack.enter_context(own_database(server))
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        environ = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DEBUG": "0",
            "DEMO": "0",
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        prepare(environ)
        portal = stack.enter_context(
            web_server("portal.wsgi", "/healthz", send_ticket, environ, options.workers)
        )
        floor = stack.enter_context(
            web_server("bench.floor.wsgi", "/form/", send_to_floor, environ, options.workers)
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

        loads: dict[str, list[Load]] = {"portal": [], "bench": []}
        warm = sum(each.turn(2, backends).submissions for each in (portal,))
        floor.turn(2, backends)
        for _run in range(options.runs):
            for each in (floor, portal):
                loads[each.name].append(each.turn(options.seconds, backends))
        cursor = connection.cursor()
        cursor.execute("SELECT count(*), count(DISTINCT reference) FROM sawtak_ticket")
        stored = cursor.fetchone()
        sent = warm + sum(load.submissions for load in loads["portal"])
        assert stored == (sent, sent), f"{sent} submissions, {stored} tickets"
        machine = _machine(connection)
        connection.close()
    ratios = [
        ours.per_second / bare.per_second
        for ours, bare in zip(loads["portal"], loads["bench"], strict=True)
    ]
    print(f"\n{machine}; 2 {options.workers} workers, concurrency {CONCURRENCY}; ", end="")
    print(f"medians of {options.runs} turns of {options.seconds:.0f} s\n")
    print("| submission (GET and POST) | a second | of the floor | p50 ms | p95 ms ", end="")
    print("| web CPU ms | database CPU ms | sent |")
    print("|---|---|---|---|---|---|---|---|")
    print(_row("floor: session, CSRF, one INSERT", loads["bench"], "1"))
    print(_row("portal: ticket", loads["portal"], f"{statistics.median(ratios):.2f}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
