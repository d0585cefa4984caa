"""Messages a second through outbox, workers and the Twilio stand-in, beside the HTTP call alone.

    .venv/bin/python bench/messages.py [--messages 3000] [--workers 1] [--hands 50] [--runs 3]

Beside it, counted over a drain of as many in this process: statements a message, BEGIN and COMMIT
too, and those of a receipt. Aim: at most four a message (bench/statements.py).

Real Celery workers drain the case lane with the Twilio gateway against the stand-in, whose every
answer takes 50 ms. The floor is as many processes and threads that only call the same gateway,
on the same kept connections. In turns of one and the other. Uses an own database on
DATABASE_URL's server and REDIS_URL where they are set, else embedded servers. Aim: at least 0.8 of
the floor. Absolute figures are of the machine; the ratio of one run is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.outbox import sending_to_the_stand_in  # noqa: E402 - the root is added above
from bench.serving import machine_facts  # noqa: E402

MOST_MESSAGES = 20_000
LONGEST_SECONDS = 120
BODY = "حساب المواطن: استلمنا اعتراضك رقم 4026714834. نخبرك بالقرار برسالة."
QUEUE = """
    INSERT INTO notifications_message (
        event, recipient, template, language, body, lane, status, queued_at, not_before,
        gateway, gateway_id, error
    )
    SELECT 'bench:' || %(turn)s || ':' || n, '+9665' || lpad(n::text, 8, '0'),
           'objection_submitted', 'ar', %(body)s, 'cases', 'queued', now(), now(), '', '', ''
    FROM generate_series(1, %(messages)s) AS n
"""
LEFT = "SELECT count(*) FROM notifications_message WHERE status IN ('queued', 'sending')"
SPENT = """
    SELECT extract(epoch FROM max(ended_at) - min(started_at))
    FROM notifications_attempt a JOIN notifications_message m ON m.id = a.message_id
    WHERE m.event LIKE %(turn)s
"""


def call_only(messages: int, hands: int, started: Any, pipe: Any) -> None:
    """Call the gateway from so many threads and give the seconds; runs in a process of its own."""
    import django

    django.setup()
    from notifications.gateways.base import OutgoingSms
    from notifications.gateways.twilio import TwilioGateway

    gateway = TwilioGateway.from_settings()

    def send(number: int) -> None:
        gateway.send(OutgoingSms(message_id=number, to=f"+9665{number:08}", body=BODY))

    with ThreadPoolExecutor(hands) as threads:
        list(threads.map(send, range(hands)))  # the connections are made
        started.wait()
        began = time.perf_counter()
        list(threads.map(send, range(messages)))
    pipe.send(time.perf_counter() - began)


def floor_turn(options: argparse.Namespace) -> float:
    """Give messages a second of the calls alone."""
    spawn = multiprocessing.get_context("spawn")
    started = spawn.Barrier(options.workers)
    share = options.messages // options.workers
    pipes = []
    for _number in range(options.workers):
        ours, theirs = spawn.Pipe()
        arguments = (share, options.hands, started, theirs)
        spawn.Process(target=call_only, args=arguments, daemon=True).start()
        pipes.append(ours)
    spent = 0.0
    for pipe in pipes:
        assert pipe.poll(LONGEST_SECONDS), "a process of the floor did not end"
        spent = max(spent, pipe.recv())
    return share * options.workers / spent


def outbox_turn(turn: int, options: argparse.Namespace, cursor: Any) -> float:
    """Queue the messages, wake the workers, and give messages a second."""
    from notifications.statuses import Lane
    from notifications.waking import wake

    cursor.execute(QUEUE, {"turn": turn, "body": BODY, "messages": options.messages})
    assert wake(Lane.CASES)
    ends = time.monotonic() + LONGEST_SECONDS
    while True:
        cursor.execute(LEFT)
        if not cursor.fetchone()[0]:
            break
        assert time.monotonic() < ends, "the workers did not end"
        time.sleep(0.2)
    cursor.execute(SPENT, {"turn": f"bench:{turn}:%"})
    return options.messages / float(cursor.fetchone()[0])


def statements_turn(options: argparse.Namespace, cursor: Any) -> dict[str, Any]:
    """Queue the messages, send them from this process, and count the statements."""
    from bench.statements import count_receipts, count_sending
    from notifications.gateways.twilio import TwilioGateway
    from notifications.statuses import Lane

    cursor.execute(QUEUE, {"turn": "counted", "body": BODY, "messages": options.messages})
    sending = count_sending(Lane.CASES, TwilioGateway.from_settings())
    _ensure_all_were_sent(cursor, options.messages * (options.runs + 1))
    return {"sending": sending, "a receipt": count_receipts("twilio")}


@contextlib.contextmanager
def workers(count: int, log: Path) -> Iterator[None]:
    """Run so many workers of the case lane until the block ends."""
    started = []
    try:
        for number in range(count):
            argv = [
                *(sys.executable, "-m", "celery", "-A", "portal", "worker", "--loglevel", "INFO"),
                *("--hostname", f"bench-{number}@%h", "--queues", "cases", "--pool", "threads"),
                *("--concurrency", "4", "--without-gossip", "--without-mingle"),
            ]
            with log.with_suffix(f".{number}").open("wb") as output:
                started.append(
                    subprocess.Popen(argv, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
                )
        ends = time.monotonic() + 60
        for number in range(count):
            while " ready." not in log.with_suffix(f".{number}").read_text():
                assert time.monotonic() < ends, "a worker did not start"
                time.sleep(0.1)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _ensure_all_were_sent(cursor: Any, expected: int) -> None:
    cursor.execute(
        "SELECT count(*) FILTER (WHERE m.status = 'sent'), count(DISTINCT m.gateway_id),"
        " (SELECT count(*) FROM notifications_attempt) FROM notifications_message m"
    )
    assert cursor.fetchone() == (expected, expected, expected)


def main() -> int:
    """Measure in turns, check that each message was sent once, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hands", type=int, default=50)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    options.messages = min(options.messages, MOST_MESSAGES)
    gateway = {"hands": options.hands, "latency_ms": options.latency_ms}
    with sending_to_the_stand_in(**gateway) as (connection, folder):
        cursor = connection.cursor()
        bare, ours = [], []
        with workers(options.workers, folder / "worker"):
            for turn in range(options.runs):
                bare.append(floor_turn(options))
                ours.append(outbox_turn(turn, options, cursor))
        _ensure_all_were_sent(cursor, options.messages * options.runs)
        statements = statements_turn(options, cursor)
        machine = machine_facts(cursor.connection)
    # Without latency there is no ideal to come near to.
    ideal = options.workers * options.hands * 1000 / (options.latency_ms or float("nan"))
    ratio = statistics.median(own / alone for own, alone in zip(ours, bare, strict=True))
    print(f"\n{machine}; {options.workers} processes × {options.hands} hands, ", end="")
    print(f"{options.latency_ms} ms, {options.runs} turns of {options.messages}; medians\n")
    print("| messages | a second | of the calls alone | of the ideal |\n|---|---|---|---|")
    for name, figures, share in (("calls alone", bare, 1.0), ("outbox and workers", ours, ratio)):
        middle = statistics.median(figures)
        print(f"| {name} | {middle:.0f} | {share:.2f} | {middle / ideal:.2f} |")
    print("\n| statements | a message | of which |\n|---|---|---|")
    for name, counted in statements.items():
        words = ", ".join(f"{word} {count:,}" for word, count in counted.words.most_common())
        print(f"| {name} | {counted.a_message:.2f} | {words} |")
    print(f"\nLoad average {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
