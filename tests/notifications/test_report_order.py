"""Twilio's reports: late, repeated, at once, before the answer."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.delivery import drain
from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import Attempt, Message, StatusReport
from notifications.outbox import queue_message
from notifications.statuses import Lane
from tests.notifications.reports import SID, is_delivered, report, sent

pytestmark = pytest.mark.usefixtures("twilio_reports")

STORY = [("queued", ""), ("delivered", ""), ("sent", ""), ("delivered", ""), ("failed", "30003")]


@pytest.mark.django_db
def test_late_and_repeated_reports_never_move_a_message_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = sent()
    for status, code in [*STORY, ("foo", "")] * 2:
        assert report(status, code=code) == 204
    assert is_delivered(message)
    assert sorted(StatusReport.objects.values_list("reported", flat=True)) == [
        "delivered",
        "failed",
        "foo",
        "queued",
        "sent",
    ]
    assert caplog.text.count("unknown status") == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_every_order_ends_delivered() -> None:
    for number, order in enumerate(itertools.permutations(sorted(set(STORY)))):
        sid = f"SM{number:032}"
        message = sent(sid)
        for status, code in order:
            report(status, sid=sid, code=code)
        assert is_delivered(message), order


@pytest.mark.django_db(transaction=True)
def test_six_at_once_end_delivered() -> None:
    message = sent()
    barrier = threading.Barrier(6)
    answers: list[int] = []

    def run(status: str, code: str) -> None:
        barrier.wait()
        try:
            answers.append(report(status, code=code))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=said) for said in [*STORY, ("foo", "")]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 6
    assert is_delivered(message)
    assert StatusReport.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_whole_story_twice_from_six_threads_ends_delivered() -> None:
    message = sent()
    said = [*STORY, ("foo", "")]
    for status, code in said:
        report(status, code=code)
    barrier = threading.Barrier(6)
    answers: list[int] = []

    def run(number: int) -> None:
        try:
            for _round in range(2):
                barrier.wait(30)
                # Each thread begins elsewhere, so that every pair of reports meets.
                for status, code in said[number:] + said[:number]:
                    answers.append(report(status, code=code))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 72
    assert is_delivered(message)
    assert StatusReport.objects.count() == 5
    assert Message.objects.count() == 1
    assert Attempt.objects.count() == 1


class ReportsFirst:
    """A gateway whose report overtakes its answer."""

    name = "twilio"

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        assert report("delivered") == 204
        return GatewayReceipt(gateway_id=SID)


@pytest.mark.django_db(transaction=True)
def test_report_that_overtakes_the_answer_is_applied() -> None:
    now: datetime = timezone.now()
    with transaction.atomic():
        queue_message(
            event="case:1",
            to="+966500000001",
            template="objection_taken",
            values={"reference": "4000000006"},
            language="ar",
            now=now,
        )
    drain(lane=Lane.CASES, gateway=ReportsFirst())
    assert is_delivered(Message.objects.get())
