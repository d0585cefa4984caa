"""A broker that is gone, silent or paused never keeps a citizen waiting (O26)."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import redis
from django.db import transaction

from notifications import waking
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import Lane
from notifications.waking import Breaker, breaker, could_wake, ensure_woken, wake
from saudi.gregorian import RIYADH
from tests.notifications.redis_server import OwnRedis, running_redis

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)
LIMIT_SECONDS = 0.35
"""Twice a timeout, and room for a machine that does other things too."""


@pytest.fixture
def own_redis_server(settings: Any) -> Iterator[OwnRedis]:
    with running_redis() as server:
        settings.REDIS_URL = server.url
        wake(Lane.CASES)  # whatever is loaded at the first wake-up is not what is measured
        yield server


def timed_wake() -> tuple[bool, float]:
    began = time.monotonic()
    told = wake(Lane.CODES)
    return told, time.monotonic() - began


def queued(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.llen("codes"))


def test_wake_up_reaches_the_lane_s_queue(own_redis_server: OwnRedis) -> None:
    assert wake(Lane.CODES)
    assert wake(Lane.CODES)
    assert queued(own_redis_server.url) == 2


def test_wake_up_that_waits_is_enough_for_what_is_queued_after_it(
    own_redis_server: OwnRedis,
) -> None:
    for _message in range(3):
        assert ensure_woken(Lane.CODES)
    assert queued(own_redis_server.url) == 1
    with redis.Redis.from_url(own_redis_server.url) as worker:
        worker.rpop("codes")  # it is taken, and may have looked already
    assert ensure_woken(Lane.CODES)
    assert queued(own_redis_server.url) == 1


def test_sweep_that_may_be_dropped_does_not_stand_for_a_wake_up(
    own_redis_server: OwnRedis,
) -> None:
    assert ensure_woken(Lane.CODES)
    with redis.Redis.from_url(own_redis_server.url) as beat:
        sweep = json.loads(beat.rpop("codes"))
        sweep["headers"]["expires"] = "2026-11-26T09:00:00+00:00"
        beat.lpush("codes", json.dumps(sweep))
    for _message in range(2):
        assert ensure_woken(Lane.CODES)
    assert queued(own_redis_server.url) == 2


def test_wake_up_of_another_lane_does_not_stand_for_it(own_redis_server: OwnRedis) -> None:
    assert ensure_woken(Lane.CASES)
    assert ensure_woken(Lane.CODES)
    assert queued(own_redis_server.url) == 1


def test_knock_tells_whether_a_wake_up_would_arrive_and_wakes_nobody(
    own_redis_server: OwnRedis,
) -> None:
    assert could_wake(Lane.CODES)
    assert queued(own_redis_server.url) == 0
    own_redis_server.pause("WRITE")
    began = time.monotonic()
    assert not could_wake(Lane.CODES)
    assert not could_wake(Lane.CODES)
    assert time.monotonic() - began < LIMIT_SECONDS
    assert breaker.is_open


def test_restarted_server_is_found_again(own_redis_server: OwnRedis) -> None:
    own_redis_server.stop()
    own_redis_server.start()
    wake(Lane.CODES)
    breaker.reset()
    assert wake(Lane.CODES)
    assert queued(own_redis_server.url) >= 1


@pytest.mark.parametrize("kind", ["ALL", "WRITE"])
@pytest.mark.parametrize("line", ["open-line", "new-line"])
def test_paused_server_costs_no_more_than_a_moment(
    own_redis_server: OwnRedis, kind: str, line: str
) -> None:
    if line == "new-line":
        waking._line.drop()
    own_redis_server.pause(kind)
    failures = breaker.failures
    told, seconds = timed_wake()
    assert not told
    assert seconds < LIMIT_SECONDS
    assert breaker.failures == failures + 1


def test_stopped_server_costs_no_more_than_a_moment(own_redis_server: OwnRedis) -> None:
    own_redis_server.stop()
    told, seconds = timed_wake()
    assert not told
    assert seconds < LIMIT_SECONDS


def test_silent_address_costs_no_more_than_a_moment(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        told, seconds = timed_wake()
    assert not told
    assert seconds < LIMIT_SECONDS


def test_twenty_at_once_wait_together_and_not_in_line(own_redis_server: OwnRedis) -> None:
    own_redis_server.pause("WRITE")
    together = threading.Barrier(20)

    def one() -> float:
        together.wait()
        return timed_wake()[1]

    with ThreadPoolExecutor(20) as pool:
        slowest = max(future.result() for future in [pool.submit(one) for _ in range(20)])
    assert slowest < 1


def test_breaker_keeps_from_trying_again_and_counts(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        wake(Lane.CODES)
        failures, skipped = breaker.failures, breaker.skipped
        told, seconds = timed_wake()
    assert not told
    assert seconds < 0.05
    assert (breaker.failures, breaker.skipped) == (failures, skipped + 1)


def test_breaker_tries_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("notifications.waking.time.monotonic", lambda: clock[0])
    own = Breaker()
    assert own.may_try()
    assert not own.is_open
    own.failed()
    assert own.is_open
    clock[0] += waking.BREAK_SECONDS - 0.1
    assert not own.may_try()
    clock[0] += 0.2
    assert own.may_try()


def test_failure_is_logged_without_address_or_person(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    wake(Lane.CODES)
    assert "waking the codes worker failed" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["stopped", "paused"])
def test_message_is_stored_within_a_second_without_redis(
    own_redis_server: OwnRedis, fault: str
) -> None:
    own_redis_server.stop() if fault == "stopped" else own_redis_server.pause("ALL")
    began = time.monotonic()
    with transaction.atomic():
        queue_message(
            event="objection:1:submitted",
            to="+966500000001",
            template="objection_submitted",
            values={"reference": "4026714834"},
            language="ar",
            now=NOW,
        )
    assert time.monotonic() - began < 1
    assert Message.objects.get().status == "queued"
