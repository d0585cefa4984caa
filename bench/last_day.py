"""The last day of a window: two hundred citizens send their objections in the same moment.

    .venv/bin/python bench/last_day.py [--citizens 200] [--runs 3] [--workers shipped]

Each has a draft whose files are there, a session and the last step open. All press at once, on the
production web server with 2 workers; the window closes today. In the same run as many send the
floor's bare form at once (bench/serving.py). Checked: everybody has one reference of their own and
one SMS, nobody was refused. Seconds are counted from the moment all press.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.filing import review_address, written_draft
from bench.floor.urls import TABLE
from bench.serving import (
    ROOT,
    Server,
    machine_facts,
    open_form,
    own_database,
    post,
    read,
    send_to_floor,
    services,
    web_server,
)

LONGEST_SECONDS = 120


@dataclass
class Visitor:
    """A citizen who has the last step of a draft open."""

    cookie: str
    address: str
    number: int

    def opened(self, connection: http.client.HTTPConnection) -> Callable[[], str]:
        """Open the page and give what presses its button: it gives where that leads to."""
        headers = {
            "Cookie": self.cookie,
            "Accept-Language": "ar",
            "X-Forwarded-For": f"10.9.{self.number >> 8}.{self.number & 255}",
        }
        connection.request("GET", self.address, headers=headers)
        response, page = read(connection)
        assert response.status == 200, response.status
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        for cookie in response.headers.get_all("Set-Cookie") or []:
            headers["Cookie"] += f"; {cookie.partition(';')[0]}"
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode({"csrfmiddlewaretoken": found.group(1), "declaration": "on"})
        return lambda: post(connection, self.address, body=body, headers=headers)


def floor_opened(connection: http.client.HTTPConnection, number: int) -> Callable[[], str]:
    """Open the bare form and give what presses its button."""
    _page, csrf, headers = open_form(connection, "/form/", number)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = urlencode({"csrfmiddlewaretoken": csrf, "message": str(number)})
    return lambda: post(connection, "/form/", body=body, headers=headers)


def at_once(
    server: Server, count: int, opened: Callable[[Any, int], Callable[[], str]]
) -> tuple[list[float], list[str]]:
    """Have so many browsers press in one moment; give the seconds of each, and what failed."""
    ready = threading.Barrier(count, timeout=LONGEST_SECONDS)
    turn = threading.Semaphore(8)  # while the pages are opened
    took: list[float] = []
    failed: list[str] = []

    def visit(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LONGEST_SECONDS)
        try:
            with turn:
                press = opened(connection, number)
                connection.close()  # a phone does not hold its line while its owner reads
            ready.wait()
            started = time.perf_counter()
            press()
            took.append(time.perf_counter() - started)
        except (AssertionError, OSError, http.client.HTTPException, RuntimeError) as error:
            failed.append(f"{type(error).__name__}: {str(error)[:300]}")
            ready.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, failed


def make_visitors(count: int) -> list[Visitor]:
    """Make the citizens of a run: their results close today, their drafts lack the declaration."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from beneficiaries.models import Cycle, EligibilityResult, Household, Person
    from beneficiaries.services import user_of
    from objections.rules import FILING_WINDOW_DAYS
    from saudi.gregorian import riyadh_today
    from saudi.hijri import HijriDate

    today = riyadh_today()
    announced_on = today - timedelta(days=FILING_WINDOW_DAYS)
    cycle, _is_new = Cycle.objects.get_or_create(code=f"{announced_on:%Y-%m}")
    began = Person.objects.count()
    visitors = []
    for number in range(began, began + count):
        home = Household.objects.create(register_id=f"bench{number}")
        person = Person.objects.create(
            national_id=f"1{number:09d}",
            full_name="ناصر سعد التجريبي",
            birth_date=HijriDate(1404, 1, 25),
            household=home,
            relation="head",
            mobile=f"+9665{number:08d}",
            register_as_of=announced_on,
        )
        result = EligibilityResult.objects.create(
            person=person,
            cycle=cycle,
            status="ineligible",
            reason_codes=["LEASE_NOT_PROVEN"],
            entitlement_sar=0,
            announced_on=announced_on,
            filing_deadline=today,
        )
        user = user_of(person)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "beneficiaries.backends.OneTimeCodeBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        visitors.append(Visitor(cookie, review_address(written_draft(result)), number))
    return visitors


def check(cursor: psycopg2.extensions.cursor, made: int) -> None:
    """Every objection is stored once, on time, with a reference and an SMS of its own."""
    cursor.execute(
        "SELECT count(*), count(DISTINCT reference), count(DISTINCT result_id)"
        " FROM objections_objection WHERE status = 'submitted'"
        " AND (submitted_at AT TIME ZONE 'Asia/Riyadh')::date <= deadline"
    )
    stored = cursor.fetchone()
    assert stored == (made, made, made), f"{made} sent, {stored} stored"
    cursor.execute(
        "SELECT count(*) FROM notifications_message WHERE template = 'objection_submitted'"
    )
    (told,) = cursor.fetchone()
    assert told == made, f"{made} sent, {told} told"


def _line(name: str, took: list[list[float]], failed: int) -> str:
    seconds = [each for run in took for each in run]
    whole = statistics.median(max(run) for run in took)
    a_second = statistics.median(len(run) / max(run) for run in took)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return (
        f"| {name} | {len(seconds)} | {failed} | {statistics.median(seconds) * 1000:.0f} "
        f"| {p95 * 1000:.0f} | {whole * 1000:.0f} | {a_second:.0f} |"
    )


def main() -> int:
    """Make the citizens, let them press, check what was stored, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--citizens", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", choices=("sync", "shipped"), default="shipped")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        database = stack.enter_context(own_database(server))
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        environ = {
            "DATABASE_URL": database,
            "BENCH_DATABASE_URL": database,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DEBUG": "0",
            "DEMO": "0",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        os.environ.update(environ)
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            manage = [sys.executable, "manage.py", *command, "--verbosity", "0"]
            subprocess.run(manage, cwd=ROOT, check=True)
        import django

        django.setup()
        connection = psycopg2.connect(database)
        connection.autocommit = True
        connection.cursor().execute(TABLE)
        start = {"environ": dict(os.environ), "workers": options.workers}
        portal = stack.enter_context(web_server("portal.wsgi", "/healthz", send_to_floor, **start))
        floor = stack.enter_context(
            web_server("bench.floor.wsgi", "/form/", send_to_floor, **start)
        )
        ours: list[list[float]] = []
        bare: list[list[float]] = []
        failed: list[str] = []
        made = 0
        for _run in range(options.runs):
            visitors = make_visitors(options.citizens)
            took, refused = at_once(floor, options.citizens, floor_opened)
            bare.append(took)
            failed += refused
            took, refused = at_once(
                portal, options.citizens, lambda line, n, all_=visitors: all_[n].opened(line)
            )
            ours.append(took)
            failed += refused
            made += len(took)
        for reason in failed[:5]:
            print(reason)
        check(connection.cursor(), made)
        machine = machine_facts(connection)
        connection.close()
        from django.db import connections

        connections.close_all()
    print(f"\n{machine}; 2 {options.workers} workers; {options.runs} runs")
    print("\n| what | sent | failed | p50 ms | p95 ms | last ms | a second |")
    print("|---|---|---|---|---|---|---|")
    print(_line(f"floor, {options.citizens} at once", bare, 0))
    print(_line(f"objections, {options.citizens} at once", ours, len(failed)))
    middle = [statistics.median(len(run) / max(run) for run in runs) for runs in (ours, bare)]
    print(f"\n{middle[0] / middle[1]:.2f} of the floor.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
