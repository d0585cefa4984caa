"""A worker's memory while it sends: it levels off, below its bound (O27 e).

    .venv/bin/python -m bench.worker_memory [--messages 10000]

Two workers of an installation of its own send to the Twilio stand-in. Their resident memory is
read after each tenth of the messages. It fails where one passes MOST_MEGABYTES, or still grows by
more than GROWTH_MEGABYTES with the last quarter of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.faults.messages import (  # noqa: E402 - the root is added above
    ALIKE,
    BODY,
    MOST_MESSAGES,
    QUEUE,
    WORKERS,
    Installation,
    installation,
)
from tests.notifications.sms_provider import running_provider  # noqa: E402

MOST_MEGABYTES = 400
GROWTH_MEGABYTES = 10
LONGEST_SECONDS = 600
PARTS = 10

DONE = "SELECT count(*) FROM notifications_message WHERE status = 'sent'"


def megabytes(portal: Installation, name: str) -> float:
    """Give the resident memory of a worker."""
    process = portal.processes[name].process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def run(messages: int) -> list[tuple[int, list[float]]]:
    """Send so many messages; give after each part how many were sent and each worker's memory."""
    seen = []
    deadline = time.monotonic() + LONGEST_SECONDS
    with running_provider() as provider, installation(provider) as portal:
        portal.ask(QUEUE, {"messages": messages, "alike": ALIKE, "body": BODY})
        portal.start()
        for part in range(1, PARTS + 1):
            while (sent := portal.ask(DONE)) < messages * part // PARTS:
                assert time.monotonic() < deadline, "sending took too long"
                time.sleep(0.2)
            seen.append((sent, [megabytes(portal, name) for name in WORKERS]))
    return seen


def main() -> int:
    """Run, print the memory, and fail where it is not bounded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=10_000)
    seen = run(min(parser.parse_args().messages, MOST_MESSAGES))
    print(f"| sent | {' | '.join(f'{name}, MB' for name in WORKERS)} |\n|---|---|---|")
    for sent, sizes in seen:
        print(f"| {sent:,} | {' | '.join(f'{size:.0f}' for size in sizes)} |")
    before, end = seen[PARTS * 3 // 4 - 1][1], seen[-1][1]
    grown = max(last - first for first, last in zip(before, end, strict=True))
    largest = max(max(sizes) for _, sizes in seen)
    print(f"\nlargest {largest:.0f} MB, grown with the last quarter {grown:.1f} MB")
    return 0 if largest < MOST_MEGABYTES and grown < GROWTH_MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
