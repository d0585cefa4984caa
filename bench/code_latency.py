"""How long a code takes to the gateway while a million announcements wait and go out.

    .venv/bin/python bench/code_latency.py [--waiting 1000000] [--seconds 60] [--codes-a-second 10]

A campaign is prepared and started in a process of its own: seconds and peak memory. The two real
Celery workers of `./run` then send to the Twilio stand-in, whose every answer takes 50 ms, while
codes are asked for at a steady rate through the outbox. What is measured is the time from a code's
row to the gateway's acceptance; the floor is the same with nothing else to send, before the
campaign is started. Then the campaign is paused (how long until nothing of it is on its way),
another one behind it is claimed from, the rest is stopped and marked, and progress is counted.

Uses an own database on DATABASE_URL's server and REDIS_URL where they are set, else embedded
servers. The workers of this measurement send announcements at any hour. Aim: p95 of a code at most
2 s. Absolute figures are of the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.outbox import sending_to_the_stand_in  # noqa: E402 - the root is added above
from bench.serving import machine_facts  # noqa: E402
from launcher.processes import CODES, OTHER_QUEUES  # noqa: E402

MOST_WAITING = 3_000_000
MOST_SECONDS = 600
LONGEST_SECONDS = 1_200
AIM_SECONDS = 2.0

AT_ANY_HOUR = """
from notifications import rules
rules.DAYTIME_LANES = frozenset()
from celery.__main__ import main
main()
"""
CODES_OF = """
    SELECT extract(epoch FROM m.sent_at - m.queued_at)
    FROM notifications_message m WHERE m.event LIKE %s AND m.status = 'sent'
"""
BULK_SENT = """
    SELECT count(*) FROM notifications_message
    WHERE campaign_id IS NOT NULL AND status IN ('sent', 'delivered')
"""
BULK_ON_ITS_WAY = """
    SELECT count(*) FROM notifications_message
    WHERE campaign_id IS NOT NULL AND status = 'sending'
"""


def _megabytes() -> float:
    """Give the most this process has held; its rusage would begin with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found.group(1)) / 1024


def write_campaign(key: str, people: int, first: int, pipe: Any) -> None:
    """Prepare a campaign; give its id, the seconds, and the process's memory before and at most."""
    import django

    django.setup()
    from django.utils import timezone

    from notifications.campaigns import Recipient, prepare_campaign

    def recipients() -> Iterator[Recipient]:
        for number in range(first, first + people):
            language = "en" if number % 20 == 0 else "ar"
            yield Recipient(f"announced:{key}", f"+9665{number:08}", language)

    before = _megabytes()
    began = time.perf_counter()
    campaign = prepare_campaign(
        key=key,
        name=f"measurement {key}",
        template="results_announced",
        values={"ar": {"cycle": "نوفمبر 2026"}, "en": {"cycle": "November 2026"}},
        recipients=recipients(),
        prepared_by=None,
        now=timezone.now(),
    )
    pipe.send((campaign.pk, time.perf_counter() - began, before, _megabytes()))


def in_own_process(key: str, people: int, *, first: int) -> tuple[int, float, float, float]:
    """Run `write_campaign` in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=write_campaign, args=(key, people, first, theirs), daemon=True)
    process.start()
    assert ours.poll(LONGEST_SECONDS), "the campaign was not written"
    answer: tuple[int, float, float, float] = ours.recv()
    process.join(30)
    return answer


def ask_for_codes(turn: str, *, a_second: int, seconds: float) -> None:
    """Put codes into the outbox at a steady rate, each in the transaction of a request."""
    from django.db import transaction
    from django.utils import timezone

    from notifications.outbox import queue_message

    began = time.monotonic()
    for number in range(int(a_second * seconds)):
        time.sleep(max(0.0, began + number / a_second - time.monotonic()))
        with transaction.atomic():
            queue_message(
                event=f"{turn}:{number}",
                to=f"+9665{90_000_000 + number:08}",
                template="sign_in_code",
                values={"code": f"{number % 1_000_000:06}"},
                language="ar",
                now=timezone.now(),
            )


def latencies(turn: str, expected: int, cursor: Any) -> list[float]:
    """Give the seconds of each code, once all have been accepted."""
    ends = time.monotonic() + 60
    while True:
        cursor.execute(CODES_OF, [f"{turn}:%"])
        took = [float(seconds) for (seconds,) in cursor.fetchall()]
        if len(took) == expected:
            return took
        assert time.monotonic() < ends, f"{expected - len(took)} codes were not accepted"
        time.sleep(0.1)


@contextlib.contextmanager
def workers(folder: Path) -> Iterator[None]:
    """Run the two workers as `./run` does, at any hour, until the block ends."""
    started = []
    try:
        for name, queues in (("codes", CODES), ("others", OTHER_QUEUES)):
            argv = [
                *(sys.executable, "-c", AT_ANY_HOUR, "-A", "portal", "worker"),
                *("--loglevel", "WARNING", "--hostname", f"{name}@%h", "--queues", queues),
                *("--pool", "threads", "--concurrency", "4", "--without-gossip"),
                "--without-mingle",
            ]
            with (folder / f"{name}.log").open("wb") as output:
                started.append(
                    subprocess.Popen(argv, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
                )
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def timed(work: Any) -> tuple[float, Any]:
    """Give the seconds of a piece of work and what it gave."""
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def seconds_until_quiet(cursor: Any) -> float:
    """Wait until nothing of a campaign is on its way."""
    began = time.perf_counter()
    while True:
        cursor.execute(BULK_ON_ITS_WAY)
        if not cursor.fetchone()[0]:
            return time.perf_counter() - began
        assert time.perf_counter() - began < 60, "the paused campaign goes on"
        time.sleep(0.02)


Rows = list[tuple[str, str]]


def measure_codes(options: argparse.Namespace, cursor: Any, large: Any, person: Any) -> Rows:
    """Ask for codes alone, then beside the campaign; end with its pause."""
    from django.utils import timezone

    from notifications.campaigns import pause_campaign, start_campaign

    rows: Rows = []
    expected = int(options.codes_a_second * options.seconds)

    def turn(name: str, beside: str) -> float:
        cursor.execute(BULK_SENT)
        sent, began = cursor.fetchone()[0], time.perf_counter()
        ask_for_codes(name, a_second=options.codes_a_second, seconds=options.seconds)
        cursor.execute(BULK_SENT)
        rate = (cursor.fetchone()[0] - sent) / (time.perf_counter() - began)
        took = latencies(name, expected, cursor)
        p95 = statistics.quantiles(took, n=20)[-1]
        figure = (
            f"p50 {statistics.median(took) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
            f"longest {max(took) * 1000:.0f} ms; {rate:.0f} announcements/s meanwhile"
        )
        rows.append((f"a code, {beside}", figure))
        return p95 if rate >= 1 or name == "alone" else float("inf")

    ask_for_codes("warm", a_second=5, seconds=3)
    latencies("warm", 15, cursor)
    turn("alone", "nothing else")
    now = timezone.now()
    seconds, _started = timed(lambda: start_campaign(campaign=large, started_by=person, now=now))
    rows.append(("start it", f"{seconds * 1000:.0f} ms"))
    time.sleep(5)  # the crew is out in full
    p95 = turn("bulk", f"{options.waiting:,} waiting")
    now = timezone.now()
    seconds, _paused = timed(lambda: pause_campaign(campaign=large, by=person, now=now))
    quiet = seconds_until_quiet(cursor)
    rows.append(("pause it", f"{seconds * 1000:.0f} ms; nothing on its way {quiet:.2f} s later"))
    rows.append(("verdict", "as aimed" if p95 <= AIM_SECONDS else "TOO SLOW"))
    return rows


def measure_the_rest(cursor: Any, large: Any, person: Any) -> Rows:
    """Claim from another campaign while the large one is paused; count it; stop it."""
    from django.utils import timezone

    from notifications.campaigns import start_campaign, stop_campaign
    from notifications.claims import claim
    from notifications.models import Campaign
    from notifications.progress import count_campaign, mark_stopped
    from notifications.statuses import Lane

    cursor.execute(BULK_SENT)
    sent = cursor.fetchone()[0]
    small_pk, *_facts = in_own_process("small", 2_000, first=80_000_000)
    small, now = Campaign.objects.get(pk=small_pk), timezone.now()
    start_campaign(campaign=small, started_by=person, now=now)
    facts: dict[str, Any] = {"lane": Lane.ANNOUNCEMENTS, "gateway_name": "twilio", "size": 20}
    claims = [timed(lambda: claim(now=timezone.now(), **facts)) for _number in range(20)]
    assert all(message.campaign_id == small_pk for _s, batch in claims for message in batch)
    middle = statistics.median(seconds for seconds, _batch in claims) * 1000
    cursor.execute(BULK_SENT)
    assert cursor.fetchone()[0] == sent, "a paused campaign went on"
    counting, _none = timed(lambda: count_campaign(large, now=timezone.now()))
    stop = {"campaign": large, "by": person, "reason": "measured", "now": now}
    stopping, _stopped = timed(lambda: stop_campaign(**stop))
    marking, marked = timed(lambda: mark_stopped(large))
    return [
        ("claim 20 of another campaign, the large one paused", f"{middle:.1f} ms"),
        ("count its progress", f"{counting:.2f} s"),
        (
            "stop it",
            f"{stopping * 1000:.0f} ms; {marked:,} rows marked in {marking:.1f} s after it",
        ),
    ]


def measure(options: argparse.Namespace, cursor: Any, folder: Path) -> Rows:
    """Run everything; give the rows of the table, the verdict last."""
    from beneficiaries.models import User
    from notifications import rules
    from notifications.models import Campaign

    rules.DAYTIME_LANES = frozenset()
    person = User.objects.create_user("second-person")
    pk, seconds, before, peak = in_own_process("large", options.waiting, first=0)
    large = Campaign.objects.get(pk=pk)
    figure = f"{seconds:.1f} s; {peak:.0f} MB at most, {before:.0f} before"
    with workers(folder):
        *codes, verdict = measure_codes(options, cursor, large, person)
    rest = measure_the_rest(cursor, large, person)
    return [(f"prepare a campaign of {options.waiting:,}", figure), *codes, *rest, verdict]


def main() -> int:
    """Measure, print the table; fail where a code is too slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--codes-a-second", type=int, default=10)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--hands", type=int, default=50)
    options = parser.parse_args()
    options.waiting = min(options.waiting, MOST_WAITING)
    options.seconds = min(options.seconds, MOST_SECONDS)
    gateway = {"hands": options.hands, "latency_ms": options.latency_ms}
    with sending_to_the_stand_in(**gateway) as (connection, folder):
        rows = measure(options, connection.cursor(), folder)
        machine = machine_facts(connection)
    print(f"\n{machine}; {options.hands} hands a lane, {options.latency_ms} ms, ", end="")
    print(f"{options.codes_a_second} codes a second for {options.seconds:.0f} s\n")
    print("| work | figure |\n|---|---|")
    for name, figure in rows:
        print(f"| {name} | {figure} |")
    return 0 if rows[-1][1] == "as aimed" else 1


if __name__ == "__main__":
    sys.exit(main())
