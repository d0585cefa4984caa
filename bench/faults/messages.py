"""Messages while everything is killed: none lost, none sent twice, nothing left unknown.

    .venv/bin/python -m bench.faults.messages [--messages 10000] [--faults 20] [--seed 1]

Two workers and the scheduler of an installation of its own drain the case lane to the Twilio
stand-in, which loses answers, refuses for now and cuts connections at random. Meanwhile workers
are killed, Redis is killed with all that it holds, and PostgreSQL crashes, at random times; each
is started again. Some people get two messages with the same words.

Then time goes on: rows and the stand-in's messages are made eleven minutes older, and the
scheduler's own work of those minutes settles what is left, until nothing changes. What the portal
gave up and shows to its staff, they send again, as they do on the page of dead letters. At the
end the stand-in's messages are counted against the rows. Everything listens on loopback or in a
private folder, and ends after LONGEST_SECONDS.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from typing import Any

import psycopg2
from celery import Celery

ROOT = Path(__file__).resolve().parent.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from launcher import postgres, valkey  # noqa: E402 - the root is added above
from launcher.children import Child, wait_until  # noqa: E402
from tests.notifications.sms_provider import (  # noqa: E402
    ACCOUNT,
    TOKEN,
    AcceptAndCut,
    CutUnread,
    Provider,
    Refuse,
    running_provider,
)

MOST_MESSAGES = 20_000
LONGEST_SECONDS = 900
AGED = timedelta(minutes=11)
"""Time that passes at once: beyond a claim's life and beyond what a gateway needs to list."""

MOST_AGES = 12
"""A message waits for its worker's death, for the gateway, and is tried again; each is an age."""

QUIET = timedelta(seconds=6)
"""A claim that is older has lost its worker: the stand-in answers at once."""

WORKERS = ("worker-1", "worker-2")

ALIKE = 20
"""Of every so many messages the last has number and words of the one before it."""

BODY = "حساب المواطن: بدأنا دراسة اعتراضك 4026714834. نخبرك بالقرار برسالة."
QUEUE = """
    INSERT INTO notifications_message (
        event, recipient, template, language, body, lane, status, queued_at, not_before,
        gateway, gateway_id, error
    )
    SELECT 'fault:' || n, '+9665' || lpad((n - (n %% %(alike)s = 0)::int)::text, 8, '0'),
           'objection_taken', 'ar', %(body)s, 'cases', 'queued', now(), now(), '', '', ''
    FROM generate_series(1, %(messages)s) AS n
"""
MOVING = "SELECT count(*) FROM notifications_message WHERE status IN ('queued', 'sending')"
DUE = f"{MOVING} AND not_before <= now() AND (status = 'queued' OR claimed_at > now() - %s)"
OPEN = "SELECT count(*) FROM notifications_message WHERE status IN ('queued', 'sending', 'unknown')"
UNKNOWN = "SELECT count(*) FROM notifications_message WHERE status = 'unknown'"
FAILED = "SELECT count(*) FROM notifications_message WHERE status = 'failed'"
IN_DOUBT = """
    SELECT count(DISTINCT m.id) FROM notifications_message m
    JOIN notifications_attempt a ON a.message_id = m.id
    WHERE m.status = 'unknown' OR (m.status = 'sending' AND a.ended_at IS NULL)
"""
SCHEDULED = ("notifications.settle_lost_claims", "notifications.ask_gateways")
"""What the scheduler has done each minute."""

MOST_MINUTES = 11
"""So many times in an age, or until nothing changes any more."""

STAFF = """
from django.contrib.auth import get_user_model
from django.utils import timezone
from notifications.dead_letters import causes_of_dead_letters, retry_cause
by, _ = get_user_model().objects.get_or_create(username="bench")
print(sum(
    retry_cause(gateway=cause.gateway, error=cause.error, by=by, now=timezone.now())
    for cause in causes_of_dead_letters()
))
"""
"""What staff do with messages that failed for good; prints how many."""

AGE = (
    "UPDATE notifications_message SET queued_at = queued_at - %(by)s,"
    " not_before = not_before - %(by)s, claimed_at = claimed_at - %(by)s,"
    " sent_at = sent_at - %(by)s",
    "UPDATE notifications_attempt SET started_at = started_at - %(by)s,"
    " ended_at = ended_at - %(by)s",
    "UPDATE notifications_gatewaypause SET until = until - %(by)s",
)


@dataclass(frozen=True)
class Outcome:
    """What the stand-in and the rows say at the end."""

    messages: int
    lost: int
    sent_twice: int
    statuses: dict[str, int]
    faults: Counter[str] = field(default_factory=Counter)
    unknown_at_first: int = 0
    given_up: int = 0
    """Failed for good, seen by staff and sent again by them."""
    seconds: float = 0.0
    a_second: float = 0.0
    """Messages that arrived a second while the faults came, and until nothing was due."""

    @property
    def is_whole(self) -> bool:
        """Everything arrived once, and nothing is unknown."""
        return not self.lost and not self.sent_twice and set(self.statuses) == {"sent"}


@dataclass
class Installation:
    """The processes of a portal that are killed and started again."""

    folder: Path
    environ: dict[str, str]
    database: Child
    store: valkey.Store
    url: str
    processes: dict[str, Child] = field(default_factory=dict)

    def start(self) -> None:
        """Start two workers and the scheduler."""
        for name in WORKERS:
            options = [
                *("worker", "--loglevel", "INFO", "--hostname", f"{name}@%h"),
                *("--queues", "cases,default", "--pool", "threads", "--concurrency", "4"),
                *("--without-gossip", "--without-mingle"),
            ]
            self._start(name, options)
        schedule = str(self.folder / "schedule")
        self._start("beat", ["beat", "--pidfile", "", "--schedule", schedule])

    def _start(self, name: str, options: list[str]) -> None:
        argv = [sys.executable, "-m", "celery", "-A", "portal", *options]
        log = self.folder / f"{name}.log"
        self.processes[name] = Child(name=name, argv=argv, env=self.environ, log=log)
        self.processes[name].start()

    def kill_worker(self, name: str) -> None:
        """End a worker at once, as a lost machine does, and start another."""
        _end(self.processes[name], SIGKILL)
        self.processes[name].start()

    def kill_redis(self) -> None:
        """End Redis with all that it holds; it keeps nothing on disk."""
        _end(self.store.child, SIGKILL)
        self.store.child.start()
        wait_until(lambda: valkey.answers(self.store.url), seconds=30, what="Valkey")

    def crash_database(self) -> None:
        """Have PostgreSQL drop every connection and recover from its log."""
        _end(self.database, SIGQUIT)
        self.database.start()
        wait_until(self._database_answers, seconds=60, what="PostgreSQL")

    def _database_answers(self) -> bool:
        try:
            psycopg2.connect(self.url).close()
        except psycopg2.OperationalError:
            return False
        return True

    def shell(self, script: str) -> str:
        """Run a script inside the portal, in a process of its own; give what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", script],
            cwd=ROOT,
            env=self.environ,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def do(self, task: str, *, deadline: float) -> None:
        """Have a worker do what the scheduler has done, and wait until it says that it is done."""
        logs = [self.folder / f"{name}.log" for name in WORKERS]
        seen = {log: log.stat().st_size for log in logs}
        name = f"asked-for-at-{time.monotonic():.3f}"
        app = Celery("bench", broker=self.store.url, set_as_current=False)
        with app:
            app.send_task(task, task_id=name, queue="default", ignore_result=True)
        while not any(f"{task}[{name}] succeeded" in _after(log, seen[log]) for log in logs):
            assert time.monotonic() < deadline, f"{task} took too long"
            time.sleep(0.05)

    def ask(self, statement: str, facts: Any = None) -> int:
        """Give the number that a statement counts, in a connection of its own."""
        with self.cursor() as cursor:
            cursor.execute(statement, facts)
            return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Any]:
        """Give a cursor whose transaction is committed at the end."""
        with (
            contextlib.closing(psycopg2.connect(self.url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def stop(self) -> None:
        """End the workers and the scheduler."""
        for child in self.processes.values():
            child.ask_to_stop()
        for child in self.processes.values():
            child.stop()


def _after(log: Path, size: int) -> str:
    """Give what was added to a log since it had this size."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(size)
        return lines.read()


def _end(child: Child, signal: Any) -> None:
    assert child.process is not None
    child.process.send_signal(signal)
    child.process.wait(60)


@contextlib.contextmanager
def installation(provider: Provider) -> Iterator[Installation]:
    """Make a database, a Redis and the settings; nothing outlives the block."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-faults-")))
        sockets = postgres.make_socket_folder(folder / "sockets.txt")
        stack.callback(postgres.remove_socket_folder, folder / "sockets.txt")
        cluster = postgres.Cluster(
            data=folder / "postgres", sockets=sockets, log=folder / "postgres.log"
        )
        database = postgres.start(cluster, os.environ)
        stack.callback(database.stop)
        store = valkey.start(folder / "valkey", folder / "valkey.log", os.environ, keeps=False)
        stack.callback(store.child.stop)
        environ = {
            **os.environ,
            "DATABASE_URL": cluster.url(),
            "REDIS_URL": store.url,
            "SECRET_KEY": "faults" * 10,
            "DATA_DIR": str(folder),
            "DEBUG": "0",
            "DEMO": "0",
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_BASE_URL": provider.url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environ, check=True)
        portal = Installation(folder, environ, database, store, cluster.url())
        stack.callback(portal.stop)
        yield portal


def answers(dice: random.Random, count: int) -> list[Any]:
    """Give what the stand-in does with so many requests: most are taken and answered."""
    behaviours = [None, AcceptAndCut(), CutUnread(), Refuse(503), Refuse(429, 20429)]
    return dice.choices(behaviours, weights=[92, 3, 2, 2, 1], k=count)


def run(
    *, messages: int, faults: int, seed: int, say: Callable[[str], object] = lambda _line: None
) -> Outcome:
    """Send so many messages while so many things are killed; give what became of them."""
    began, dice = time.monotonic(), random.Random(seed)
    deadline = began + LONGEST_SECONDS
    done: Counter[str] = Counter()
    # The latency spreads the sending over the faults.
    with running_provider(latency_seconds=0.05) as provider, installation(provider) as portal:
        provider.next_answers.extend(answers(dice, messages * 2))
        portal.ask(QUEUE, {"messages": messages, "alike": ALIKE, "body": BODY})
        portal.start()
        kills: dict[str, Callable[[], None]] = {
            "worker killed": lambda: portal.kill_worker(dice.choice(WORKERS)),
            "redis killed": portal.kill_redis,
            "database crashed": portal.crash_database,
        }
        for number, name in enumerate(_in_turns(sorted(kills), faults, dice)):
            # The next fault comes once its share of the messages has arrived.
            share = messages * (number + dice.random()) / (faults + 1)
            _wait(lambda share=share: len(provider.messages) >= share, portal, deadline)  # type: ignore[misc]
            say(f"{time.monotonic() - began:6.1f} s  {len(provider.messages):,} arrived; {name}")
            kills[name]()
            done[name] += 1
        _wait(lambda: False, portal, deadline)
        pace = _pace(provider)
        unknown, given_up = _settle(portal, provider, deadline, say, began)
        portal.stop()
        outcome = _count(portal, provider)
        return replace(
            outcome,
            faults=done,
            unknown_at_first=unknown,
            given_up=given_up,
            seconds=time.monotonic() - began,
            a_second=pace,
        )


def _in_turns(names: list[str], count: int, dice: random.Random) -> Iterator[str]:
    """Give so many names, each as often as the others, in an order that is shuffled each round."""
    for number in range(count):
        if number % len(names) == 0:
            dice.shuffle(names)
        yield names[number % len(names)]


def _wait(is_so: Callable[[], bool], portal: Installation, deadline: float) -> None:
    """Wait for a condition, or until nothing moves for want of time to pass."""
    while not is_so() and portal.ask(DUE, [QUIET]):
        assert time.monotonic() < deadline, "the faults took too long"
        time.sleep(0.1)


def _pace(provider: Provider) -> float:
    """Give how many messages a second arrived, from the first to the last."""
    with provider.lock:
        at = [message.created_at for message in provider.messages.values()]
    return len(at) / max(0.001, (at[-1] - at[0]).total_seconds())


def _settle(
    portal: Installation,
    provider: Provider,
    deadline: float,
    say: Callable[[str], object],
    began: float,
) -> tuple[int, int]:
    """Let time pass until every message is settled; give how many were unknown, and given up."""
    unknown, given_up = -1, 0
    for _age in range(MOST_AGES):
        _wait(lambda: False, portal, deadline)
        left = portal.ask(OPEN)
        if not left:
            if not portal.ask(FAILED):
                break
            again = int(portal.shell(STAFF))
            given_up += again
            say(f"{time.monotonic() - began:6.1f} s  {again:,} had failed; staff sent them again")
            continue
        for statement in AGE:
            portal.ask(statement, {"by": AGED})
        with provider.lock:
            for message in provider.messages.values():
                message.created_at -= AGED
        unknown = unknown if unknown >= 0 else portal.ask(IN_DOUBT)
        _pass_minutes(portal, deadline)
        say(f"{time.monotonic() - began:6.1f} s  {left:,} were open; eleven minutes passed")
    return max(unknown, 0), given_up


def _pass_minutes(portal: Installation, deadline: float) -> None:
    """Do the scheduler's work of eleven minutes, as long as it changes something."""
    left = -1
    for _minute in range(MOST_MINUTES):
        for task in SCHEDULED:
            portal.do(task, deadline=deadline)
        before, left = left, portal.ask(UNKNOWN)
        if left in {0, before}:
            return


def _count(portal: Installation, provider: Provider) -> Outcome:
    """Count the stand-in's messages against the rows."""
    arrived = Counter(form["To"] for form in provider.accepted)
    owed: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    with portal.cursor() as cursor:
        cursor.execute("SELECT recipient, status FROM notifications_message")
        for recipient, status in cursor:
            owed[recipient] += 1
            statuses[status] += 1
    return Outcome(
        messages=owed.total(),
        lost=(owed - arrived).total(),
        sent_twice=(arrived - owed).total(),
        statuses=dict(statuses),
    )


def main() -> int:
    """Run, print what became of the messages, and fail where one was lost or came twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcome = run(
        messages=min(options.messages, MOST_MESSAGES),
        faults=options.faults,
        seed=options.seed,
        say=print,
    )
    settled = sum(outcome.statuses.get(status, 0) for status in ("sent", "failed", "expired"))
    print(f"\n{outcome.messages:,} messages, {outcome.faults.total()} faults in", end=" ")
    print(f"{outcome.seconds:.0f} s: {dict(outcome.faults)}; seed {options.seed}")
    print(f"{outcome.a_second:.0f} a second arrived until none was due; load average", end=" ")
    print(f"{os.getloadavg()[1]:.1f} on {os.cpu_count()} processors\n")
    print("| what | messages |\n|---|---|")
    print(f"| outcome unknown or worker lost, at first | {outcome.unknown_at_first:,} |")
    print(f"| of all, settled at the end | {settled / outcome.messages:.1%} |")
    print(f"| failed, seen by staff and sent again by them | {outcome.given_up:,} |")
    print(f"| lost | {outcome.lost:,} |\n| sent twice | {outcome.sent_twice:,} |")
    print(f"| statuses at the end | {outcome.statuses} |")
    return 0 if outcome.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
