"""A worker that lives and does not work ends itself, and whoever keeps it starts another.

After a reset of its connection to Redis a worker can live on and take nothing (celery/celery#8030,
#10205, #10302), and nobody sees it. A pool of threads knows neither time limits nor a bound on
memory. So each worker looks at itself: is something in its queues that it does not take although
it has room, does a task run beyond its limit, has it grown too large? Then it stops gently, and
hard where that takes too long. What must be done is a row, and the next worker finds it
(docs/adr/0019).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from celery import signals
from celery.worker import state
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from notifications.waking import KNOCK_KEY

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
DEAF_SECONDS = 30.0
"""A worker that takes nothing for so long, with room and with work waiting, is deaf."""

STOP_SECONDS = 15.0
"""A drain ends within five seconds; whoever has not stopped after this does not stop."""

MOST_MEMORY_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class Look:
    """What a worker sees of itself. `waits` is None where Redis does not tell."""

    waits: bool | None
    received: int
    has_room: bool
    overrun: str
    memory_bytes: int


class Judge:
    """Tells from look to look whether the worker should end, and why."""

    def __init__(self, *, now: float) -> None:
        self._received = -1
        self._heard_at = now

    def verdict(self, look: Look, *, now: float) -> str:
        """Give why the worker should end, or nothing."""
        if not look.waits or not look.has_room or look.received != self._received:
            self._received, self._heard_at = look.received, now
        if now - self._heard_at >= DEAF_SECONDS:
            return "it takes nothing from its queues"
        if look.overrun:
            return f"{look.overrun} runs beyond its limit"
        if look.memory_bytes > MOST_MEMORY_BYTES:
            return "it has grown too large"
        return ""


class Watch(threading.Thread):
    """Looks at this worker until it ends."""

    def __init__(self, queues: list[str], threads: int) -> None:
        super().__init__(name="liveness", daemon=True)
        self._queues = queues
        self._threads = threads
        self._received = 0

    def count(self, **_: Any) -> None:
        """Count a task that arrived."""
        self._received += 1

    def run(self) -> None:
        """Look every LOOK_SECONDS; end the worker at the first verdict."""
        judge = Judge(now=time.monotonic())
        while True:
            time.sleep(LOOK_SECONDS)
            if reason := judge.verdict(self.look(), now=time.monotonic()):
                logger.error("this worker ends, to be started again: %s", reason)
                end(os.kill, os._exit)

    def look(self) -> Look:
        """See how it is now."""
        return Look(
            waits=waiting(self._queues),
            received=self._received,
            has_room=len(state.active_requests) < self._threads,
            overrun=overrun(time.time()),
            memory_bytes=memory_bytes(),
        )


def waiting(queues: list[str]) -> bool | None:
    """Tell whether a queue holds something; None where Redis takes no writing, as taking one is."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=1,
        socket_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.set(KNOCK_KEY, 1, ex=60)
        return any(client.llen(queue) for queue in queues)
    except redis.RedisError:
        return None
    finally:
        client.close()


def overrun(now: float) -> str:
    """Give the name of a task that has run longer than its hard limit.

    The prefork pool holds its limits itself and a little earlier; here it is the threads.
    """
    for request in tuple(state.active_requests):
        limit = request.task.time_limit or settings.CELERY_TASK_TIME_LIMIT
        if request.time_start and now - request.time_start > limit + 2 * LOOK_SECONDS:
            return str(request.task.name)
    return ""


def memory_bytes() -> int:
    """Give the resident memory of this process; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def end(kill: Callable[[int, int], None], leave: Callable[[int], object]) -> None:
    """Ask this process to stop, and leave it where it does not."""
    kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    leave(1)


def watch(sender: Any, **_: Any) -> None:
    """Begin when the worker takes tasks."""
    one = Watch(list(sender.app.amqp.queues.consume_from), int(sender.controller.concurrency))
    signals.task_received.connect(one.count, weak=False)
    one.start()
