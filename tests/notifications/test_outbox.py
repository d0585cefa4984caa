"""Queueing a message: once, in the change's transaction, the same cost for nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import outbox
from notifications.errors import NotASaudiMobile, OutsideTransaction, WrongTemplateValues
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)
MOBILE = "+966500000001"

Woken = list[Lane]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> Woken:
    """Collect the wake-ups instead of sending them."""
    lanes: Woken = []
    monkeypatch.setattr(outbox, "ensure_woken", lanes.append)
    return lanes


def queue(**changes: Any) -> None:
    facts: dict[str, Any] = {
        "event": "code:1",
        "to": MOBILE,
        "template": "sign_in_code",
        "values": {"code": "048213"},
        "language": "ar",
        "now": NOW,
        "expires_at": NOW + timedelta(minutes=5),
    }
    queue_message(**(facts | changes))


@pytest.mark.django_db
def test_message_waits_with_its_text_lane_and_end() -> None:
    queue()
    message = Message.objects.get()
    assert message.body == "حساب المواطن: رمز الدخول 048213. لا تعطه لأحد."
    assert (message.status, message.lane, message.recipient) == ("queued", "codes", MOBILE)
    assert message.queued_at == message.not_before == NOW
    assert message.expires_at == NOW + timedelta(minutes=5)


@pytest.mark.django_db
def test_message_is_one_insert() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        queue()
    assert len(queries) == 1
    assert "ON CONFLICT" in queries[0]["sql"]


@pytest.mark.django_db
def test_nobody_costs_the_same_statement_and_wake_up(
    woken: Woken, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    shapes = []
    for event, to in (("code:1", MOBILE), ("code:2", "")):
        with (
            django_capture_on_commit_callbacks(execute=True),
            CaptureQueriesContext(connection) as queries,
        ):
            queue(event=event, to=to)
        shapes.append([query["sql"].split("VALUES")[0] for query in queries])
    assert shapes[0] == shapes[1]
    assert woken == [Lane.CODES, Lane.CODES]
    suppressed = Message.objects.get(event="code:2")
    assert suppressed.status == MessageStatus.SUPPRESSED
    assert "048213" not in suppressed.body


@pytest.mark.django_db
def test_same_event_and_number_is_told_once() -> None:
    queue()
    queue(values={"code": "999999"})
    assert "048213" in Message.objects.get().body


@pytest.mark.django_db
def test_same_event_may_be_told_to_two_numbers() -> None:
    queue()
    queue(to="+966500000002")
    assert Message.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number",
    ["+201000000001", "+882160000001", "+19005550100", "0500000001", "+9665000000010", "x"],
)
def test_number_that_is_no_saudi_mobile_gets_no_row(number: str) -> None:
    with pytest.raises(NotASaudiMobile) as refused:
        queue(to=number)
    assert number not in str(refused.value)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_database_refuses_a_foreign_number_too() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            event="e",
            recipient="+201000000001",
            template="x",
            language="ar",
            body="",
            lane=Lane.CODES,
            queued_at=NOW,
            not_before=NOW,
        )


@pytest.mark.django_db
def test_wrong_values_queue_nothing() -> None:
    with pytest.raises(WrongTemplateValues):
        queue(values={})
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_message_outside_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransaction):
        queue()


@pytest.mark.django_db(transaction=True)
def test_rolled_back_change_leaves_no_row_and_wakes_nobody(woken: Woken) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert woken == []


@pytest.mark.django_db(transaction=True)
def test_worker_is_woken_after_the_commit_only(woken: Woken) -> None:
    with transaction.atomic():
        queue()
        assert woken == []
    assert woken == [Lane.CODES]


@pytest.mark.django_db
def test_announcement_at_night_waits_for_nine_and_wakes_nobody(
    woken: Woken, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    night = NOW.replace(hour=22)
    with django_capture_on_commit_callbacks(execute=True):
        queue(template="results_announced", values={"cycle": "نوفمبر 2026"}, now=night)
    message = Message.objects.get()
    assert message.not_before == NOW.replace(day=25, hour=9)
    assert message.queued_at == night
    assert woken == []


@pytest.mark.django_db
def test_english_reader_gets_english() -> None:
    queue(language="en")
    message = Message.objects.get()
    assert message.language == "en"
    assert message.body.startswith("Citizen Account: your sign-in code is 048213.")
