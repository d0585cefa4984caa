"""Two gateways, real workers and a stand-in for each provider (docs/adr/0014)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from notifications.circuits import is_failing
from notifications.models import Attempt, GatewayCircuit, GatewayOutage, Message
from notifications.outbox import queue_message
from notifications.rules import MAX_TRIES
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import (
    ACCOUNT,
    APP_SID,
    CALLBACK_TOKEN,
    TOKEN,
    AcceptAndCut,
    AcceptAndHold,
    Provider,
    Refuse,
    running_provider,
)
from tests.worker import CeleryWorker, sweeping, wait_until

OUT_OF_ORDER = Refuse(503)

swept_until = sweeping(Lane.CODES, Lane.CASES)


@dataclass
class Two:
    """The two stand-ins and how a worker is started that uses them."""

    first: Provider
    second: Provider
    start: Callable[..., CeleryWorker]

    def worker(self, name: str = "one") -> CeleryWorker:
        return self.start(name, **settings_of(self.first, self.second))

    def numbers(self) -> tuple[list[str], list[str]]:
        """Give the numbers that each provider took a message for."""
        first, second = (list(one.messages.values()) for one in (self.first, self.second))
        return [one.to for one in first], [one.to for one in second]


def settings_of(first: Provider, second: Provider) -> dict[str, str]:
    return {
        "DEMO": "0",
        "SMS_GATEWAY": "twilio",
        "SMS_SECOND_GATEWAY": "unifonic",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": first.url,
        "UNIFONIC_APP_SID": APP_SID,
        "UNIFONIC_CALLBACK_TOKEN": CALLBACK_TOKEN,
        "UNIFONIC_API_BASE_URL": second.url,
    }


@pytest.fixture
def two(start_worker: Callable[..., CeleryWorker]) -> Iterator[Two]:
    with running_provider() as first, running_provider(plays="unifonic") as second:
        yield Two(first, second, start_worker)


def queue(*numbers: int, lane: Lane = Lane.CASES, **changes: Any) -> None:
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
                now=timezone.now(),
                **changes,
            )


def end_rest(gateway: str = "twilio") -> None:
    """Let a failing gateway's rest be over."""
    resting = GatewayCircuit.objects.filter(gateway=gateway, opened_at__isnull=False)
    resting.update(rest_until=timezone.now())


def all_are(status: MessageStatus) -> bool:
    return not Message.objects.exclude(status=status).exists()


def test_second_takes_over_and_the_first_is_used_again_once_it_is_well(two: Two) -> None:
    worker = two.worker()
    two.first.always = OUT_OF_ORDER
    queue(*range(1, 31))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    first, second = two.numbers()
    assert first == []
    assert sorted(second) == [f"+96650{number:07}" for number in range(1, 31)]
    assert is_failing("twilio")
    assert "sms alarm: twilio failed" in worker.log()

    two.first.always = None
    end_rest()
    queue(31)
    swept_until(lambda: not is_failing("twilio"), "the probe closes the circuit")
    queue(*range(32, 42))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    first, second = two.numbers()
    assert sorted(first) == [f"+96650{number:07}" for number in range(31, 42)]
    assert len(second) == 30
    outage = GatewayOutage.objects.get()
    assert (outage.gateway, outage.reason, outage.probes) == ("twilio", "http 503, code 0", 1)
    assert outage.closed_at is not None
    assert "sms alarm: twilio is in use again" in worker.log()


def test_probe_that_fails_is_one_message_and_the_second_has_it(two: Two) -> None:
    two.worker()
    two.first.always = OUT_OF_ORDER
    queue(*range(1, 6))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    asked = len(two.first.requests)
    end_rest()
    queue(*range(6, 16))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    assert len(two.first.requests) == asked + 1
    assert len(two.numbers()[1]) == 15
    circuit = GatewayCircuit.objects.filter(gateway="twilio")
    swept_until(lambda: circuit.filter(rests=2, probe_until=None).exists(), "it rests again")


def test_message_of_unknown_outcome_is_never_sent_by_the_second(two: Two) -> None:
    two.worker()
    two.first.always = AcceptAndCut()
    queue(*range(1, 41))
    swept_until(
        lambda: not Message.objects.filter(status__in=["queued", "sending"]).exists(),
        "none waits",
    )
    for _ in range(2):
        end_rest()
        queue(41 + _)
        swept_until(
            lambda: not Message.objects.filter(status__in=["queued", "sending"]).exists(),
            "none waits",
        )
    first, second = two.numbers()
    assert 3 <= len(first) <= 10
    assert not set(first) & set(second)
    assert len(first) + len(second) == 42
    unknown = Message.objects.filter(status=MessageStatus.UNKNOWN)
    assert set(unknown.values_list("recipient", "gateway")) == {(one, "twilio") for one in first}


def test_with_both_down_messages_wait_and_a_code_expires(two: Two) -> None:
    two.worker()
    two.first.always = two.second.always = OUT_OF_ORDER
    queue(*range(1, 11))
    swept_until(lambda: is_failing("twilio") and is_failing("unifonic"), "both are left alone")
    queue(99, lane=Lane.CODES, expires_at=timezone.now() + timedelta(milliseconds=300))
    asked = len(two.first.requests) + len(two.second.requests)

    def are_probed_often() -> bool:
        end_rest("twilio")
        end_rest("unifonic")
        return len(two.first.requests) + len(two.second.requests) > asked + 2 * MAX_TRIES

    swept_until(are_probed_often, "more probes than a message has tries")
    codes = Message.objects.filter(lane=Lane.CODES)
    swept_until(lambda: codes.get().status == MessageStatus.EXPIRED, "the code is over")
    cases = Message.objects.filter(lane=Lane.CASES)
    swept_until(lambda: not cases.exclude(status=MessageStatus.QUEUED).exists(), "all wait")
    assert two.numbers() == ([], [])

    two.first.always = two.second.always = None

    def are_sent() -> bool:
        end_rest("twilio")
        return not cases.exclude(status=MessageStatus.SENT).exists()

    swept_until(are_sent, "all are sent")
    first, second = two.numbers()
    assert sorted(first + second) == [f"+96650{number:07}" for number in range(1, 11)]
    assert codes.get().status == MessageStatus.EXPIRED


def test_two_workers_send_one_probe_between_them(two: Two) -> None:
    two.first.always = OUT_OF_ORDER
    two.worker("one")
    two.worker("two")
    queue(*range(1, 6))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    held = AcceptAndHold()
    two.first.next_answers.append(held)
    asked = len(two.first.requests)
    end_rest()
    queue(*range(6, 26))
    waiting = Message.objects.exclude(status=MessageStatus.SENT)
    swept_until(lambda: held.taken.is_set() and waiting.count() == 1, "all but the probe are sent")
    held.go_on.set()
    assert len(two.first.requests) == asked + 1
    swept_until(lambda: all_are(MessageStatus.SENT), "the probe is recorded")
    swept_until(lambda: not is_failing("twilio"), "and closes the circuit")
    first, second = two.numbers()
    assert len(first) == 1
    assert not set(first) & set(second)
    assert len(first) + len(second) == 25


def test_worker_that_is_lost_with_the_probe_leaves_it_unknown_and_the_next_probes(
    two: Two,
) -> None:
    two.first.always = OUT_OF_ORDER
    doomed = two.worker("doomed")
    queue(*range(1, 6))
    swept_until(lambda: all_are(MessageStatus.SENT), "all are sent")
    held = AcceptAndHold()
    two.first.next_answers.append(held)
    end_rest()
    queue(6)
    swept_until(held.taken.is_set, "the probe is on its way")
    doomed.kill()
    held.go_on.set()
    two.first.always = None
    GatewayCircuit.objects.update(probe_until=timezone.now())
    following = two.worker("next")
    # Each lane that it looks at when it starts has the probe's lease for a moment.
    wait_until(lambda: following.log().count("succeeded") >= len(Lane), what="it has looked")
    queue(7)
    swept_until(lambda: not is_failing("twilio"), "another probe closes the circuit")
    assert Message.objects.get(event="cases:6").status == MessageStatus.SENDING
    assert [one.to for one in two.second.messages.values()].count("+966500000006") == 0


def test_each_gateway_is_asked_about_its_own_messages(two: Two, settings: Any) -> None:
    worker = two.worker()
    two.first.always = AcceptAndCut()
    queue(*range(1, 6))
    swept_until(
        lambda: not Message.objects.filter(status__in=["queued", "sending"]).exists(),
        "none waits",
    )
    worker.stop()
    two.first.always = None
    for name, value in settings_of(two.first, two.second).items():
        setattr(settings, name, {"0": False}.get(value, value))
    minutes = timedelta(minutes=5)
    for attempt in Attempt.objects.filter(outcome=MessageStatus.UNKNOWN):
        Attempt.objects.filter(pk=attempt.pk).update(started_at=attempt.started_at - minutes)
    for message in two.first.messages.values():
        message.created_at -= minutes
    said = StringIO()
    call_command("reconcile_sms", stdout=said)
    assert all_are(MessageStatus.SENT)
    assert [line.partition(".")[0] for line in said.getvalue().splitlines()[::2]] == [
        "twilio",
        "unifonic",
    ]
