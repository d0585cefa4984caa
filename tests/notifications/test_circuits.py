"""A gateway that fails is left alone, and another takes over (docs/adr/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications.circuits import Outcome, is_in_use, note
from notifications.claims import BATCH, settle_lost_claims
from notifications.gateways.base import (
    GatewayClosed,
    GatewayError,
    GatewayReceipt,
)
from notifications.models import (
    Attempt,
    GatewayOutage,
    GatewayPace,
    GatewayPause,
    Message,
)
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
    rest_seconds,
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
    statuses,
)


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
