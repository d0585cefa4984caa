"""Pages at two sizes of the programme: p50, p95, statements, and their ratio.

    .venv/bin/python bench/reads.py [--people 10000 1000000] [--turns 5] [--keep]

For each number of people a database is made on DATABASE_URL's server (an embedded one where it is
not set) and filled by `load_scale`: as many tickets as people, with three messages each, an
objection for every tenth person, three SMS for each. A size has a process of its own with Django's
test client: the whole of a request but the socket and gunicorn, whose cost does not grow with a
table. The processes take turns page by page, so that what else the machine does falls on both.
Each page is asked for with ten different people, cases or words. Two of them write: each time
another head opens a draft, or sends one whose files are there. Aim: a ratio of p50 of at most 1.5.
Absolute figures are of the machine.

A million people take some twenty minutes to make. `--keep` leaves the databases for the next run,
which takes them as they are; drop one whose making was broken off.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.filing import Filer  # noqa: E402 - the root is added above
from bench.serving import machine_facts, services  # noqa: E402 - the root is added above

SAMPLES = 10
"""How many people, cases or words each page is asked for with, and how often in a turn."""

AIM = 1.5

SMS_A_PERSON = 3


# The databases ------------------------------------------------------------------------

_SMS = """
    INSERT INTO notifications_message (
        event, recipient, template, language, body, lane, status, queued_at, not_before, sent_at,
        delivered_at, gateway, gateway_id, error, person_id
    )
    SELECT 'scale:' || id || ':' || n, mobile, 'result_announced', 'ar',
           'صدرت نتيجة دورتك. اقرأها في ملفك في حساب المواطن.',
           CASE WHEN n = 1 THEN 'cases' ELSE 'announcements' END,
           CASE WHEN id %% 50 = 0 THEN 'failed' WHEN id %% 50 = 1 THEN 'sent' ELSE 'delivered' END,
           at, at, at, CASE WHEN id %% 50 > 1 THEN at END, 'phone', '', '', id
    FROM beneficiaries_person, generate_series(1, 6) AS n,
         LATERAL (SELECT now() - interval '1 day' * (id %% 300 + n) AS at) AS moment
    WHERE mobile <> ''
    ORDER BY n, id
    LIMIT %(missing)s
"""


@contextlib.contextmanager
def database(server: str, people: int, *, keep: bool) -> Iterator[tuple[str, bool]]:
    """Make a database of a size, or go on with one that was kept, and drop it afterwards.

    Gives its address, and whether it is new.
    """
    name = f"bench_reads_{people}"
    keeper = psycopg2.connect(server)
    keeper.autocommit = True
    cursor = keeper.cursor()
    cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
    is_new = not cursor.fetchone()[0]
    if is_new:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}")), is_new
    finally:
        if not keep:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        keeper.close()


def fill(environ: dict[str, str], people: int, *, is_new: bool) -> None:
    """Make the tables and the programme; one that was kept whole is brought up to the code."""
    manage = [sys.executable, "manage.py"]
    size = ["--people", str(people), "--tickets", str(people), "--objections", str(people // 10)]
    commands = [["migrate", "-v0"], *([["load_scale", *size]] if is_new else [])]
    commands.append(["count_figures"])
    for command in commands:
        subprocess.run([*manage, *command], cwd=ROOT, env=environ, check=True)
    add_messages(environ["DATABASE_URL"], SMS_A_PERSON * people)


def add_messages(url: str, wanted: int) -> None:
    """Bring a filled database to so many SMS, and give the planner its figures."""
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM notifications_message WHERE event LIKE 'scale:%'")
        (there,) = cursor.fetchone()
        if there < wanted:
            cursor.execute("DELETE FROM notifications_message WHERE event LIKE 'scale:%'")
            cursor.execute(_SMS, {"missing": wanted})
        cursor.execute("VACUUM ANALYZE")


# One size, in a process of its own ----------------------------------------------------

Ask = Callable[[int], Any]
"""Ask for a page with the sample of a number and give the response."""


@dataclass
class Taken:
    """What a page took: the seconds of each answer, the most statements of one."""

    seconds: list[float]
    statements: int


def serve(environ: dict[str, str], turns: int, pipe: Connection) -> None:
    """Measure each page whose name is received, and send what it took; an empty name ends it."""
    os.environ.update(environ)
    os.chdir(ROOT)
    import django

    django.setup()
    pages = dict(pages_of(turns))
    for ask in pages.values():
        _measure(ask, rounds=2)  # warm: templates, catalogues, what the tables have in common
    pipe.send(list(pages))
    while name := pipe.recv():
        pipe.send(_measure(pages[name], rounds=SAMPLES))


def _measure(ask: Ask, *, rounds: int) -> Taken:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seconds = []
    for number in range(rounds):
        started = time.perf_counter()
        response = ask(number)
        seconds.append(time.perf_counter() - started)
        assert response.status_code in {200, 302}, response.status_code
    with CaptureQueriesContext(connection) as captured:
        ask(rounds)
    return Taken(seconds, len(captured))


COMMON = ("محمد", "احمد", "سعد", "العتيبي", "فاطمه")
SHORT = ("علي", "ريم", "منى", "جود", "حصة")
RARE = ("ضيف الله", "ام كلثوم", "نور الدين", "مؤمن", "غوميز")


def pages_of(turns: int) -> Iterator[tuple[str, Ask]]:
    """Give each page by its name; those that write have rows for so many turns."""
    from beneficiaries.models import Person
    from objections.models import Objection
    from sawtak.models import Ticket

    heads = _spread(Person.objects.filter(relation="head"))
    filed = _spread(Objection.objects.exclude(reference=None).select_related("filed_by", "person"))
    tickets = _spread(Ticket.objects.exclude(national_id=""))
    yield from _citizen_pages(heads, filed)
    each = (turns + 1) * (SAMPLES + 1)
    filer = Filer(browsers=2 * each)
    filer.prepare(each)
    yield "citizen: a draft is opened", filer.open_draft
    yield "citizen: an objection is sent", filer.submit
    desk = Desk()
    yield from desk.cases("objections", "/admin/objections/objection/", filed, done="rejected")
    yield from desk.cases("tickets", "/admin/sawtak/ticket/", tickets, done="answered")
    yield from desk.narrowed("objections", "/admin/objections/objection/", city="الرياض")
    yield from desk.narrowed("tickets", "/admin/sawtak/ticket/", category="payments")
    yield from desk.narrowed("tickets", "/admin/sawtak/ticket/", channel="contact")
    yield from desk.register(heads)
    yield from desk.queue()
    yield "the first page of work", desk.listed("/admin/")
    yield "supervisor: figures", desk.listed("/admin/portal/workitem/figures/")
    yield "citizen: public figures", desk.listed("/figures/")
    yield "find: ID", desk.searched("/admin/find/", [head.national_id for head in heads])
    yield "find: mobile", desk.searched("/admin/find/", [head.mobile for head in heads])
    yield "find: reference", desk.searched("/admin/find/", [one.reference for one in tickets])
    yield "find: name, common", desk.searched("/admin/find/", COMMON)
    yield "find: name, 3 letters", desk.searched("/admin/find/", SHORT)
    yield "find: name, rare", desk.searched("/admin/find/", RARE)


def _spread(rows: Any) -> list[Any]:
    """Give rows from everywhere in a table, the same at each call."""
    newest = rows.order_by("-pk").values_list("pk", flat=True)[0]
    oldest = rows.order_by("pk").values_list("pk", flat=True)[0]
    steps = [oldest + (newest - oldest) * step // SAMPLES for step in range(SAMPLES)]
    return [rows.filter(pk__gte=step).order_by("pk")[0] for step in steps]


def _signed_in(user: Any, backend: str) -> Any:
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    client.force_login(user, backend=f"beneficiaries.backends.{backend}")
    return client


def _citizen_pages(heads: list[Any], filed: list[Any]) -> Iterator[tuple[str, Ask]]:
    from beneficiaries.services import user_of

    browsers = [_signed_in(user_of(head), "OneTimeCodeBackend") for head in heads]
    filers = [_signed_in(user_of(each.filed_by), "OneTimeCodeBackend") for each in filed]
    yield "citizen: /profile/", lambda n: browsers[n % SAMPLES].get("/profile/")
    yield (
        "citizen: an objection",
        lambda n: filers[n % SAMPLES].get(f"/objections/{filed[n % SAMPLES].reference}/"),
    )


class Desk:
    """The browser of a supervisor, and the pages it asks for."""

    def __init__(self) -> None:
        from django.contrib.auth.models import Group

        from beneficiaries.models import User

        worker, _is_new = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
        worker.groups.add(Group.objects.get(name="supervisor"))
        self.browser = _signed_in(worker, "StaffBackend")

    def listed(self, address: str, **query: str) -> Ask:
        """Ask for one page of a list."""
        return lambda n: self.browser.get(address, query)

    def searched(self, address: str, words: Sequence[str]) -> Ask:
        """Ask for a list by some words in turn: the POST and the page that it leads to."""
        return lambda n: self.browser.post(address, {"q": words[n % len(words)]}, follow=True)

    def opened(self, address: str, rows: list[Any]) -> Ask:
        """Ask for the page of some rows in turn."""
        return lambda n: self.browser.get(f"{address}{rows[n % len(rows)].pk}/change/")

    def cases(
        self, title: str, address: str, rows: list[Any], *, done: str
    ) -> Iterator[tuple[str, Ask]]:
        """Give the pages of a list of cases; `done` is a status of many."""
        people = [getattr(row, "person", None) or row for row in rows]
        middle = f"after-{rows[SAMPLES // 2].pk}"
        yield f"{title}: first page", self.listed(address)
        yield f"{title}: in the middle", self.listed(address, status="all", p=middle)
        yield f"{title}: {done}", self.listed(address, status=done)
        yield f"{title}: nobody's", self.listed(address, mine="none")
        yield f"{title}: mine, all", self.listed(address, mine="1", status="all")
        yield f"{title}: by ID", self.searched(address, [each.national_id for each in people])
        yield f"{title}: by mobile", self.searched(address, [each.mobile for each in people])
        yield f"{title}: by reference", self.searched(address, [row.reference for row in rows])
        yield f"{title}: name, common", self.searched(address, COMMON)
        yield f"{title}: name, 3 letters", self.searched(address, SHORT)
        yield f"{title}: name, rare", self.searched(address, RARE)
        yield f"{title}: whole name", self.searched(address, [each.full_name for each in people])
        yield f"{title}: one of them", self.opened(address, rows)

    def narrowed(self, title: str, address: str, **choice: str) -> Iterator[tuple[str, Ask]]:
        """Give the pages of a list narrowed by a choice, and by the days of the last month too."""
        from django.utils import timezone

        from saudi.gregorian import riyadh_date

        (name,) = choice
        since = riyadh_date(timezone.now()) - timedelta(days=30)
        month = {"status": "all", "received_from": since.isoformat()}
        yield f"{title}: by {name}", self.listed(address, **choice)
        yield f"{title}: by {name}, all", self.listed(address, **choice, status="all")
        yield f"{title}: by {name}, a month", self.listed(address, **choice, **month)

    def queue(self) -> Iterator[tuple[str, Ask]]:
        """Give the pages of the queue of work."""
        from portal.work.models import WorkItem

        address = "/admin/portal/workitem/"
        places = WorkItem.objects.order_by("due_on", "rank", "id").values_list("pk", flat=True)
        middle = places[places.count() // 2]
        yield "queue: all", self.listed(address, view="all")
        yield "queue: in the middle", self.listed(address, view="all", p=f"after-{middle}")
        for view in ("mine", "late", "today", "nobody", "awaiting", "escalated", "later"):
            yield f"queue: {view}", self.listed(address, view=view)
        yield "queue: a type", self.listed(address, view="all", matter="payments")
        yield "queue: objections", self.listed(address, view="all", matter="objections")
        yield "queue: a priority", self.listed(address, view="all", priority="2")
        yield "queue: a city", self.listed(address, view="all", city="الرياض")
        yield "queue: a channel", self.listed(address, view="all", channel="contact")

    def register(self, heads: list[Any]) -> Iterator[tuple[str, Ask]]:
        """Give the pages of the register."""
        from beneficiaries.models import Cycle

        ids = [head.national_id for head in heads]
        people = "/admin/beneficiaries/person/"
        yield "people: first page", self.listed(people)
        yield "people: by ID", self.searched(people, ids)
        yield "people: name, common", self.searched(people, COMMON)
        yield "people: name, 3 letters", self.searched(people, SHORT)
        yield "people: name, rare", self.searched(people, RARE)
        yield "people: whole name", self.searched(people, [head.full_name for head in heads])
        yield "people: a file", self.opened(people, heads)
        oldest = Cycle.objects.earliest("code").code
        for title, name in (("results", "eligibilityresult"), ("payments", "paymentline")):
            address = f"/admin/beneficiaries/{name}/"
            yield f"{title}: first page", self.listed(address)
            yield f"{title}: of a cycle", self.listed(address, cycle=oldest)
            yield f"{title}: by ID", self.searched(address, ids)
        yield "households: first page", self.listed("/admin/beneficiaries/household/")


# The report ---------------------------------------------------------------------------


def _middle(taken: list[Taken]) -> tuple[float, float, int]:
    """Give p50 and p95 in milliseconds over all turns, and the most statements."""
    seconds = sorted(itertools.chain.from_iterable(each.seconds for each in taken))
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return statistics.median(seconds) * 1000, p95 * 1000, max(each.statements for each in taken)


def _print(sizes: list[int], taken: dict[str, list[list[Taken]]]) -> None:
    """Print the table: of each page, by size, what it took, and its ratio to the smallest."""
    heads = [f"p50 ms, {size:,} | p95 ms, {size:,} | statements" for size in sizes]
    heads += [f"ratio of p50, {size:,}" for size in sizes[1:]]
    print(f"\n| page | {' | '.join(heads)} |")
    print("|---|" + "---|" * (4 * len(sizes) - 1))
    beyond = [0] * len(sizes)
    for page, of_sizes in taken.items():
        figures = [_middle(of_size) for of_size in of_sizes]
        cells = [f"{p50:.0f} | {p95:.0f} | {count}" for p50, p95, count in figures]
        for place, (p50, _p95, _count) in enumerate(figures[1:], start=1):
            ratio = p50 / figures[0][0]
            beyond[place] += ratio > AIM
            cells.append(f"{ratio:.2f}{' **' if ratio > AIM else ''}")
        print(f"| {page} | {' | '.join(cells)} |")
    for place, size in enumerate(sizes[1:], start=1):
        print(f"\nAt {size:,}, {beyond[place]} of {len(taken)} pages are beyond {AIM}.")


def main() -> int:
    """Make the databases, measure in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", default="", help="pages whose name has this word")
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        environ = {
            **os.environ,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEBUG": "0",
            "DEMO": "0",
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=environ, check=True)
        pipes = []
        for people in options.people:
            url, is_new = stack.enter_context(database(server, people, keep=options.keep))
            of_size = environ | {"DATABASE_URL": url}
            print(f"{people:,} people:", flush=True)
            fill(of_size, people, is_new=is_new)
            ours, theirs = spawn.Pipe()
            process = spawn.Process(
                target=serve, args=(of_size, options.turns, theirs), daemon=True
            )
            process.start()
            stack.callback(process.join, 30)
            stack.callback(ours.send, "")
            pages = ours.recv()
            pipes.append(ours)
        pages = [page for page in pages if options.only in page]
        taken: dict[str, list[list[Taken]]] = {page: [[] for _pipe in pipes] for page in pages}
        for _turn, page in itertools.product(range(options.turns), pages):
            for of_size, pipe in zip(taken[page], pipes, strict=True):
                pipe.send(page)
                of_size.append(pipe.recv())
        with contextlib.closing(psycopg2.connect(server)) as connection:
            print(f"\n{machine_facts(connection)}; {options.turns} turns of {SAMPLES} a page")
    _print(options.people, taken)
    return 0


if __name__ == "__main__":
    sys.exit(main())
