"""A gateway that fails is left alone, probed by one message, and used again (docs/adr/0014)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.campaigns import pause_campaign, start_campaign
from notifications.circuits import Leave, Outcome, is_in_use, leave_of, note
from notifications.claims import BATCH, settle_lost_claims
from notifications.crew import Crew
from notifications.delivery import Drained, drain
from notifications.gateways.base import (
    GatewayClosed,
    GatewayError,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.health import gateways_health, waiting_messages
from notifications.models import (
    Attempt,
    GatewayCircuit,
    GatewayOutage,
    GatewayPace,
    GatewayPause,
    Message,
)
from notifications.outbox import queue_message
from notifications.receipts import take_report
from notifications.reconciling import Reconciled, reconcile
from notifications.rules import (
    BUSY_WITHIN_SECONDS,
    FAILURES_TO_OPEN,
    FAILURES_WITHIN_SECONDS,
    FIRST_REST_SECONDS,
    LEAST_SERIES_SECONDS,
    LONGEST_REST_SECONDS,
    MAX_TRIES,
    PROBE_CODES_LATER_SECONDS,
    PROBE_LEASE_SECONDS,
    rest_seconds,
)
from notifications.statuses import GatewayState, Lane, MessageStatus
from saudi.gregorian import RIYADH
from tests.notifications.test_campaigns import people, prepare
from tests.personas import staff

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)
OUT_OF_ORDER = GatewayTemporary("http 503")
TOO_FAST = GatewayTemporary("http 429, code 20429", is_its_fault=False)
UNKNOWN = OutcomeUnknown("ReadTimeoutError")
WRONG_NUMBER = GatewayPermanent("http 400, code 21211")
CAP = GatewayClosed("http 429, code 63038", rest_seconds=None)


class Told:
    """A gateway that does the same with each message until it is told otherwise."""

    most_at_once = 1

    def __init__(self, name: str, answer: GatewayError | None = None) -> None:
        self.name = name
        self.answer = answer
        self.sent: list[int] = []

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.sent.append(sms.message_id)
        if self.answer is not None:
            raise self.answer
        return GatewayReceipt(gateway_id=f"{self.name}-{sms.message_id}")

    def find(self, **_: Any) -> list[Any]:
        return []


class Line:
    """Two gateways, a clock that the test moves, and drains between them."""

    def __init__(self) -> None:
        self.now = NOW
        self.first, self.second = Told("first"), Told("second")

    def queue(self, *numbers: int, lane: Lane = Lane.CASES, **changes: Any) -> list[int]:
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
                    now=self.now,
                    **changes,
                )
        events = [f"{lane.value}:{number}" for number in numbers]
        return list(Message.objects.filter(event__in=events).values_list("pk", flat=True))

    def drain(self, lane: Lane = Lane.CASES, *, alone: bool = False, **more: Any) -> Drained:
        facts = {
            "lane": lane,
            "gateway": self.first,
            "others": () if alone else (self.second,),
            "clock": lambda: self.now,
        }
        return drain(**facts | more)  # type: ignore[arg-type]

    def open(self) -> None:
        """Have the first gateway fail until it is left alone."""
        failures = [Outcome(OUT_OF_ORDER)] * (FAILURES_TO_OPEN - 1)
        note("first", failures, now=self.now - timedelta(seconds=LEAST_SERIES_SECONDS))
        note("first", [Outcome(OUT_OF_ORDER)], now=self.now)

    def rest(self, seconds: float = 0) -> None:
        """Let the first gateway's rest pass, and so many seconds more."""
        until = GatewayCircuit.objects.get(gateway="first").rest_until
        assert until is not None
        self.now = until + timedelta(seconds=seconds)


def no() -> bool:
    return False


@pytest.fixture
def line(settings: Any, db: None) -> Line:
    settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY = "first", "second"
    settings.SMS_PER_SECOND = settings.SMS_SECOND_PER_SECOND = 0
    return Line()


def statuses() -> set[str]:
    return set(Message.objects.values_list("status", flat=True))


def told(answers: Sequence[GatewayError | None], *, now: datetime = NOW) -> None:
    outcomes = [Outcome(answer or GatewayReceipt("id")) for answer in answers]
    note("first", outcomes, now=now)


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        pytest.param([OUT_OF_ORDER] * 3, True, id="out-of-order"),
        pytest.param([UNKNOWN] * 3, True, id="unknown-outcomes"),
        pytest.param([OUT_OF_ORDER, UNKNOWN, OUT_OF_ORDER], True, id="both"),
        pytest.param([OUT_OF_ORDER] * 2, False, id="too-few"),
        pytest.param([OUT_OF_ORDER, OUT_OF_ORDER, None, OUT_OF_ORDER], False, id="success-between"),
        pytest.param(
            [OUT_OF_ORDER] * 2 + [WRONG_NUMBER, OUT_OF_ORDER], False, id="refusal-between"
        ),
        pytest.param([WRONG_NUMBER] * 9, False, id="refused-for-good"),
        pytest.param([TOO_FAST] * 9, False, id="asked-to-slow-down"),
        pytest.param([CAP] * 9, False, id="rests-by-its-own-word"),
        pytest.param([None] * 9 + [UNKNOWN] * 3, True, id="after-much-success"),
        pytest.param([OUT_OF_ORDER] * 3 + [None] * 9, True, id="late-successes-close-nothing"),
    ],
)
@pytest.mark.django_db
def test_what_counts_against_a_gateway(
    answers: list[GatewayError | None], *, is_open: bool
) -> None:
    for second, answer in enumerate(answers):
        told([answer], now=NOW + timedelta(seconds=second))
    assert is_in_use("first", now=NOW) is not is_open
    assert GatewayOutage.objects.count() == int(is_open)


@pytest.mark.django_db
def test_failures_in_a_row_by_chance_among_many_successes_open_nothing() -> None:
    told([None] * 100)
    told([OUT_OF_ORDER] * 5)
    assert is_in_use("first", now=NOW)
    later = NOW + timedelta(seconds=LEAST_SERIES_SECONDS)
    told([None, *[OUT_OF_ORDER] * 5], now=later)
    assert is_in_use("first", now=later)
    told([OUT_OF_ORDER], now=later + timedelta(seconds=LEAST_SERIES_SECONDS))
    assert not is_in_use("first", now=later)


@pytest.mark.django_db
def test_three_messages_at_night_may_be_all_there_are() -> None:
    told([None])
    night = NOW + timedelta(seconds=BUSY_WITHIN_SECONDS)
    told([OUT_OF_ORDER] * FAILURES_TO_OPEN, now=night)
    assert not is_in_use("first", now=night)


@pytest.mark.django_db
def test_failures_far_apart_open_nothing() -> None:
    later = NOW
    for _ in range(9):
        told([OUT_OF_ORDER] * (FAILURES_TO_OPEN - 1), now=later)
        later += timedelta(seconds=FAILURES_WITHIN_SECONDS + 1)
    assert is_in_use("first", now=later)


@pytest.mark.parametrize(
    ("rests", "seconds"), [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (7, 300), (10_000, 300)]
)
def test_rest_doubles_up_to_a_cap(rests: int, seconds: int) -> None:
    assert rest_seconds(rests) == seconds
    assert FIRST_REST_SECONDS <= rest_seconds(rests) <= LONGEST_REST_SECONDS


def test_usual_success_writes_nothing(line: Line, django_assert_num_queries: Any) -> None:
    told([None])
    with django_assert_num_queries(1):
        told([None] * 50)


def test_second_takes_over_in_the_same_drain_and_loses_none(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    ids = line.queue(*range(1, 9))
    line.first.answer = OUT_OF_ORDER
    for _ in range(FAILURES_TO_OPEN):
        line.drain()
    assert len(line.first.sent) == FAILURES_TO_OPEN
    assert sorted(line.second.sent) == ids
    assert statuses() == {MessageStatus.SENT}
    assert set(Message.objects.values_list("gateway", flat=True)) == {"second"}
    assert caplog.text.count("sms alarm: first failed 3 times") == 1
    outage = GatewayOutage.objects.get()
    assert (outage.gateway, outage.reason, outage.failures) == ("first", "http 503", 3)
    assert (outage.opened_at, outage.closed_at) == (NOW, None)


def test_one_message_alone_is_not_left_to_its_long_waits(line: Line) -> None:
    """Of one message at night the second gateway takes the fourth try, long before its time."""
    [code] = line.queue(1, lane=Lane.CODES, expires_at=NOW + timedelta(minutes=5))
    line.first.answer = OUT_OF_ORDER
    while not line.second.sent:
        line.drain(Lane.CODES)
        line.now += timedelta(seconds=10)
    assert line.second.sent == [code]
    assert line.now - NOW <= timedelta(seconds=90)


def test_unknown_outcomes_stay_with_their_gateway(line: Line) -> None:
    ids = line.queue(*range(1, 9))
    line.first.answer = UNKNOWN
    line.drain()
    assert len(line.first.sent) == FAILURES_TO_OPEN
    assert not set(line.first.sent) & set(line.second.sent)
    assert sorted(line.first.sent + line.second.sent) == ids
    for _ in range(3):
        line.now += timedelta(minutes=5)
        settle_lost_claims(now=line.now)
        line.drain()
    unknown = Message.objects.filter(status=MessageStatus.UNKNOWN)
    assert set(unknown.values_list("pk", "gateway")) == {(pk, "first") for pk in line.first.sent}
    assert not set(line.first.sent) & set(line.second.sent)


def test_what_a_failing_gateway_does_not_list_is_not_taken_for_lost(line: Line) -> None:
    line.queue(*range(1, 5))
    line.first.answer = UNKNOWN
    line.drain()
    hour = line.now + timedelta(hours=1)
    assert reconcile(gateway=line.first, now=hour) == Reconciled(waiting=3)  # type: ignore[arg-type]
    assert reconcile(gateway=line.second, now=hour) == Reconciled()  # type: ignore[arg-type]


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


def test_late_codes_expire_while_no_gateway_is_in_use(line: Line) -> None:
    line.open()
    sent = len(line.first.sent)
    late = line.queue(*range(1, BATCH + 2), lane=Lane.CODES, expires_at=line.now)
    [early] = line.queue(BATCH + 2, lane=Lane.CODES, expires_at=line.now + timedelta(minutes=5))
    line.drain(Lane.CODES, alone=True)
    ended = Message.objects.filter(pk__in=late).values_list("status", flat=True).distinct()
    assert list(ended) == [MessageStatus.EXPIRED]
    assert Message.objects.get(pk=early).status == MessageStatus.QUEUED
    assert len(line.first.sent) == sent


def test_tries_of_an_outage_do_not_count_after_it(line: Line) -> None:
    [case] = line.queue(1)
    line.first.answer = OUT_OF_ORDER
    line.open()
    for _ in range(MAX_TRIES + 3):
        line.drain(alone=True)
        line.now += timedelta(seconds=LONGEST_REST_SECONDS)
    assert Attempt.objects.count() > MAX_TRIES
    line.first.answer = None
    line.queue(2)
    Message.objects.filter(pk=case).update(not_before=line.now + timedelta(minutes=1))
    line.drain(alone=True)
    assert is_in_use("first", now=line.now)
    line.now += timedelta(minutes=2)
    line.first.answer = OUT_OF_ORDER
    line.drain(alone=True)
    assert Message.objects.get(pk=case).status == MessageStatus.QUEUED


@pytest.mark.parametrize("answer", [CAP, GatewayClosed("http 401", rest_seconds=300)])
def test_second_takes_over_while_the_first_rests_by_its_own_word(
    line: Line, answer: GatewayClosed
) -> None:
    ids = line.queue(*range(1, 6))
    line.first.answer = answer
    line.drain()
    assert line.first.sent == ids[:1]
    assert sorted(line.second.sent) == ids
    line.first.answer = None
    late = line.queue(6)
    line.drain()
    assert line.second.sent[-1:] == late
    line.now = GatewayPause.objects.get().until
    line.queue(7)
    line.drain()
    assert len(line.first.sent) == 2


def test_slowing_down_is_no_reason_to_change(line: Line) -> None:
    line.queue(*range(1, 6))
    line.first.answer = TOO_FAST
    for _ in range(6):
        line.drain()
    assert line.second.sent == []


def test_each_gateway_has_its_own_ceiling(line: Line, settings: Any) -> None:
    settings.SMS_PER_SECOND, settings.SMS_SECOND_PER_SECOND = 100, 10
    line.open()
    line.queue(*range(1, 31))
    line.drain(seconds=0.2)
    assert len(line.second.sent) == 9
    assert GatewayPace.objects.get(gateway="second").claimed == 9
    line.queue(*range(31, 40))
    line.rest()
    line.drain(seconds=0.2)
    line.drain(seconds=0.2)
    assert GatewayPace.objects.get(gateway="first").claimed > 9


def test_message_that_changed_its_gateway_is_still_known_to_both(line: Line) -> None:
    [pk] = line.queue(1)
    line.drain()
    facts: dict[str, Any] = {"gateway": "first", "gateway_id": f"first-{pk}", "now": line.now}
    take_report(
        reported="undelivered",
        status=MessageStatus.FAILED,
        is_worth_a_later_try=True,
        error="30003",
        **facts,
    )
    assert Message.objects.get().status == MessageStatus.QUEUED
    line.open()
    line.now += timedelta(hours=5)
    line.first.answer = OUT_OF_ORDER
    line.drain()
    assert (Message.objects.get().gateway, Message.objects.get().status) == ("second", "sent")
    take_report(reported="failed", status=MessageStatus.FAILED, **facts)
    assert Message.objects.get().status == MessageStatus.SENT, "an older try's failure is no news"
    take_report(reported="delivered", status=MessageStatus.DELIVERED, **facts)
    assert Message.objects.get().status == MessageStatus.DELIVERED


def test_what_waits_for_a_handset_is_not_hurried_by_an_outage(line: Line) -> None:
    [waits, refused] = line.queue(1, 2)
    soon = {"status": MessageStatus.QUEUED, "gateway": "first"}
    at = NOW + timedelta(minutes=3)
    Message.objects.filter(pk=waits).update(not_before=at, error="code 30003", **soon)
    Message.objects.filter(pk=refused).update(not_before=at, error="http 503", **soon)
    note("first", [Outcome(OUT_OF_ORDER)] * 3, now=NOW)
    assert Message.objects.get(pk=waits).not_before == at
    assert Message.objects.get(pk=refused).not_before == NOW


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


def test_health_tells_state_failures_last_success_and_queue(line: Line) -> None:
    first, second = gateways_health(now=line.now)
    assert (first.gateway, first.is_first, first.state) == ("first", True, GatewayState.IN_USE)
    assert (second.gateway, second.is_first, second.last_success_at) == ("second", False, None)
    line.queue(1)
    line.drain()
    line.open()
    line.queue(2, 3)
    first, second = gateways_health(now=line.now)
    assert (first.state, first.since, first.failures) == (GatewayState.FAILING, NOW, 3)
    assert (first.reason, first.last_success_at) == ("http 503", NOW)
    assert first.until == NOW + timedelta(seconds=FIRST_REST_SECONDS)
    assert [outage.closed_at for outage in first.outages] == [None]
    waiting = {one.lane: (one.waiting, one.oldest) for one in waiting_messages(now=line.now)}
    assert waiting[Lane.CASES] == (2, NOW)
    assert waiting[Lane.CODES] == (0, None)
    line.rest()
    leave_of("first", lane=Lane.CASES, has_other=no, now=line.now)
    assert gateways_health(now=line.now)[0].state == GatewayState.PROBED
    GatewayPause.objects.create(
        gateway="second", until=line.now + timedelta(hours=1), reason="http 401"
    )
    line.first.answer = UNKNOWN
    second = gateways_health(now=line.now)[1]
    assert (second.state, second.reason) == (GatewayState.RESTING, "http 401")


def waiting_of(lane: Lane, *, now: datetime) -> tuple[int, datetime | None]:
    [found] = [one for one in waiting_messages(now=now) if one.lane == lane]
    return found.waiting, found.oldest


def test_what_waits_in_a_campaign_counts_from_its_start_while_it_is_under_way(line: Line) -> None:
    campaign = prepare(people(3), now=NOW - timedelta(days=2))
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (0, None)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (3, NOW)
    pause_campaign(campaign=campaign, by=staff("supervisor"), now=NOW)
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (0, None)


def test_what_a_campaign_tries_again_is_hurried_too(line: Line) -> None:
    campaign = prepare(people(2), now=NOW)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    later = NOW + timedelta(minutes=5)
    first, second = Message.objects.order_by("id")
    Message.objects.filter(pk=first.pk).update(
        status=MessageStatus.QUEUED, gateway="first", error="http 503", not_before=later
    )
    Message.objects.filter(pk=second.pk).update(
        status=MessageStatus.QUEUED, gateway="first", error="code 30003", not_before=later
    )
    line.open()
    due = dict(Message.objects.values_list("pk", "not_before"))
    assert due == {first.pk: NOW, second.pk: later}


def plans_of(captured: CaptureQueriesContext) -> list[str]:
    """Give the plan of each statement that reads messages, in its order where an index has it."""
    plans = []
    for query in captured.captured_queries:
        sql = query["sql"]
        if "notifications_message" not in sql or not sql.startswith(("SELECT", "UPDATE", "WITH")):
            continue
        with connection.cursor() as cursor:
            for costly in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
                cursor.execute(f"SET LOCAL {costly} = off")
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def test_neither_the_page_nor_an_opening_circuit_reads_all_that_is_queued(line: Line) -> None:
    campaign = prepare(people(500), now=NOW - timedelta(hours=1))
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_message")
    with CaptureQueriesContext(connection) as captured:
        waiting_messages(now=NOW)
        line.open()
    plans = plans_of(captured)
    assert len(plans) >= len(Lane)
    for plan in plans:
        assert "message_due" in plan, plan
        assert "Sort" not in plan, plan
