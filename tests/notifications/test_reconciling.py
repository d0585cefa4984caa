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

from notifications.delivery import drain
from notifications.gateways import chosen_gateway
from notifications.models import Attempt, Message
from notifications.outbox import queue_message
from notifications.receipts import take_report
from notifications.reconciling import QUIET_SECONDS, Reconciled, reconcile
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import (
    ACCOUNT,
    TOKEN,
    AcceptAndCut,
    CutUnread,
    Provider,
    running_provider,
)

pytestmark = pytest.mark.django_db

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


def test_message_that_never_arrived_is_left_unknown(provider: Provider) -> None:
    message = queue()
    send(provider, CutUnread())
    assert ask() == Reconciled(not_found=1)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNKNOWN
    assert provider.accepted == []


def test_another_text_another_time_and_a_known_id_do_not_fit(provider: Provider) -> None:
    queue(1, reference="4000000014")
    queue(2)
    send(provider, None, CutUnread())
    # The first was accepted and is known; the second never arrived.
    assert ask() == Reconciled(not_found=1)
    Message.objects.filter(event="cases:1").update(body="x", gateway_id="")
    Attempt.objects.filter(message__event="cases:1").update(gateway_id="")
    # Now the first's is nobody's, but has another text.
    assert ask() == Reconciled(not_found=1)
    [made] = provider.messages.values()
    made.form["Body"] = Message.objects.get(event="cases:2").body
    made.created_at -= timedelta(minutes=2)
    assert ask() == Reconciled(not_found=1)


def test_two_that_nobody_can_tell_apart_are_left(provider: Provider) -> None:
    queue(1)
    queue(2)
    send(provider, AcceptAndCut(), CutUnread())
    assert ask() == Reconciled(ambiguous=2)
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.UNKNOWN}


def test_a_try_that_has_just_ended_is_not_asked_about(provider: Provider) -> None:
    queue()
    send(provider, AcceptAndCut())
    requests = len(provider.requests)
    assert ask(timezone.now()) == Reconciled()
    assert len(provider.requests) == requests


def test_command_says_what_it_settled_and_fails_where_something_is_left(
    provider: Provider,
) -> None:
    queue(1)
    send(provider, AcceptAndCut())
    Attempt.objects.update(started_at=timezone.now() - LATER)
    for made in provider.messages.values():
        made.created_at -= LATER
    said = io.StringIO()
    call_command("reconcile_sms", stdout=said)
    assert said.getvalue() == "Settled: 1.\n"

    queue(2, reference="4000000014")
    send(provider, CutUnread())
    Attempt.objects.filter(message__event="cases:2").update(started_at=timezone.now() - LATER)
    with pytest.raises(CommandError, match="Left unknown: 1 that the gateway does not list, 0"):
        call_command("reconcile_sms", stdout=said)
    provider.plan = type(provider.plan)(token="another")
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
