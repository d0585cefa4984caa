"""Real worker processes on the real queues and the real database (O25)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.claims import settle_lost_claims
from notifications.models import Attempt, Message, PhoneMessage
from notifications.outbox import queue_message
from notifications.rules import LOST_AFTER_SECONDS
from notifications.statuses import Lane, MessageStatus
from notifications.waking import breaker, wake
from tests.notifications.sms_provider import (
    ACCOUNT,
    AcceptAndHold,
    Provider,
    running_provider,
)
from tests.worker import CeleryWorker, wait_until

StartWorker = Callable[..., CeleryWorker]

FOREVER = timedelta(seconds=LOST_AFTER_SECONDS + 60)


def queue(number: int, **changes: Any) -> None:
    """Queue a code inside the caller's transaction."""
    facts: dict[str, Any] = {
        "event": f"code:{number}",
        "to": f"+96650{number:07}",
        "template": "sign_in_code",
        "values": {"code": f"{number:06}"},
        "language": "ar",
        "now": timezone.now(),
    }
    queue_message(**(facts | changes))


def status_of(number: int) -> str:
    return str(Message.objects.values_list("status", flat=True).get(event=f"code:{number}"))


def wait_for(number: int, status: MessageStatus = MessageStatus.SENT) -> None:
    wait_until(lambda: status_of(number) == status, what=f"message {number} is {status}")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def twilio(provider: Provider) -> dict[str, str]:
    """The settings with which a worker sends to the stand-in."""
    return {
        "SMS_GATEWAY": "twilio",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
        "TWILIO_API_BASE_URL": provider.url,
    }


@pytest.mark.usefixtures("celery_worker")
def test_held_back_commit_sends_exactly_one_sms() -> None:
    may_commit, is_queued = threading.Event(), threading.Event()

    def request() -> None:
        try:
            with transaction.atomic():
                queue(1)
                is_queued.set()
                assert may_commit.wait(30)
        finally:
            connection.close()

    slow = threading.Thread(target=request)
    slow.start()
    assert is_queued.wait(30)
    # The worker is awake and sends another message while the first is not committed yet.
    with transaction.atomic():
        queue(2)
    wait_for(2)
    assert PhoneMessage.objects.get().recipient.endswith("0000002")
    may_commit.set()
    slow.join()
    wait_for(1)
    assert PhoneMessage.objects.filter(recipient__endswith="0000001").count() == 1
    assert Attempt.objects.count() == 2


@pytest.mark.usefixtures("celery_worker")
def test_rolled_back_change_sends_nothing() -> None:
    with transaction.atomic():
        queue(1)
        wake(Lane.CODES)
        transaction.set_rollback(True)
    with transaction.atomic():
        queue(2)
    wait_for(2)
    assert not Message.objects.filter(event="code:1").exists()
    assert PhoneMessage.objects.count() == 1


def test_worker_logs_no_number_and_no_code(celery_worker: CeleryWorker) -> None:
    with transaction.atomic():
        queue(4242)
    wait_for(4242)
    wait_until(lambda: "succeeded" in celery_worker.log(), what="the task is logged")
    assert "4242" not in celery_worker.log()


def test_two_workers_send_each_message_once(
    start_worker: StartWorker, provider: Provider, twilio: dict[str, str]
) -> None:
    start_worker("one", **twilio)
    start_worker("two", **twilio)
    with transaction.atomic():
        for number in range(1, 61):
            queue(number)
    wait_until(
        lambda: Message.objects.filter(status=MessageStatus.SENT).count() == 60,
        what="all are sent",
    )
    assert Attempt.objects.count() == 60
    assert sorted(form["To"] for form in provider.accepted) == [
        f"+96650{number:07}" for number in range(1, 61)
    ]


def test_worker_killed_mid_send_leaves_unknown_and_never_two_sms(
    start_worker: StartWorker, provider: Provider, twilio: dict[str, str]
) -> None:
    held = AcceptAndHold()
    provider.next_answers.append(held)
    doomed = start_worker("doomed", pool="solo", **twilio)
    with transaction.atomic():
        queue(1)
        queue(2)
    assert held.taken.wait(30)
    doomed.kill()
    held.go_on.set()
    assert status_of(1) == MessageStatus.SENDING

    settled = settle_lost_claims(now=timezone.now() + FOREVER)
    assert (settled.unknown, settled.requeued) == (1, 1)
    start_worker("next", **twilio)
    wake(Lane.CODES)
    wait_for(2)
    assert status_of(1) == MessageStatus.UNKNOWN
    assert [form["To"] for form in provider.accepted] == ["+966500000001", "+966500000002"]


def test_worker_killed_with_many_on_their_way_sends_none_of_them_again(
    start_worker: StartWorker, provider: Provider, twilio: dict[str, str]
) -> None:
    hands, waiting = 12, 6
    held = [AcceptAndHold() for _ in range(8)]
    provider.next_answers.extend([None] * 20 + held)
    doomed = start_worker("doomed", **twilio, DEMO="0", SMS_IN_FLIGHT=str(hands))
    with transaction.atomic():
        for number in range(1, 61):
            queue(number)
    for one in held:
        assert one.taken.wait(30)
    doomed.kill()
    for one in held:
        one.go_on.set()
    settle_lost_claims(now=timezone.now() + FOREVER)
    unknown = Message.objects.filter(status=MessageStatus.UNKNOWN)
    assert len(held) <= unknown.count() <= hands + waiting
    start_worker("next", **twilio, DEMO="0")
    wake(Lane.CODES)
    wait_until(
        lambda: not Message.objects.filter(status__in=["queued", "sending"]).exists(),
        what="the rest is sent",
    )
    numbers = [form["To"] for form in provider.accepted]
    assert len(numbers) == len(set(numbers))
    told = set(numbers) | set(unknown.values_list("recipient", flat=True))
    assert told == set(Message.objects.values_list("recipient", flat=True))


def test_worker_that_starts_finds_what_waits_without_a_sweep(
    start_worker: StartWorker, settings: Any
) -> None:
    real = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with transaction.atomic():
        queue(1)
    settings.REDIS_URL = real
    breaker.reset()
    start_worker()
    wait_for(1)


def test_code_whose_wake_up_was_lost_follows_the_one_before_it(
    start_worker: StartWorker, provider: Provider, twilio: dict[str, str], settings: Any
) -> None:
    held = AcceptAndHold()
    provider.next_answers.append(held)
    start_worker(**twilio)
    with transaction.atomic():
        queue(1)
    assert held.taken.wait(60)
    real = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with transaction.atomic():
        queue(2)
    settings.REDIS_URL = real
    held.go_on.set()
    wait_for(2)


def test_lost_wake_up_is_made_good_by_the_sweep(
    start_worker: StartWorker, start_scheduler: Callable[[], None], settings: Any
) -> None:
    worker = start_worker()
    # It looked at its lanes when it started.
    wait_until(lambda: worker.log().count("succeeded") >= len(Lane), what="it has looked")
    real = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with transaction.atomic():
        queue(1)
        queue(2, expires_at=timezone.now() - timedelta(seconds=1))
    assert status_of(1) == MessageStatus.QUEUED
    settings.REDIS_URL = real
    breaker.reset()
    start_scheduler()
    wait_for(1)
    wait_for(2, MessageStatus.EXPIRED)
    assert PhoneMessage.objects.count() == 1
