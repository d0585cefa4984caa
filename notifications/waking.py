"""Waking a worker without ever keeping a citizen waiting.

Celery's own publishing retries without end where the broker is gone (O26). Here one connection
a thread has its own short timeouts and no retry, and after a failure a breaker keeps the process
from trying again for a few seconds. A failure is counted and swallowed: the sweep is the
guarantee.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

from celery import current_app
from django.conf import settings
from kombu import Connection, Producer
from kombu.transport.redis import Channel, Transport
from redis.backoff import NoBackoff
from redis.retry import Retry

from notifications.statuses import Lane

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 0.1
"""For connecting and for each answer; a wake-up fails at the first that is late."""

BREAK_SECONDS: Final = 5.0

DRAIN_TASK: Final = "notifications.drain"
KNOCK_KEY: Final = "portal:knock"


class _ImpatientChannel(Channel):
    """A channel whose client does not try twice (redis-py tries four times by default)."""

    _kept_client: Any = None

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._connparams(  # type: ignore[misc] # not in the stubs
            asynchronous=asynchronous
        )
        return {**parameters, "retry": Retry(NoBackoff(), 0)}

    def _create_client(self, asynchronous: bool = False) -> Any:
        """Keep one client: kombu makes one for each message."""
        if asynchronous:
            return super()._create_client(asynchronous=True)  # type: ignore[misc] # not in the stubs
        if self._kept_client is None:
            self._kept_client = super()._create_client()  # type: ignore[misc] # not in the stubs
        return self._kept_client


class _ImpatientTransport(Transport):
    Channel = _ImpatientChannel


@dataclass
class Breaker:
    """Counts failures and keeps from trying for a while after one. Safe between threads."""

    failures: int = 0
    skipped: int = 0
    _open_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def may_try(self) -> bool:
        """Tell whether the last failure is long enough ago, counting what is skipped."""
        with self._lock:
            if time.monotonic() >= self._open_until:
                return True
            self.skipped += 1
            return False

    def failed(self) -> None:
        """Count a failure and stop trying for BREAK_SECONDS."""
        with self._lock:
            self.failures += 1
            self._open_until = time.monotonic() + BREAK_SECONDS

    @property
    def is_open(self) -> bool:
        """True shortly after a failure: what is queued now waits for Redis to come back."""
        return time.monotonic() < self._open_until

    def reset(self) -> None:
        """Forget the last failure; what was counted stays."""
        with self._lock:
            self._open_until = 0.0


breaker = Breaker()


class _Line(threading.local):
    """This thread's connection to the broker, made when first needed."""

    producer: Producer | None = None
    url: str = ""
    process: int = 0

    def open(self) -> Producer:
        if self.producer is None or self.process != os.getpid() or self.url != settings.REDIS_URL:
            connection = Connection(
                settings.REDIS_URL,
                transport=_ImpatientTransport,
                transport_options={
                    "socket_connect_timeout": TIMEOUT_SECONDS,
                    "socket_timeout": TIMEOUT_SECONDS,
                    "max_connections": 2,
                },
            )
            # Not connection.default_channel: it retries without end.
            channel = connection.transport.create_channel(
                connection.transport.establish_connection()
            )
            self.producer = current_app.amqp.Producer(channel)
            self.process, self.url = os.getpid(), settings.REDIS_URL
        return self.producer

    def drop(self) -> None:
        self.producer = None


_line = _Line()


def wake(lane: Lane) -> bool:
    """Tell the lane's worker that there is something to send; see `wake_task`."""
    return wake_task(DRAIN_TASK, (lane.value,), queue=lane.value)


def ensure_woken(lane: Lane) -> bool:
    """Wake the lane's worker unless a wake-up is waiting for it already.

    Whoever takes the one that waits begins after now, and sends all that is due by then. So on a
    day of a million messages the queue stays short while the workers are busy, and nobody pays
    for a wake-up that would find nothing. A sweep that waits does not count: it expires, and is
    then dropped unlooked at.
    """

    def publish(line: Producer) -> None:
        channel: Any = line.channel
        newest = channel.client.lindex(lane.value, 0)
        if newest is None or json.loads(newest)["headers"].get("expires"):
            _publish(line, DRAIN_TASK, (lane.value,), queue=lane.value)

    return _has_worked(publish, lane.value)


def wake_task(task: str, arguments: tuple[str | int, ...], *, queue: str) -> bool:
    """Tell the workers of a queue of a task, by ids; True when it was told.

    Takes at most about two timeouts, is not repeated and raises nothing: a sweep of the task's
    own is the guarantee.
    """

    return _has_worked(partial(_publish, task=task, arguments=arguments, queue=queue), queue)


def _publish(line: Producer, task: str, arguments: tuple[str | int, ...], queue: str) -> None:
    # What `send_task` sends, without its search for the way: the queue is known.
    message = current_app.amqp.as_task_v2(str(uuid4()), task, args=arguments)
    line.publish(
        message.body,
        headers=message.headers,
        exchange="",
        routing_key=queue,
        serializer="json",
        retry=False,
        **message.properties,
    )


def could_wake(lane: Lane) -> bool:
    """Tell whether a wake-up would reach the lane's worker now, without waking it.

    Takes no longer than one, and a failure counts as one does.
    """

    def knock(line: Producer) -> None:
        channel: Any = line.channel
        # A write: a server that is paused for writing takes no wake-up.
        channel.client.set(KNOCK_KEY, 1, ex=60)

    return _has_worked(knock, lane.value)


def _has_worked(send: Callable[[Producer], object], queue: str) -> bool:
    if not breaker.may_try():
        return False
    try:
        send(_line.open())
    except Exception as error:  # whatever is wrong with the broker, the page goes on
        _line.drop()
        breaker.failed()
        logger.warning(
            "waking the %s worker failed (%s); the sweep will find the work",
            queue,
            type(error).__name__,
        )
        return False
    return True
