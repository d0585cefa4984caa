"""A worker that lives and does not work ends itself; one whose line was cut goes on (O27 d)."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery.worker import state
from django.db import transaction
from django.utils import timezone

from notifications.models import Attempt, Message
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus
from notifications.waking import breaker, wake
from portal import liveness
from portal.liveness import DEAF_SECONDS, MOST_MEMORY_BYTES, Judge, Look, Watch
from tests.notifications.redis_server import running_redis
from tests.notifications.sms_provider import ACCOUNT, AcceptAndHold, running_provider
from tests.worker import CeleryWorker, wait_until

StartWorker = Callable[..., CeleryWorker]

WAITING = Look(waits=True, received=7, has_room=True, overrun="", memory_bytes=1)
DEAF = """
import portal.liveness
from celery import signals
portal.liveness.LOOK_SECONDS, portal.liveness.DEAF_SECONDS = 0.2, 1.0

@signals.worker_ready.connect
def lose_what_it_listens_to(sender, **_):
    sender.task_consumer.cancel()
"""


# What is judged -----------------------------------------------------------------------------


def verdicts(*looks: Look, every: float = 10.0) -> list[str]:
    judge = Judge(now=0.0)
    return [judge.verdict(look, now=number * every) for number, look in enumerate(looks)]


def test_worker_that_takes_nothing_for_half_a_minute_is_deaf() -> None:
    assert DEAF_SECONDS == 30
    assert verdicts(*[WAITING] * 4) == ["", "", "", "it takes nothing from its queues"]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(replace(WAITING, received=8), id="took-one"),
        pytest.param(replace(WAITING, waits=False), id="nothing-waits"),
        pytest.param(replace(WAITING, waits=None), id="redis-is-away"),
        pytest.param(replace(WAITING, has_room=False), id="all-threads-busy"),
    ],
)
def test_worker_with_a_reason_is_not_deaf(between: Look) -> None:
    after = replace(WAITING, received=between.received)
    assert verdicts(WAITING, WAITING, between, after, after) == [""] * 5


def test_task_beyond_its_limit_ends_the_worker() -> None:
    [verdict] = verdicts(replace(WAITING, overrun="notifications.drain"))
    assert verdict == "notifications.drain runs beyond its limit"


def test_memory_is_bounded() -> None:
    assert verdicts(replace(WAITING, memory_bytes=MOST_MEMORY_BYTES)) == [""]
    [verdict] = verdicts(replace(WAITING, memory_bytes=MOST_MEMORY_BYTES + 1))
    assert verdict == "it has grown too large"


# What is seen -------------------------------------------------------------------------------


def running(monkeypatch: pytest.MonkeyPatch, *, limit: int | None, since: float | None) -> None:
    task = SimpleNamespace(name="documents.sweep", time_limit=limit)
    request = SimpleNamespace(task=task, time_start=since)
    monkeypatch.setattr(state, "active_requests", [request])


@pytest.mark.parametrize(
    ("limit", "since", "name"),
    [
        (None, 1_000.0 - 615, "documents.sweep"),
        (None, 1_000.0 - 600, ""),
        (7_200, 1_000.0 - 615, ""),
        (60, 1_000.0 - 75, "documents.sweep"),
        (60, None, ""),
    ],
    ids=["beyond-ten-minutes", "at-the-limit", "a-longer-limit", "a-shorter-limit", "not-begun"],
)
def test_limit_is_the_task_s_own_or_everybody_s(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, since: float | None, name: str
) -> None:
    running(monkeypatch, limit=limit, since=since)
    assert liveness.overrun(1_000.0) == name


def test_worker_sees_its_queues_its_tasks_and_its_memory(settings: Any) -> None:
    watch = Watch(["codes", "cases"], threads=1)
    with running_redis() as server, redis.Redis.from_url(server.url) as client:
        settings.REDIS_URL = server.url
        assert watch.look().waits is False
        client.lpush("cases", "something")
        watch.count(request=None)
        look = watch.look()
        server.pause("WRITE")
        assert watch.look().waits is None  # nobody can take it: no fault of the worker's
    assert (look.waits, look.received, look.has_room, look.overrun) == (True, 1, True, "")
    # This process has run the tests before this one; its peak bounds what it holds now.
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert 10_000_000 < look.memory_bytes < 1.1 * peak_bytes
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert watch.look().waits is None


def test_end_is_asked_for_and_then_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(liveness.time, "sleep", done.append)
    liveness.end(lambda pid, number: done.append((pid, int(number))), done.append)
    assert done == [(os.getpid(), 15), liveness.STOP_SECONDS, 1]


# Real workers -------------------------------------------------------------------------------


def queue(number: int) -> None:
    with transaction.atomic():
        queue_message(
            event=f"code:{number}",
            to=f"+96650{number:07}",
            template="sign_in_code",
            values={"code": f"{number:06}"},
            language="ar",
            now=timezone.now(),
        )


def all_sent(count: int) -> bool:
    return Message.objects.filter(status=MessageStatus.SENT).count() == count


def test_deaf_worker_ends_by_itself(start_worker: StartWorker) -> None:
    worker = start_worker("deaf", first=DEAF)
    queue(1)
    wait_until(lambda: worker.has_ended, seconds=30, what="the worker ends")
    assert "to be started again: it takes nothing from its queues" in worker.log()
    assert Message.objects.get().status == MessageStatus.QUEUED


def test_worker_whose_line_was_cut_thrice_takes_the_next_task_and_stops_with_nothing_lost(
    start_worker: StartWorker, settings: Any
) -> None:
    with running_redis() as server, running_provider() as provider:
        settings.REDIS_URL = server.url
        worker = start_worker(
            "cut",
            REDIS_URL=server.url,
            DEMO="0",
            SMS_GATEWAY="twilio",
            SMS_IN_FLIGHT="4",
            TWILIO_ACCOUNT_SID=ACCOUNT,
            TWILIO_AUTH_TOKEN="0123456789abcdef0123456789abcdef",
            TWILIO_API_BASE_URL=provider.url,
        )
        with redis.Redis.from_url(server.url) as client:
            for cut in range(3):
                if cut:
                    time.sleep(1)  # as the report has it: three times in three seconds
                client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        began = time.monotonic()
        breaker.reset()
        wake(Lane.CODES)  # our own line was cut too
        breaker.reset()
        queue(1)
        wait_until(lambda: all_sent(1), what="the task is taken")
        assert time.monotonic() - began < 60

        held = [AcceptAndHold() for _ in range(4)]
        provider.next_answers.extend(held)
        for number in range(2, 41):
            queue(number)
        for one in held:
            assert one.taken.wait(30)
        worker.ask_to_stop()
        wait_until(lambda: "shutdown" in worker.log().lower(), what="the worker stops")
        for one in held:
            one.go_on.set()
        wait_until(lambda: worker.has_ended, seconds=10, what="the worker ended")
        statuses = set(Message.objects.values_list("status", flat=True))
        assert statuses <= {MessageStatus.SENT, MessageStatus.QUEUED}
        assert not Attempt.objects.filter(ended_at=None).exists()

        start_worker(
            "next",
            REDIS_URL=server.url,
            DEMO="0",
            SMS_GATEWAY="twilio",
            TWILIO_ACCOUNT_SID=ACCOUNT,
            TWILIO_AUTH_TOKEN="0123456789abcdef0123456789abcdef",
            TWILIO_API_BASE_URL=provider.url,
        )
        wake(Lane.CODES)
        wait_until(lambda: all_sent(40), what="the next worker sends the rest")
        assert len(provider.accepted) == 40
        assert len({form["To"] for form in provider.accepted}) == 40
