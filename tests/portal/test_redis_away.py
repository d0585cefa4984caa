"""Redis stops, pauses, answers nothing, is not to be reached: the portal goes on (O26).

The production web server, a worker and the scheduler run on a Redis of their own through all of
it. Each time twenty people come at once.
"""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from notifications.models import Message, PhoneMessage
from notifications.statuses import Lane, MessageStatus
from objections.models import Objection
from objections.rules import FILING_WINDOW_DAYS
from saudi.gregorian import riyadh_date
from sawtak.models import Ticket
from tests import personas
from tests.e2e.stack import collect_static_files
from tests.factories import ResultFactory
from tests.notifications.redis_server import OwnRedis, running_redis
from tests.objections import cases
from tests.ports import free_port
from tests.sawtak import tickets
from tests.worker import ROOT, CeleryWorker, own_environ, wait_until

MOST_SECONDS = 3.0
"""On a machine that does nothing else; on a busy one, three times what the same crowd takes while
Redis is there. A page that waits for Redis takes far longer: five seconds a try, many a thread."""

OF_EACH = 5
CSRF = "0123456789abcdef" * 2
NO_SMS = {"": "لا نستطيع إرسال الرسائل الآن", "/en": "We cannot send messages right now"}
UNKNOWN_ID = "1000000024"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    cookies: dict[str, str]
    body: str


class Web:
    """The production web server: two processes of four threads."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.port = free_port()
        environ = {
            **own_environ(),
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "portal.wsgi"),
                *("--bind", f"127.0.0.1:{self.port}"),
                *("--config", str(ROOT / "deploy" / "gunicorn.conf.py")),
            ],
            cwd=ROOT,
            env=environ,
        )

    def ask(
        self, path: str, *, cookies: dict[str, str] | None = None, **fields: str | list[str]
    ) -> Answer:
        """Open a page, or send a form as a browser does."""
        carried = {"csrf": CSRF, **(cookies or {})}
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in carried.items())}
        body = None
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrfmiddlewaretoken": CSRF, **fields}, doseq=True)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("POST" if fields else "GET", path, body=body, headers=headers)
        response = line.getresponse()
        text = response.read().decode()
        line.close()
        pairs = [one.partition(";")[0] for one in response.headers.get_all("Set-Cookie") or []]
        given = dict(pair.split("=", 1) for pair in pairs)
        return Answer(response.status, response.headers["Location"] or "", given, text)

    def is_ready(self) -> bool:
        try:
            return self.ask("/readyz").status == 200
        except OSError:
            return False

    def forget_the_last_failure(self) -> None:
        """Replace the processes: after a failure they leave Redis alone for some seconds."""
        before = self._children()
        self._process.send_signal(signal.SIGHUP)
        wait_until(lambda: self._children() and not self._children() & before, what="new processes")

    def _children(self) -> set[str]:
        pid = self._process.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)


@dataclass
class Comer:
    """Somebody who comes to the portal: what they do, and what it gives at the end."""

    what: str
    come: Callable[[], Answer]


class Crowd:
    """Twenty people a time: five objections on the last day, five tickets, five codes, home."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._came = 0
        self.is_told_of_no_sms = False
        self.sessions: list[dict[str, str]] = []

    def gather(self) -> list[Comer]:
        """Prepare what they need before something fails."""
        self._came += 1
        objections = [Comer("objection", self._objection()) for _ in range(OF_EACH)]
        others = [
            Comer(what, make(number))
            for number in range(OF_EACH)
            for what, make in {
                "ticket": self._ticket,
                "code": self._code,
                "home": lambda _number: lambda: self._web.ask("/"),
            }.items()
        ]
        return objections + others

    def _objection(self) -> Callable[[], Answer]:
        now, person, browser = timezone.now(), personas.head(), Client()
        last_day = riyadh_date(now) - timedelta(days=FILING_WINDOW_DAYS)
        draft = cases.draft(
            ResultFactory.create(person=person, announced_on=last_day), person, now=now
        )
        personas.sign_in(browser, person)
        session = {"session": browser.cookies["session"].value}
        self.sessions.append(session)

        def come() -> Answer:
            path = f"/objections/new/{draft.uuid}/review/"
            sent = self._web.ask(path, cookies=session, declaration="on")
            assert sent.status == 302, sent.body
            return self._web.ask(sent.location, cookies=session)

        return come

    def _ticket(self, number: int) -> Callable[[], Answer]:
        key = f"{self._came}{number}"
        fields = tickets.form(token=key, mobile=f"05000{int(key):05}")
        fields.pop("attachments", None)

        def come() -> Answer:
            sent = self._web.ask("/sawtak/new/", **fields)
            assert sent.status == 302, sent.body
            return self._web.ask(sent.location, cookies=sent.cookies)

        return come

    def _code(self, number: int) -> Callable[[], Answer]:
        person = None if number == 0 else personas.head()
        language = "/en" if number % 2 else ""

        def come() -> Answer:
            national_id = person.national_id if person else UNKNOWN_ID
            sent = self._web.ask(f"{language}/sign-in/", national_id=national_id)
            assert sent.status == 302, sent.body
            page = self._web.ask(sent.location, cookies=sent.cookies)
            assert (NO_SMS[language] in page.body) == self.is_told_of_no_sms
            return page

        return come


def come_at_once(comers: list[Comer]) -> dict[str, list[tuple[Answer, float]]]:
    """Let all come in the same moment; give what each got and how long it took."""
    together = Barrier(len(comers), timeout=30)

    def one(comer: Comer) -> tuple[str, Answer, float]:
        together.wait()
        began = time.monotonic()
        answer = comer.come()
        return comer.what, answer, time.monotonic() - began

    got: dict[str, list[tuple[Answer, float]]] = {}
    with ThreadPoolExecutor(len(comers)) as pool:
        for what, answer, seconds in pool.map(one, comers):
            got.setdefault(what, []).append((answer, seconds))
    return got


def slowest(got: dict[str, list[tuple[Answer, float]]]) -> float:
    return max(seconds for each in got.values() for _, seconds in each)


@contextmanager
def stopped(server: OwnRedis) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def paused(server: OwnRedis) -> Iterator[None]:
    server.pause("WRITE")
    try:
        yield
    finally:
        server.go_on()


@contextmanager
def frozen(server: OwnRedis) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


FAULTS: dict[str, Callable[[OwnRedis], AbstractContextManager[None]]] = {
    "paused": paused,
    "frozen": frozen,
    "unreachable": OwnRedis.unreachable,
    "stopped": stopped,
}


@pytest.fixture
def web(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[tuple[Web, OwnRedis]]:
    collect_static_files()
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": tmp_path / "attachments"}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    with running_redis() as server:
        settings.REDIS_URL = server.url
        running = Web(tmp_path, server.url)
        try:
            yield running, server
        finally:
            running.stop()


def test_portal_goes_on_without_redis_and_everybody_is_told_once_afterwards(
    web: tuple[Web, OwnRedis],
    start_worker: Callable[..., CeleryWorker],
    start_scheduler: Callable[[], None],
) -> None:
    portal, server = web
    start_scheduler()
    worker = start_worker(REDIS_URL=server.url)
    wait_until(portal.is_ready, what="the portal is ready")
    crowd = Crowd(portal)
    usual = slowest(come_at_once(crowd.gather()))
    crowd.is_told_of_no_sms = True
    for number, (name, fault) in enumerate(FAULTS.items(), start=2):
        comers = crowd.gather()
        with fault(server):
            got = come_at_once(comers)
            health = portal.ask("/readyz")
            assert (health.status, [*json.loads(health.body)["failing"]]) == (503, ["redis"]), name
            assert portal.ask("/healthz").status == 200
            assert slowest(got) < max(MOST_SECONDS, 3 * usual), (name, usual)
            assert {answer.status for each in got.values() for answer, _ in each} == {200}, name
            references = {
                "objection": set(
                    Objection.objects.exclude(reference=None).values_list("reference", flat=True)
                ),
                "ticket": set(Ticket.objects.values_list("reference", flat=True)),
            }
            for what, known in references.items():
                shown = {one for one in known for answer, _ in got[what] if one in answer.body}
                assert len(shown) == OF_EACH, (name, what)
                assert len(known) == OF_EACH * number
            # One person gives up waiting: the time of the code is over before Redis is back. A
            # drain that was under way needs no Redis, and may have sent all codes by now.
            waiting = Message.objects.filter(lane=Lane.CODES, status=MessageStatus.QUEUED)
            late = waiting.order_by("-pk").values_list("pk", flat=True).first()
            waiting.filter(pk=late).update(expires_at=timezone.now() - timedelta(seconds=1))
        wait_until(portal.is_ready, what=f"the portal is ready again after {name}")
        portal.forget_the_last_failure()

    for session in crowd.sessions:
        assert portal.ask("/profile/", cookies=session).status == 200  # nobody is signed out
    wait_until(
        lambda: not Message.objects.filter(status__in=["queued", "sending"]).exists(),
        seconds=60,
        what="what waited has gone out",
    )
    told = dict(Message.objects.values_list("status").annotate(Count("pk")))
    faults = len(FAULTS)
    assert (
        told.pop(MessageStatus.SUPPRESSED) <= faults + 1
    )  # nobody's ID, asked for again and again
    assert told.keys() <= {MessageStatus.SENT, MessageStatus.EXPIRED}
    assert told.get(MessageStatus.EXPIRED, 0) <= faults
    assert sum(told.values()) == (faults + 1) * (3 * OF_EACH - 1)
    received = PhoneMessage.objects.values("message").annotate(times=Count("pk"))
    assert {one["times"] for one in received} == {1}
    assert len(received) == told[MessageStatus.SENT]
    assert not worker.has_ended
