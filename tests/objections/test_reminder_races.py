"""Reminders on real connections and real workers: each person gets exactly one (O27)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from notifications.models import Attempt, Message
from notifications.statuses import Lane, MessageStatus
from objections.models import ReminderRound
from objections.services import queue_reminders, reminders, submit_objection
from objections.tasks import remind
from tests.notifications.sms_provider import ACCOUNT, running_provider
from tests.objections.cases import draft, result_of
from tests.objections.reminding import BEFORE_1, BEFORE_14, DRAFT_1, sent_at
from tests.objections.test_concurrency import at_once
from tests.personas import head
from tests.worker import CeleryWorker, sweeping

pytestmark = pytest.mark.django_db(transaction=True)

CITIZENS = 500

swept_until = sweeping(Lane.REMINDERS)

WORKERS_SETTINGS = """
from portal.settings import *

CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 60}
"""
WORKERS_CLOCK = """
from datetime import UTC, datetime, timedelta

import time_machine

ahead = timedelta(seconds={seconds})
time_machine.travel(datetime.now(UTC) + ahead, tick=True).start()
"""


def citizens(count: int) -> set[str]:
    """Make people whose window closes in fourteen days and give their numbers."""
    return {str(result_of(head()).person.mobile) for _ in range(count)}


def told() -> Counter[str]:
    return Counter(Message.objects.filter(lane=Lane.REMINDERS).values_list("recipient", flat=True))


@pytest.mark.parametrize("batch", [7, 10_000])
def test_four_schedulers_at_once_queue_each_reminder_once(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    numbers = citizens(60)
    monkeypatch.setattr(reminders, "BATCH", batch)
    queued = at_once(4, lambda _n: queue_reminders(now=BEFORE_14))
    assert sum(queued) <= 60
    queued.append(queue_reminders(now=BEFORE_14))
    assert sum(queued) == 60
    assert told() == Counter(numbers)


def test_worker_beside_another_leaves_its_round_alone_and_waits_for_nothing() -> None:
    numbers = citizens(3)
    is_held, may_end = Event(), Event()
    queue_reminders(now=BEFORE_1)
    Message.objects.all().delete()
    ReminderRound.objects.update(finished_at=None, reached=0)

    def hold() -> None:
        try:
            with transaction.atomic():
                list(ReminderRound.objects.select_for_update())
                is_held.set()
                assert may_end.wait(30)
        finally:
            connections.close_all()

    other = Thread(target=hold)
    other.start()
    assert is_held.wait(30)
    assert queue_reminders(now=BEFORE_1) == 0
    may_end.set()
    other.join()
    assert queue_reminders(now=BEFORE_1) == 3
    assert told() == Counter(numbers)


def test_killed_connection_leaves_neither_a_gap_nor_a_second_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = citizens(25)
    monkeypatch.setattr(reminders, "BATCH", 10)
    real, calls = reminders.queue_for_many, 0

    def loses_the_server(**facts: Any) -> int:
        nonlocal calls
        calls += 1
        queued = real(**facts)
        if calls == 2:
            connections["default"].close()
            raise ConnectionError
        return queued

    monkeypatch.setattr(reminders, "queue_for_many", loses_the_server)
    with pytest.raises(ConnectionError):
        queue_reminders(now=BEFORE_14)
    connections["default"].close()
    assert sum(told().values()) == 10
    monkeypatch.setattr(reminders, "queue_for_many", real)
    assert queue_reminders(now=BEFORE_14) == 15
    assert told() == Counter(numbers)


def test_filing_that_is_not_committed_yet_cancels_nothing_and_waits_for_nobody() -> None:
    person = head()
    written = draft(result_of(person), person)
    queue_reminders(now=BEFORE_1)
    is_filed, may_commit = Event(), Event()

    def file() -> None:
        try:
            with transaction.atomic():
                submit_objection(objection=written, has_declared=True, now=BEFORE_1)
                is_filed.set()
                assert may_commit.wait(30)
        finally:
            connections.close_all()

    slow = Thread(target=file)
    slow.start()
    assert is_filed.wait(30)
    try:
        assert sent_at(BEFORE_1) == [person.mobile]
    finally:
        may_commit.set()
        slow.join()
    assert Message.objects.get(event=DRAFT_1).status == MessageStatus.SENT


def test_two_workers_one_of_them_restarted_remind_each_of_500_exactly_once(
    start_worker: Callable[..., CeleryWorker], tmp_path: Path
) -> None:
    # All processes are ahead by the same time, so that their clocks agree.
    ahead = (BEFORE_14 - timezone.now()).total_seconds()
    clock = WORKERS_CLOCK.format(seconds=ahead)
    (tmp_path / "sitecustomize.py").write_text(clock, encoding="utf-8")
    (tmp_path / "workers_settings.py").write_text(WORKERS_SETTINGS, encoding="utf-8")
    numbers = citizens(CITIZENS)
    with running_provider() as provider:
        environ = {
            "PYTHONPATH": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "workers_settings",
            "DEMO": "0",
            "SMS_GATEWAY": "twilio",
            "SMS_PER_SECOND": "50",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
            "TWILIO_API_BASE_URL": provider.url,
        }
        first = start_worker("first", **environ)
        start_worker("second", **environ)
        for _scheduler in range(4):
            remind.apply_async(queue="default")
        swept_until(lambda: len(provider.accepted) >= CITIZENS // 10, "a tenth is sent")
        first.ask_to_stop()
        assert len(provider.accepted) < CITIZENS
        start_worker("third", **environ)
        remind.apply_async(queue="default")
        swept_until(
            lambda: Message.objects.filter(status=MessageStatus.SENT).count() == CITIZENS,
            "all are sent",
        )
        assert Counter(form["To"] for form in provider.accepted) == Counter(numbers)
    assert told() == Counter(numbers)
    assert Attempt.objects.count() == CITIZENS
