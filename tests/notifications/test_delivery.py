"""Claim, send, record: every outcome, without a worker process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from notifications import claims
from notifications.claims import claim, settle_lost_claims
from notifications.delivery import Drained, deliver, drain
from notifications.gateways.base import (
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.gateways.phone import PhoneGateway
from notifications.models import Attempt, Message, PhoneMessage
from notifications.outbox import queue_message
from notifications.rules import LOST_AFTER_SECONDS, MAX_TRIES
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)
LATER = NOW + timedelta(seconds=LOST_AFTER_SECONDS + 1)


class Told:
    """A gateway that does what the test says for each message, then accepts."""

    name = "told"

    def __init__(self, answers: Sequence[Exception] = ()) -> None:
        self.sent: list[OutgoingSms] = []
        self._answers = list(answers)

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.sent.append(sms)
        if self._answers:
            raise self._answers.pop(0)
        return GatewayReceipt(gateway_id=f"id-{sms.message_id}")


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def queue(number: int = 1, *, now: datetime = NOW, **changes: Any) -> Message:
    event = f"code:{number}"
    facts: dict[str, Any] = {
        "event": event,
        "to": f"+96650{number:07}",
        "template": "sign_in_code",
        "values": {"code": "048213"},
        "language": "ar",
        "now": now,
    }
    with transaction.atomic():
        queue_message(**(facts | changes))
    return Message.objects.get(event=event)


def drain_codes(gateway: Any, *, now: datetime = NOW) -> Drained:
    return drain(lane=Lane.CODES, gateway=gateway, clock=at(now))


@pytest.mark.django_db
def test_accepted_message_is_sent_with_its_attempt() -> None:
    message = queue()
    assert drain_codes(Told()) == Drained(done=1)
    message.refresh_from_db()
    assert (message.status, message.gateway) == (MessageStatus.SENT, "told")
    assert message.gateway_id == f"id-{message.pk}"
    assert message.sent_at == NOW
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.started_at, attempt.ended_at) == ("sent", NOW, NOW)


@pytest.mark.django_db
def test_gateway_gets_the_code_and_the_table_keeps_none() -> None:
    message = queue()
    gateway = Told()
    drain_codes(gateway)
    assert "048213" in gateway.sent[0].body
    message.refresh_from_db()
    assert "048213" not in message.body
    assert message.body == "حساب المواطن: رمز الدخول ••••••. لا تعطه لأحد."


@pytest.mark.django_db
def test_case_message_keeps_its_text() -> None:
    message = queue(template="objection_submitted", values={"reference": "4026714834"})
    drain(lane=Lane.CASES, gateway=Told(), clock=at(NOW))
    message.refresh_from_db()
    assert "4026714834" in message.body
    assert message.status == MessageStatus.SENT


@pytest.mark.django_db
def test_sms_keeps_number_and_text_out_of_its_repr() -> None:
    assert repr(OutgoingSms(message_id=7, to="+966500000001", body="048213")) == (
        "OutgoingSms(message_id=7)"
    )


@pytest.mark.django_db
def test_refused_for_good_is_tried_once() -> None:
    message = queue()
    gateway = Told([GatewayPermanent("http 400, code 21211")])
    drain_codes(gateway)
    drain_codes(gateway, now=LATER)
    message.refresh_from_db()
    assert len(gateway.sent) == 1
    assert (message.status, message.error) == ("failed", "http 400, code 21211")
    assert message.sent_at is None
    assert "048213" not in message.body


@pytest.mark.django_db
def test_refused_for_now_waits_and_is_sent_later() -> None:
    message = queue()
    gateway = Told([GatewayTemporary("http 503")])
    drain_codes(gateway)
    message.refresh_from_db()
    assert (message.status, message.claimed_at) == ("queued", None)
    assert NOW + timedelta(seconds=10) <= message.not_before <= NOW + timedelta(seconds=13)
    assert "048213" in message.body
    drain_codes(gateway, now=NOW + timedelta(seconds=9))
    assert len(gateway.sent) == 1
    drain_codes(gateway, now=NOW + timedelta(seconds=14))
    message.refresh_from_db()
    assert (message.status, message.error) == ("sent", "")
    assert [a.outcome for a in Attempt.objects.order_by("pk")] == ["queued", "sent"]


@pytest.mark.django_db
def test_tries_are_bounded() -> None:
    message = queue()
    gateway = Told([GatewayTemporary("http 503")] * 20)
    for day in range(20):
        drain_codes(gateway, now=NOW + timedelta(days=day))
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED
    assert len(gateway.sent) == MAX_TRIES


@pytest.mark.django_db
def test_gateway_that_asks_for_a_long_wait_is_left_alone_and_the_order_stays() -> None:
    messages = [queue(number) for number in range(1, 6)]
    gateway = Told([GatewayTemporary("http 429, code 20429", wait_seconds=30, is_its_fault=False)])
    assert drain_codes(gateway) == Drained(done=1)
    assert len(gateway.sent) == 1
    assert set(Message.objects.values_list("status", flat=True)) == {"queued"}
    drain_codes(gateway)
    drain_codes(gateway, now=NOW + timedelta(minutes=1))
    ids = [message.pk for message in messages]
    assert [sms.message_id for sms in gateway.sent] == [ids[0], *ids[1:], ids[0]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refusal",
    [
        GatewayTemporary("http 503"),
        GatewayTemporary("http 429, code 20429", is_its_fault=False),
    ],
    ids=["out-of-order", "asks-to-slow-down"],
)
def test_drain_goes_on_after_a_gateway_that_refused_one(refusal: GatewayTemporary) -> None:
    messages = [queue(number) for number in range(1, 6)]
    gateway = Told([refusal])
    assert drain_codes(gateway) == Drained(done=5)
    assert [sms.message_id for sms in gateway.sent] == [message.pk for message in messages]
    assert Message.objects.get(status=MessageStatus.QUEUED) == messages[0]


@pytest.mark.django_db
def test_gateway_that_only_asks_to_slow_down_is_asked_ever_less_and_then_left_to_the_sweep() -> (
    None
):
    for number in range(1, 31):
        queue(number)
    gateway = Told([GatewayTemporary("http 429, code 20429", is_its_fault=False)] * 30)
    assert not drain_codes(gateway).has_more
    # After rests of a quarter, a half, one and two seconds the next would be too long.
    assert len(gateway.sent) == 5
    assert set(Message.objects.values_list("status", flat=True)) == {"queued"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "told"),
    [(OutcomeUnknown("connection cut"), "connection cut"), (KeyError("boom"), "KeyError")],
    ids=["doubt", "bug-in-the-gateway"],
)
def test_unknown_outcome_is_never_sent_again(error: Exception, told: str) -> None:
    message = queue()
    gateway = Told([error])
    drain_codes(gateway)
    drain_codes(gateway, now=LATER)
    settle_lost_claims(now=LATER)
    drain_codes(gateway, now=LATER)
    message.refresh_from_db()
    assert (message.status, message.error) == ("unknown", told)
    assert len(gateway.sent) == 1
    assert Attempt.objects.get().outcome == "unknown"


@pytest.mark.django_db
def test_expired_code_is_not_sent() -> None:
    message = queue(expires_at=NOW + timedelta(minutes=5))
    gateway = Told()
    drain_codes(gateway, now=NOW + timedelta(minutes=5))
    message.refresh_from_db()
    assert message.status == MessageStatus.EXPIRED
    assert "048213" not in message.body
    assert gateway.sent == []


@pytest.mark.django_db
def test_code_that_expires_between_claim_and_send_is_not_sent() -> None:
    queue(expires_at=NOW + timedelta(minutes=5))
    [message] = claim(lane=Lane.CODES, now=NOW, gateway_name="told")
    gateway = Told()
    assert deliver(message, gateway=gateway, clock=at(NOW + timedelta(minutes=6)))
    message.refresh_from_db()
    assert message.status == MessageStatus.EXPIRED
    assert gateway.sent == []


@pytest.mark.django_db
def test_expired_codes_do_not_hide_the_good_one_behind_them() -> None:
    for number in range(1, claims.BATCH + 2):
        queue(number, expires_at=NOW + timedelta(seconds=1))
    good = queue(99, now=NOW + timedelta(seconds=2))
    gateway = Told()
    drain_codes(gateway, now=NOW + timedelta(seconds=3))
    assert [sms.message_id for sms in gateway.sent] == [good.pk]


@pytest.mark.django_db
def test_lanes_are_drained_apart() -> None:
    code = queue(1)
    case = queue(2, template="ticket_received", values={"reference": "7026714831"})
    drain_codes(Told())
    assert Message.objects.get(pk=code.pk).status == "sent"
    assert Message.objects.get(pk=case.pk).status == "queued"


@pytest.mark.django_db
def test_announcements_stop_at_nine_in_the_evening() -> None:
    message = queue(template="results_announced", values={"cycle": "نوفمبر 2026"})
    gateway = Told()
    drain(lane=Lane.ANNOUNCEMENTS, gateway=gateway, clock=at(NOW.replace(hour=21)))
    assert gateway.sent == []
    drain(lane=Lane.ANNOUNCEMENTS, gateway=gateway, clock=at(NOW.replace(hour=20)))
    assert [sms.message_id for sms in gateway.sent] == [message.pk]


@pytest.mark.django_db
def test_drain_ends_after_its_batches_and_says_so() -> None:
    for number in range(1, 2 * claims.BATCH + 2):
        queue(number)
    gateway = Told()
    full = drain(lane=Lane.CODES, gateway=gateway, clock=at(NOW), batches=2)
    assert full == Drained(done=2 * claims.BATCH, has_more=True)
    assert drain_codes(gateway) == Drained(done=1)
    sent = [sms.message_id for sms in gateway.sent]
    assert sent == sorted(sent)


@pytest.mark.django_db
def test_suppressed_and_held_are_never_claimed() -> None:
    queue(1, to="")
    Message.objects.filter(pk=queue(2).pk).update(status=MessageStatus.HELD)
    gateway = Told()
    assert drain_codes(gateway) == Drained(done=0)
    assert gateway.sent == []


@pytest.mark.django_db
def test_worker_lost_mid_send_leaves_unknown() -> None:
    message = queue()
    [claimed] = claim(lane=Lane.CODES, now=NOW, gateway_name="told")
    Attempt.objects.create(message=claimed, gateway="told", started_at=NOW)
    settled = settle_lost_claims(now=LATER)
    assert (settled.unknown, settled.requeued) == (1, 0)
    message.refresh_from_db()
    assert (message.status, message.error) == ("unknown", "worker lost")
    assert "048213" not in message.body


@pytest.mark.django_db
def test_worker_lost_before_sending_gives_the_message_back() -> None:
    message = queue()
    claim(lane=Lane.CODES, now=NOW, gateway_name="told")
    assert settle_lost_claims(now=NOW + timedelta(seconds=LOST_AFTER_SECONDS)).requeued == 0
    assert settle_lost_claims(now=LATER).requeued == 1
    gateway = Told()
    drain_codes(gateway, now=LATER)
    assert [sms.message_id for sms in gateway.sent] == [message.pk]


@pytest.mark.django_db
def test_slow_worker_does_not_send_what_was_taken_back() -> None:
    queue()
    [slow] = claim(lane=Lane.CODES, now=NOW, gateway_name="told")
    settle_lost_claims(now=LATER)
    other, slow_gateway = Told(), Told()
    drain_codes(other, now=LATER)
    assert deliver(slow, gateway=slow_gateway, clock=at(LATER))
    assert (len(other.sent), len(slow_gateway.sent)) == (1, 0)


@pytest.mark.django_db
def test_slow_worker_still_records_what_it_saw() -> None:
    message = queue()

    class Slow(Told):
        def send(self, sms: OutgoingSms) -> GatewayReceipt:
            assert settle_lost_claims(now=LATER).unknown == 1
            return super().send(sms)

    drain_codes(Slow())
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.SENT, "")
    assert Attempt.objects.get().outcome == "sent"


@pytest.mark.django_db(transaction=True)
def test_gateway_is_called_with_no_transaction_open() -> None:
    queue()
    seen = []

    class Watching(Told):
        def send(self, sms: OutgoingSms) -> GatewayReceipt:
            seen.append(connection.in_atomic_block)
            return super().send(sms)

    drain_codes(Watching())
    assert seen == [False]


@pytest.mark.django_db
def test_log_holds_neither_number_nor_text(caplog: pytest.LogCaptureFixture) -> None:
    queue()
    drain_codes(Told([KeyError("boom")]))
    assert caplog.records
    assert "500000001" not in caplog.text
    assert "048213" not in caplog.text


@pytest.mark.django_db
def test_phone_gets_a_message_once_however_often_it_is_handed_over() -> None:
    message = queue()
    sms = OutgoingSms(message_id=message.pk, to=message.recipient, body=message.body)
    first, second = PhoneGateway().send(sms), PhoneGateway().send(sms)
    assert first == second
    assert PhoneMessage.objects.get().body == message.body
