"""Many messages on their way at once: each once, none lost, and codes never behind bulk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from notifications import claims, delivery
from notifications.claims import settle_lost_claims
from notifications.crew import WAITING_SHARE, Crew, Shift
from notifications.delivery import PLENTY, Drained, drain
from notifications.gateways.base import (
    GatewayClosed,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.models import Attempt, GatewayPace, Message
from notifications.outbox import queue_message
from notifications.rules import BUSY_WITHIN_SECONDS, LOST_AFTER_SECONDS
from notifications.statuses import Lane, MessageStatus
from notifications.tempo import FEW
from saudi.gregorian import RIYADH
from tests.worker import wait_until

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)
HANDS = 50


class Busy:
    """A gateway that many threads call; `answer` may refuse a message by its turn."""

    name = "busy"
    most_at_once = HANDS

    def __init__(self, answer: Callable[[int], Exception | None] = lambda turn: None) -> None:
        self.sent: list[int] = []
        self.most = 0
        self._now = 0
        self._answer = answer
        self._lock = threading.Lock()
        self.meet: threading.Barrier | None = None

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        with self._lock:
            self.sent.append(sms.message_id)
            turn = len(self.sent)
            self._now += 1
            self.most = max(self.most, self._now)
        if self.meet is not None:
            self.meet.wait(30)
        if threading.current_thread().name.startswith("sms"):
            assert connection.connection is None, "a hand holds a connection"
        with self._lock:
            self._now -= 1
        if refusal := self._answer(turn):
            raise refusal
        return GatewayReceipt(gateway_id=f"id-{sms.message_id}")


def queue(*numbers: int, lane: Lane = Lane.CASES) -> None:
    template, values = {
        Lane.CASES: ("objection_taken", {"reference": "4000000006"}),
        Lane.CODES: ("sign_in_code", {"code": "048213"}),
    }[lane]
    with transaction.atomic():
        for number in numbers:
            queue_message(
                event=f"{lane.value}:{number}",
                to=f"+96650{number:07}",
                template=template,
                values=values,
                language="ar",
                now=NOW,
            )


def drain_cases(gateway: Any, crew: Crew | None = None, **changes: Any) -> Drained:
    crew = crew or Crew(gateway, hands=HANDS)
    facts = {"lane": Lane.CASES, "gateway": gateway, "crew": crew, "clock": lambda: NOW}
    return drain(**(facts | changes))


def statuses() -> set[str]:
    return set(Message.objects.values_list("status", flat=True))


@pytest.mark.django_db
def test_many_are_on_their_way_at_once_and_each_is_sent_once() -> None:
    queue(*range(1, 301))
    gateway = Busy()
    crew = Crew(gateway, hands=HANDS)
    assert drain_cases(gateway, crew) == Drained(done=300)
    assert crew.width == HANDS
    gateway.meet = threading.Barrier(HANDS)
    queue(*range(301, 301 + HANDS))
    assert drain_cases(gateway, crew) == Drained(done=HANDS)
    assert gateway.most == HANDS
    assert sorted(gateway.sent) == sorted(Message.objects.values_list("pk", flat=True))
    assert statuses() == {MessageStatus.SENT}
    by_message = dict(Attempt.objects.values_list("message_id", "gateway_id"))
    assert by_message == {pk: f"id-{pk}" for pk in gateway.sent}
    assert by_message == dict(Message.objects.values_list("pk", "gateway_id"))


@pytest.mark.django_db(transaction=True)
def test_attempt_is_committed_before_the_gateway_is_called() -> None:
    queue(*range(1, 9))
    seen: list[bool] = []

    class Looking(Busy):
        def send(self, sms: OutgoingSms) -> GatewayReceipt:
            own = Attempt.objects.filter(message=sms.message_id, ended_at=None)
            seen.append(own.count() == 1)
            connection.close()
            return super().send(sms)

    drain_cases(Looking())
    assert seen == [True] * 8


@pytest.mark.django_db
def test_refusing_gateway_is_asked_by_a_few() -> None:
    queue(*range(1, 101))
    gateway = Busy(lambda turn: GatewayTemporary("http 503, code 20503"))
    crew = Crew(gateway, hands=HANDS)
    drain_cases(gateway, crew)
    assert 1 <= len(gateway.sent) <= FEW
    assert statuses() == {MessageStatus.QUEUED}
    untouched = Message.objects.filter(attempts=None)
    assert {one.not_before for one in untouched} == {NOW}
    assert untouched.count() == 100 - len(gateway.sent)


@pytest.mark.django_db
def test_cap_among_many_on_their_way_alarms_once_and_loses_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue(*range(1, 201))
    gateway = Busy(
        lambda turn: GatewayClosed("code 63038", rest_seconds=None) if turn > 60 else None
    )
    crew = Crew(gateway, hands=HANDS)
    drain_cases(gateway, crew)
    assert drain_cases(gateway, crew) == Drained(done=0)
    assert caplog.text.count("sms alarm") == 1
    assert Message.objects.filter(status=MessageStatus.SENT).count() == 60
    assert Message.objects.filter(status=MessageStatus.QUEUED, not_before=NOW).count() == 140
    tomorrow = NOW + timedelta(days=1)
    gateway = Busy()
    assert drain_cases(gateway, clock=lambda: tomorrow).done == 140
    assert statuses() == {MessageStatus.SENT}


@pytest.mark.django_db
def test_gateway_that_does_not_answer_is_asked_by_a_few_again() -> None:
    queue(*range(1, 301))
    gateway = Busy()
    crew = Crew(gateway, hands=HANDS)
    drain_cases(gateway, crew)
    assert crew.width == HANDS
    queue(*range(301, 501))
    gateway._answer = lambda turn: OutcomeUnknown("ReadTimeoutError")
    later = NOW + timedelta(seconds=BUSY_WITHIN_SECONDS)
    drain_cases(gateway, crew, clock=lambda: later)
    assert crew.width == FEW
    unknown = Message.objects.filter(status=MessageStatus.UNKNOWN).count()
    assert 1 <= unknown <= HANDS + HANDS // WAITING_SHARE
    assert Message.objects.filter(status=MessageStatus.QUEUED).count() == 200 - unknown


@pytest.mark.django_db
def test_gateway_that_fails_with_one_in_twelve_is_asked_by_all_hands_in_one_drain() -> None:
    queue(*range(1, 601))
    refusal, doubt = GatewayTemporary("http 503, code 0"), OutcomeUnknown("cut")
    gateway = Busy(lambda turn: {0: refusal, 6: doubt}.get(turn % 24))
    crew = Crew(gateway, hands=HANDS)
    assert drain_cases(gateway, crew, seconds=120) == Drained(done=600)
    assert crew.width > 0.8 * HANDS
    assert statuses() == {MessageStatus.SENT, MessageStatus.QUEUED, MessageStatus.UNKNOWN}
    assert Message.objects.filter(status=MessageStatus.SENT).count() == 550
    assert len(gateway.sent) == len(set(gateway.sent)) == 600


@pytest.mark.django_db
def test_what_could_not_be_given_back_is_by_the_next_drain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(*range(1, 41))
    gateway = Busy()
    crew = Crew(gateway, hands=HANDS)
    real = delivery.release

    def lost(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(delivery, "begin", lost)
    monkeypatch.setattr(delivery, "release", lost)
    for _ in range(2):
        with pytest.raises(OperationalError):
            drain_cases(gateway, crew)
    assert Message.objects.filter(status=MessageStatus.SENDING).exists()
    monkeypatch.setattr(delivery, "begin", claims.begin)
    monkeypatch.setattr(delivery, "release", real)
    drain_cases(gateway, crew)
    assert statuses() == {MessageStatus.SENT}
    assert len(gateway.sent) == len(set(gateway.sent)) == 40


@pytest.mark.django_db
def test_outcomes_that_could_not_be_recorded_are_by_the_next_drain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(*range(1, 11))
    gateway = Busy()
    crew = Crew(gateway, hands=HANDS)
    real, calls = delivery.record, []

    def record(landed: Any) -> None:
        calls.append(landed)
        if landed and len(calls) < 4:
            raise DatabaseError
        real(landed)

    monkeypatch.setattr(delivery, "record", record)
    with pytest.raises(DatabaseError):
        drain_cases(gateway, crew)
    while len(calls) < 3:
        with pytest.raises(DatabaseError):
            drain_cases(gateway, crew)
    drain_cases(gateway, crew)
    assert statuses() == {MessageStatus.SENT}
    assert len(gateway.sent) == len(set(gateway.sent)) == 10


@pytest.mark.django_db
def test_what_was_on_its_way_in_a_lost_process_is_unknown_and_never_sent_again() -> None:
    queue(*range(1, 41))

    class Lost(BaseException):
        """The process is gone: nothing is recorded any more."""

    gateway = Busy()

    def lose(turn: int) -> None:
        if turn == 20:
            raise Lost

    class Dying(Busy):
        def send(self, sms: OutgoingSms) -> GatewayReceipt:
            receipt = super().send(sms)
            lose(len(self.sent))
            return receipt

    dying = Dying()
    with pytest.raises(Lost):
        # One hand, so that the loss reaches the caller as it would end the process.
        drain_cases(dying, Crew(dying, hands=1))
    settled = settle_lost_claims(now=NOW + timedelta(seconds=LOST_AFTER_SECONDS + 1))
    assert settled.unknown == 1
    drain_cases(gateway)
    assert len(dying.sent) == 20
    assert not set(dying.sent) & set(gateway.sent)
    assert Message.objects.filter(status=MessageStatus.UNKNOWN).count() == 1


@pytest.mark.django_db
def test_help_is_called_once_where_there_is_plenty() -> None:
    calls: list[int] = []
    queue(*range(1, PLENTY))
    drain_cases(Busy(), call_help=lambda: calls.append(1))
    assert calls == []
    queue(*range(PLENTY, 3 * PLENTY))
    drain_cases(Busy(), call_help=lambda: calls.append(1))
    assert calls == [1]


@contextmanager
def held(gateway: Busy) -> Iterator[threading.Event]:
    """Have the gateway hold its first message until the event is set."""
    go_on, real = threading.Event(), gateway.send
    first = threading.Event()

    def send(sms: OutgoingSms) -> GatewayReceipt:
        if not first.is_set():
            first.set()
            go_on.wait(30)
        return real(sms)

    gateway.send = send  # type: ignore[method-assign]
    gateway.first = first  # type: ignore[attr-defined]
    try:
        yield go_on
    finally:
        go_on.set()


@pytest.mark.django_db(transaction=True)
def test_a_code_asked_for_meanwhile_does_not_wait_for_a_slow_one() -> None:
    gateway, shift = Busy(), Shift()

    def work() -> None:
        try:
            shift.work(gateway, lambda crew: drain_cases(gateway, crew, lane=Lane.CODES))
        finally:
            connection.close()

    with held(gateway) as go_on:
        queue(1, lane=Lane.CODES)
        running = threading.Thread(target=work)
        running.start()
        wait_until(gateway.first.is_set, what="the first is on its way")  # type: ignore[attr-defined]
        queue(2, lane=Lane.CODES)
        work()  # comes back at once: the other drain looks again
        wait_until(
            lambda: Message.objects.get(event="codes:2").status == MessageStatus.SENT,
            what="the second is sent",
        )
        assert Message.objects.get(event="codes:1").status == MessageStatus.SENDING
        go_on.set()
        running.join()
    assert statuses() == {MessageStatus.SENT}
    assert Attempt.objects.count() == 2


class Ticking:
    """A clock that goes on by a tenth of a second each time it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=0.1)
        return self.now


@pytest.mark.django_db
def test_all_workers_together_keep_to_the_gateway_s_ceiling(settings: Any) -> None:
    settings.SMS_PER_SECOND = 10
    queue(*range(1, 31))
    for worker in (Busy(), Busy()):
        drain_cases(worker, clock=Ticking(), batches=3)
    started = Attempt.objects.values_list("started_at", flat=True)
    seconds = [int(moment.timestamp()) for moment in started]
    assert seconds
    assert max(seconds.count(second) for second in set(seconds)) <= 9
    drain_cases(Busy(), clock=Ticking())
    assert statuses() == {MessageStatus.SENT}


@pytest.mark.django_db
def test_code_finds_room_in_a_second_that_bulk_filled(settings: Any) -> None:
    settings.SMS_PER_SECOND = 10
    queue(*range(1, 31))
    bulk = Busy()
    drain_cases(bulk, batches=1)
    assert len(bulk.sent) == 9
    queue(1, lane=Lane.CODES)
    codes = Busy()
    drain_cases(codes, lane=Lane.CODES, seconds=0.1)
    assert len(codes.sent) == 1
    assert GatewayPace.objects.get().claimed == 10
