"""A gateway that was left alone is probed by one message, and used again (docs/adr/0014)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from notifications.circuits import Leave, is_in_use, leave_of
from notifications.crew import Crew
from notifications.gateways.base import (
    GatewayError,
    GatewayReceipt,
    OutgoingSms,
)
from notifications.models import (
    GatewayCircuit,
    GatewayOutage,
    Message,
)
from notifications.rules import (
    FIRST_REST_SECONDS,
    LONGEST_REST_SECONDS,
    MAX_TRIES,
    PROBE_CODES_LATER_SECONDS,
    PROBE_LEASE_SECONDS,
)
from notifications.statuses import Lane, MessageStatus
from tests.notifications.circuits import (
    CAP,
    NOW,
    OUT_OF_ORDER,
    TOO_FAST,
    UNKNOWN,
    WRONG_NUMBER,
    Line,
    Told,
    no,
    statuses,
)


def test_only_one_probe_is_sent_and_the_rest_goes_by_the_second(line: Line) -> None:
    line.open()
    line.first.answer = OUT_OF_ORDER
    line.rest(-1)
    early = line.queue(1, 2)
    line.drain()
    assert (line.first.sent, line.second.sent) == ([], early)
    line.rest()
    [probe, *others] = line.queue(3, 4, 5)
    line.drain()
    assert line.first.sent == [probe]
    assert line.second.sent == [*early, *others, probe]
    assert statuses() == {MessageStatus.SENT}
    circuit = GatewayCircuit.objects.get(gateway="first")
    assert circuit.rest_until == line.now + timedelta(seconds=2 * FIRST_REST_SECONDS)
    assert GatewayOutage.objects.get().probes == 1


def test_first_is_used_again_after_its_probe(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.open()
    line.rest()
    line.queue(*range(1, 31))
    line.drain()
    assert len(line.first.sent) + len(line.second.sent) == 30
    assert line.first.sent
    line.queue(31, 32)
    line.drain()
    assert len(line.first.sent) >= 3
    assert not Message.objects.filter(event__in=["cases:31", "cases:32"], gateway="second").exists()
    outage = GatewayOutage.objects.get()
    assert (outage.closed_at, outage.probes) == (line.now, 1)
    assert caplog.text.count("sms alarm: first is in use again") == 1
    line.open()
    assert GatewayOutage.objects.filter(closed_at=None).count() == 1


@pytest.mark.parametrize(
    ("answer", "closes"),
    [
        (None, True),
        (WRONG_NUMBER, True),
        (OUT_OF_ORDER, False),
        (UNKNOWN, False),
        (CAP, False),
        (TOO_FAST, False),
    ],
)
def test_which_probe_closes(line: Line, answer: GatewayError | None, *, closes: bool) -> None:
    line.open()
    line.rest()
    line.first.answer = answer
    line.queue(1)
    line.drain()
    assert len(line.first.sent) == 1
    assert (GatewayCircuit.objects.get(gateway="first").opened_at is None) is closes
    assert line.second.sent == ([] if closes or answer is UNKNOWN else line.first.sent)


def test_probe_of_a_lost_worker_is_given_to_another(line: Line) -> None:
    line.open()
    line.rest()
    facts: dict[str, Any] = {"lane": Lane.CASES, "has_other": no}
    assert leave_of("first", now=line.now, **facts) == Leave.PROBE
    assert leave_of("first", now=line.now, **facts) == Leave.NOTHING
    line.now += timedelta(seconds=PROBE_LEASE_SECONDS)
    assert leave_of("first", now=line.now, **facts) == Leave.PROBE


def test_probe_without_a_message_is_given_back(line: Line) -> None:
    line.open()
    line.rest()
    line.drain()
    assert GatewayCircuit.objects.get(gateway="first").probe_until is None
    line.queue(1, expires_at=line.now)
    line.drain()
    assert GatewayCircuit.objects.get(gateway="first").probe_until is None
    [good] = line.queue(2)
    line.drain()
    assert line.first.sent == [good]


def test_code_is_the_probe_only_where_nothing_else_was(line: Line) -> None:
    line.open()
    line.rest(PROBE_CODES_LATER_SECONDS - 1)
    line.queue(1, lane=Lane.CODES)
    line.drain(Lane.CODES)
    assert (len(line.first.sent), len(line.second.sent)) == (0, 1)
    line.rest(PROBE_CODES_LATER_SECONDS)
    line.queue(2, lane=Lane.CODES)
    line.drain(Lane.CODES)
    assert len(line.first.sent) == 1


def test_code_is_the_probe_at_once_where_no_other_gateway_is(line: Line) -> None:
    line.open()
    line.rest()
    line.queue(1, lane=Lane.CODES)
    line.drain(Lane.CODES, alone=True)
    assert len(line.first.sent) == 1


@pytest.mark.parametrize("alone", [True, False])
def test_with_none_in_use_messages_wait_and_codes_expire(line: Line, *, alone: bool) -> None:
    cases = line.queue(1, 2, 3)
    [code] = line.queue(9, lane=Lane.CODES, expires_at=NOW + timedelta(minutes=5))
    line.first.answer = line.second.answer = OUT_OF_ORDER
    while line.now < NOW + timedelta(hours=1):
        for lane in (Lane.CODES, Lane.CASES):
            line.drain(lane, alone=alone)
        line.now += timedelta(seconds=10)
    assert Message.objects.get(pk=code).status == MessageStatus.EXPIRED
    waiting = Message.objects.filter(pk__in=cases)
    assert set(waiting.values_list("status", flat=True)) == {MessageStatus.QUEUED}
    most = 60 * 60 / LONGEST_REST_SECONDS
    asked = [line.first.sent] if alone else [line.first.sent, line.second.sent]
    assert all(MAX_TRIES < len(sent) < 2 * most for sent in asked)
    line.first.answer = line.second.answer = None
    for _ in range(3):
        line.now += timedelta(seconds=LONGEST_REST_SECONDS)
        line.drain(alone=alone)
    assert set(waiting.values_list("status", flat=True)) == {MessageStatus.SENT}


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_want_the_probe_send_one(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY = "first", "second"
    line = Line()
    line.open()
    line.rest()
    line.first.answer = OUT_OF_ORDER
    meet = threading.Barrier(4)

    def work() -> None:
        try:
            meet.wait(30)
            line.drain(crew=Crew(line.first))  # type: ignore[arg-type]
        finally:
            connection.close()

    line.queue(*range(1, 41))
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(line.first.sent) == 1
    assert sorted(line.second.sent) == sorted(Message.objects.values_list("pk", flat=True))
    assert statuses() == {MessageStatus.SENT}


class Held(Told):
    """A gateway that many may call and that keeps its message until it is told to go on."""

    most_at_once = 8

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.taken, self.go_on = threading.Event(), threading.Event()

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.taken.set()
        self.go_on.wait(30)
        return super().send(sms)


@pytest.fixture
def hurried() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    started: list[threading.Thread] = []

    def run(work: Callable[[], object]) -> threading.Thread:
        def whole() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=whole)
        started.append(thread)
        thread.start()
        return thread

    yield run
    for thread in started:
        thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_nothing_waits_behind_a_probe_that_hangs(
    settings: Any, hurried: Callable[[Callable[[], object]], threading.Thread]
) -> None:
    settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY = "first", "second"
    line = Line()
    line.open()
    line.rest()
    held = Held("first")
    line.first = held
    line.queue(*range(1, 11))
    crew = Crew(held, hands=8)  # type: ignore[arg-type]
    running = hurried(lambda: line.drain(crew=crew))
    try:
        assert held.taken.wait(30)
        deadline = threading.Event()
        while len(line.second.sent) < 9 and running.is_alive():
            deadline.wait(0.02)
        assert len(line.second.sent) == 9
        assert held.sent == []
    finally:
        held.go_on.set()
    running.join(30)
    assert len(held.sent) == 1
    assert statuses() == {MessageStatus.SENT}
    assert is_in_use("first", now=line.now)
