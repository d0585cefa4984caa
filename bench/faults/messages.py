"""Messages while everything is killed: none lost, none sent twice, nothing left unknown.

    .venv/bin/python -m bench.faults.messages [--messages 10000] [--faults 20] [--seed 1]

Two workers and the scheduler of an installation of its own drain the case lane to the Twilio
stand-in, which loses answers, refuses for now and cuts connections at random. Meanwhile workers
are killed, Redis is killed with all that it holds, and PostgreSQL crashes, at random times; each
is started again. Some people get two messages with the same words.

Then time goes on: rows and the stand-in's messages are made eleven minutes older, and the
scheduler's own work settles what is left, until nothing changes. At the end the stand-in's
messages are counted against the rows. Everything listens on loopback or in a private folder, and
ends after LONGEST_SECONDS.
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
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from typing import Any

import psycopg2

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
IN_DOUBT = """
    SELECT count(DISTINCT m.id) FROM notifications_message m
    JOIN notifications_attempt a ON a.message_id = m.id
    WHERE m.status = 'unknown' OR (m.status = 'sending' AND a.ended_at IS NULL)
"""
SCHEDULED = """
from notifications.tasks import ask_gateways, settle_lost_claims
settle_lost_claims()
ask_gateways()
"""
"""What the scheduler has done each minute."""

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
    faults: Counter[str]
    unknown_at_first: int
    lost: int
    sent_twice: int
    statuses: dict[str, int]
    seconds: float

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
        unknown = _settle(portal, provider, deadline, say, began)
        portal.stop()
        spent = time.monotonic() - began
        return _count(portal, provider, faults=done, unknown=unknown, seconds=spent)


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


def _settle(
    portal: Installation,
    provider: Provider,
    deadline: float,
    say: Callable[[str], object],
    began: float,
) -> int:
    """Let time pass until every message is settled; give how many were unknown at first."""
    unknown = -1
    for _age in range(MOST_AGES):
        _wait(lambda: False, portal, deadline)
        left = portal.ask(OPEN)
        if not left:
            break
        for statement in AGE:
            portal.ask(statement, {"by": AGED})
        with provider.lock:
            for message in provider.messages.values():
                message.created_at -= AGED
        unknown = unknown if unknown >= 0 else portal.ask(IN_DOUBT)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", SCHEDULED],
            cwd=ROOT,
            env=portal.environ,
            check=True,
            capture_output=True,
        )
        say(f"{time.monotonic() - began:6.1f} s  {left:,} were open; eleven minutes passed")
    return max(unknown, 0)


def _count(
    portal: Installation,
    provider: Provider,
    *,
    faults: Counter[str],
    unknown: int,
    seconds: float,
) -> Outcome:
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
        faults=faults,
        unknown_at_first=unknown,
        lost=(owed - arrived).total(),
        sent_twice=(arrived - owed).total(),
        statuses=dict(statuses),
        seconds=seconds,
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
    print(f"{outcome.seconds:.0f} s: {dict(outcome.faults)}; seed {options.seed}\n")
    print("| what | messages |\n|---|---|")
    print(f"| outcome unknown or worker lost, at first | {outcome.unknown_at_first:,} |")
    print(f"| of all, settled at the end | {settled / outcome.messages:.1%} |")
    print(f"| lost | {outcome.lost:,} |\n| sent twice | {outcome.sent_twice:,} |")
    print(f"| statuses at the end | {outcome.statuses} |")
    return 0 if outcome.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
