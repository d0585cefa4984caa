"""`reconcile_sms`: the gateway is asked about messages whose outcome is unknown."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from notifications.dead_letters import retry_message
from notifications.delivery import drain
from notifications.gateways import chosen_gateway
from notifications.models import Attempt, DoubtfulNumber, Message
from notifications.outbox import queue_message
from notifications.receipts import take_report
from notifications.reconciling import (
    MISSING_AFTER,
    OLDEST,
    QUIET_SECONDS,
    RECEIPT_WITHIN,
    Receipts,
    Reconciled,
    ask_for_receipts,
    give_up_asking,
    reconcile,
)
from notifications.statuses import Lane, MessageStatus
from notifications.tasks import ask_gateways
from saudi.gregorian import RIYADH
from tests.notifications.sms_provider import (
    ACCOUNT,
    TOKEN,
    AcceptAndCut,
    CutUnread,
    Provider,
    Refuse,
    running_provider,
)
from tests.personas import staff

pytestmark = pytest.mark.django_db

TEN_MINUTES = MISSING_AFTER + timedelta(seconds=1)
LATER = timedelta(seconds=QUIET_SECONDS + 1)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running_provider() as running:
        settings.DEMO = False
        settings.SMS_GATEWAY = "twilio"
        settings.TWILIO_ACCOUNT_SID = ACCOUNT
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.TWILIO_MESSAGING_SERVICE_SID = ""
        settings.TWILIO_API_BASE_URL = running.url
        yield running


def queue(number: int = 1, *, lane: Lane = Lane.CASES, reference: str = "4000000006") -> Message:
    template, values = {
        Lane.CASES: ("objection_taken", {"reference": reference}),
        Lane.CODES: ("sign_in_code", {"code": "048213"}),
    }[lane]
    with transaction.atomic():
        queue_message(
            event=f"{lane.value}:{number}",
            to="+966500000001",
            template=template,
            values=values,
            language="ar",
            now=timezone.now(),
        )
    return Message.objects.get(event=f"{lane.value}:{number}")


def send(provider: Provider, *behaviours: Any, lane: Lane = Lane.CASES) -> None:
    provider.next_answers.extend(behaviours)
    drain(lane=lane, gateway=chosen_gateway())


def ask(now: datetime | None = None) -> Reconciled:
    return reconcile(gateway=chosen_gateway(), now=now or timezone.now() + LATER)


@pytest.mark.parametrize("lane", [Lane.CASES, Lane.CODES])
def test_message_whose_answer_was_lost_is_found_and_settled(provider: Provider, lane: Lane) -> None:
    message = queue(lane=lane)
    send(provider, AcceptAndCut(), lane=lane)
    [sid] = provider.messages
    assert ask() == Reconciled(settled=1)
    message.refresh_from_db()
    assert (message.status, message.gateway_id, message.error) == (MessageStatus.SENT, sid, "")
    assert (Attempt.objects.get().outcome, Attempt.objects.get().gateway_id) == ("sent", sid)
    assert "048213" not in message.body
    assert ask() == Reconciled()
    assert len(provider.accepted) == 1


def test_report_that_came_before_anybody_knew_the_id_is_applied(provider: Provider) -> None:
    message = queue()
    send(provider, AcceptAndCut())
    [sid] = provider.messages
    take_report(
        gateway="twilio",
        gateway_id=sid,
        reported="delivered",
        status=MessageStatus.DELIVERED,
        now=timezone.now(),
    )
    ask()
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED


def test_what_the_gateway_says_of_it_is_taken_too(provider: Provider) -> None:
    message = queue()
    send(provider, AcceptAndCut())
    [made] = provider.messages.values()
    made.status, made.error_code = "undelivered", 30005
    ask()
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30005")


def test_message_that_is_not_listed_yet_waits(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    assert ask() == Reconciled(waiting=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNKNOWN
    assert provider.accepted == []


def test_message_that_never_arrived_is_sent_again_once(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(sent_again=1)
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.QUEUED, "not at the gateway")
    assert Attempt.objects.get().outcome == MessageStatus.UNKNOWN
    drain(lane=Lane.CASES, gateway=chosen_gateway(), clock=lambda: timezone.now() + TEN_MINUTES)
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert len(provider.accepted) == 1


def test_message_that_is_lost_twice_has_failed(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    ask(timezone.now() + TEN_MINUTES)
    provider.next_answers.append(CutUnread())
    drain(lane=Lane.CASES, gateway=chosen_gateway(), clock=lambda: timezone.now() + TEN_MINUTES)
    assert ask(timezone.now() + 3 * TEN_MINUTES) == Reconciled(given_up=1)
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "not at the gateway, twice")
    assert ask(timezone.now() + 4 * TEN_MINUTES) == Reconciled()
    assert provider.accepted == []


def test_what_a_person_sends_again_may_be_lost_once_more(provider: Provider) -> None:
    message = queue()
    for lost in range(2):
        provider.next_answers.append(CutUnread())
        at = timezone.now() + lost * TEN_MINUTES
        drain(lane=Lane.CASES, gateway=chosen_gateway(), clock=lambda at=at: at)
        ask(at + TEN_MINUTES)
    message.refresh_from_db()
    assert message.error == "not at the gateway, twice"
    now = timezone.now() + 3 * TEN_MINUTES
    retry_message(message=message, by=staff(), now=now)
    provider.next_answers.append(CutUnread())
    drain(lane=Lane.CASES, gateway=chosen_gateway(), clock=lambda: now)
    assert ask(now + TEN_MINUTES) == Reconciled(sent_again=1)


@pytest.mark.parametrize("code", [20404, None])
def test_a_question_that_is_refused_for_good_holds_up_no_other(
    provider: Provider, code: int | None
) -> None:
    queue(1)
    queue(2)
    send(provider, AcceptAndCut(), AcceptAndCut())
    provider.next_lookups.append(Refuse(400, code))
    assert ask() == Reconciled(settled=1, waiting=1)
    Message.objects.update(status=MessageStatus.SENT, sent_at=timezone.now())
    Message.objects.filter(gateway_id="").update(gateway_id="SM" + "0" * 32)
    provider.next_lookups.append(Refuse(400, code))
    assert ask_receipts() == Receipts(unconfirmed=2)


def test_what_nobody_could_tell_of_for_days_is_unconfirmed(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    Message.objects.update(gateway="a gateway of before"[:12])
    now = timezone.now()
    assert give_up_asking(now=now + OLDEST - timedelta(minutes=1)) == 0
    assert give_up_asking(now=now + OLDEST + timedelta(minutes=1)) == 1
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCONFIRMED


def test_a_code_of_which_nobody_could_tell_is_over(provider: Provider) -> None:
    message = queue(lane=Lane.CODES)
    send(provider, CutUnread(), lane=Lane.CODES)
    give_up_asking(now=timezone.now() + OLDEST + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCONFIRMED
    assert "048213" not in message.body


def test_id_that_a_slow_worker_recorded_at_its_try_alone_settles_the_message(
    provider: Provider,
) -> None:
    message = queue()
    send(provider)
    [sid] = provider.messages
    Message.objects.update(status=MessageStatus.UNKNOWN, gateway_id="")
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(settled=1)
    message.refresh_from_db()
    assert (message.status, message.gateway_id) == (MessageStatus.SENT, sid)
    assert len(provider.accepted) == 1


def test_a_code_is_never_sent_again(provider: Provider) -> None:
    message = queue(lane=Lane.CODES)
    send(provider, CutUnread(), lane=Lane.CODES)
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(given_up=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.EXPIRED
    assert "048213" not in message.body


def test_what_is_worthless_by_then_is_not_sent_again(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    Message.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(given_up=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.EXPIRED


def test_a_reminder_is_sent_again_within_its_hours(provider: Provider) -> None:
    queue()
    send(provider, CutUnread())
    late = datetime(2026, 11, 25, 23, 0, tzinfo=RIYADH)
    before = late - TEN_MINUTES
    Message.objects.update(lane=Lane.REMINDERS, queued_at=before, not_before=before)
    Attempt.objects.update(started_at=before)
    assert ask(late) == Reconciled(sent_again=1)
    morning = datetime(2026, 11, 26, 9, 0, tzinfo=RIYADH)
    assert Message.objects.get().not_before == morning


def test_another_text_another_time_and_a_known_id_do_not_fit(provider: Provider) -> None:
    queue(1, reference="4000000014")
    queue(2)
    send(provider, None, CutUnread())
    # The first was accepted and is known; the second never arrived.
    assert ask() == Reconciled(waiting=1)
    Message.objects.filter(event="cases:1").update(body="x", gateway_id="")
    Attempt.objects.filter(message__event="cases:1").update(gateway_id="")
    # Now the first's is nobody's, but has another text.
    assert ask() == Reconciled(waiting=1)
    [made] = provider.messages.values()
    made.form["Body"] = Message.objects.get(event="cases:2").body
    made.created_at -= timedelta(minutes=2)
    assert ask() == Reconciled(waiting=1)


def test_of_two_alike_as_many_are_settled_as_the_gateway_has(provider: Provider) -> None:
    queue(1)
    queue(2)
    send(provider, AcceptAndCut(), CutUnread())
    assert ask() == Reconciled(settled=1, waiting=1)
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(sent_again=1)
    assert sorted(Message.objects.values_list("status", flat=True)) == ["queued", "sent"]


def test_two_alike_that_both_arrived_take_one_each(provider: Provider) -> None:
    queue(1)
    queue(2)
    send(provider, AcceptAndCut(), AcceptAndCut())
    assert ask() == Reconciled(settled=2)
    assert set(Message.objects.values_list("gateway_id", flat=True)) == set(provider.messages)


def test_one_alike_that_is_still_on_its_way_is_waited_for(provider: Provider) -> None:
    queue(1)
    queue(2)
    send(provider, AcceptAndCut(), AcceptAndCut())
    Message.objects.filter(event="cases:2").update(status=MessageStatus.SENDING)
    assert ask(timezone.now() + TEN_MINUTES) == Reconciled(waiting=1)


def test_a_try_that_has_just_ended_is_not_asked_about(provider: Provider) -> None:
    queue()
    send(provider, AcceptAndCut())
    requests = len(provider.requests)
    assert ask(timezone.now()) == Reconciled()
    assert len(provider.requests) == requests


def test_command_says_what_it_settled_and_that_nobody_answers(provider: Provider) -> None:
    queue(1)
    send(provider, AcceptAndCut())
    Attempt.objects.update(started_at=timezone.now() - LATER)
    for made in provider.messages.values():
        made.created_at -= LATER
    said = io.StringIO()
    call_command("reconcile_sms", stdout=said)
    assert "settled 1, sent again 0, given up 0, asked again later 0" in said.getvalue()
    provider.plan = type(provider.plan)(token="another")
    queue(2)
    send(provider, CutUnread())
    Message.objects.filter(event="cases:2").update(status=MessageStatus.UNKNOWN)
    Attempt.objects.filter(message__event="cases:2").update(started_at=timezone.now() - LATER)
    with pytest.raises(CommandError, match="does not answer: http 401, code 20003") as refused:
        call_command("reconcile_sms", stdout=said)
    assert "500000001" not in f"{said.getvalue()}{refused.value}"


def test_the_phone_is_asked_like_any_gateway(settings: Any) -> None:
    settings.SMS_GATEWAY = "phone"
    message = queue()
    drain(lane=Lane.CASES, gateway=chosen_gateway())
    Message.objects.update(status=MessageStatus.UNKNOWN, gateway_id="")
    Attempt.objects.update(outcome=MessageStatus.UNKNOWN, gateway_id="")
    assert ask() == Reconciled(settled=1)
    message.refresh_from_db()
    assert message.gateway_id.startswith("phone-")


A_DAY = RECEIPT_WITHIN + timedelta(minutes=1)


def ask_receipts(now: datetime | None = None) -> Receipts:
    return ask_for_receipts(gateway=chosen_gateway(), now=now or timezone.now() + A_DAY)


def test_without_a_receipt_the_gateway_is_asked_after_a_day(provider: Provider) -> None:
    message = queue()
    send(provider)
    assert ask_receipts(timezone.now() + timedelta(hours=23)) == Receipts()
    [made] = provider.messages.values()
    made.status = "delivered"
    assert ask_receipts() == Receipts(reported=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED
    assert ask_receipts() == Receipts()


@pytest.mark.parametrize("is_known", [True, False])
def test_what_the_gateway_cannot_confirm_is_never_called_delivered(
    provider: Provider, is_known: bool
) -> None:
    message = queue()
    send(provider)
    [sid] = provider.messages
    provider.messages[sid].status = "sent"
    if not is_known:
        provider.messages.clear()
    assert ask_receipts() == Receipts(unconfirmed=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCONFIRMED
    assert ask_receipts() == Receipts()
    take_report(
        gateway="twilio",
        gateway_id=sid,
        reported="delivered",
        status=MessageStatus.DELIVERED,
        now=timezone.now() + A_DAY,
    )
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED


def test_a_failure_that_nobody_reported_is_learnt_with_its_number(provider: Provider) -> None:
    message = queue()
    send(provider)
    [made] = provider.messages.values()
    made.status, made.error_code = "undelivered", 30005
    assert ask_receipts() == Receipts(reported=1)
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30005")
    assert DoubtfulNumber.objects.get().mobile == message.recipient


def test_the_scheduled_asking_survives_a_gateway_that_does_not_answer(provider: Provider) -> None:
    queue()
    send(provider, AcceptAndCut())
    Attempt.objects.update(started_at=timezone.now() - LATER)
    for made in provider.messages.values():
        made.created_at -= LATER
    token, provider.plan = provider.plan, type(provider.plan)(token="another")
    ask_gateways()
    assert Message.objects.get().status == MessageStatus.UNKNOWN
    provider.plan = token
    ask_gateways()
    assert Message.objects.get().status == MessageStatus.SENT
