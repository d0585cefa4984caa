"""Messages that failed for good are sent again by name, once the cause is mended."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from notifications import dead_letters, outcomes
from notifications.campaigns import start_campaign, stop_campaign
from notifications.dead_letters import causes_of_dead_letters, retry_cause, retry_message
from notifications.errors import NotRetriable
from notifications.models import Attempt, DoubtfulNumber, Message, Retry
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH
from tests.notifications.test_campaigns import people, prepare
from tests.personas import staff

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)
CODE = "http 400, code 21408"


def failed(number: int = 1, **facts: Any) -> Message:
    return Message.objects.create(
        **{
            "event": f"objection:{number}:taken",
            "recipient": f"+96650000{number:04}",
            "template": "objection_taken",
            "language": "ar",
            "body": "نص",
            "lane": Lane.CASES,
            "status": MessageStatus.FAILED,
            "queued_at": NOW - timedelta(hours=1),
            "not_before": NOW - timedelta(hours=1),
            "sent_at": NOW,
            "claimed_at": NOW,
            "gateway": "twilio",
            "gateway_id": f"SM{number:032x}",
            "error": CODE,
        }
        | facts
    )


@pytest.mark.django_db
def test_a_failed_message_is_queued_again_and_it_is_kept_who_did() -> None:
    message, boss = failed(), staff()
    retry_message(message=message, by=boss, now=NOW)
    message.refresh_from_db()
    assert (message.status, message.gateway_id, message.error) == ("queued", "", "")
    assert (message.claimed_at, message.sent_at, message.not_before) == (None, None, NOW)
    kept = Retry.objects.get()
    assert (kept.message_id, kept.by_id, kept.at, kept.error) == (message.pk, boss.pk, NOW, CODE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"template": "sign_in_code", "lane": Lane.CODES},
        {"expires_at": NOW},
        {"status": MessageStatus.UNKNOWN},
        {"status": MessageStatus.SENT},
        {"status": MessageStatus.UNCONFIRMED},
    ],
    ids=["a code", "over", "unknown", "sent", "unconfirmed"],
)
def test_what_may_be_a_second_sms_or_worth_nothing_is_not_sent_again(facts: dict[str, Any]) -> None:
    message = failed(**facts)
    with pytest.raises(NotRetriable):
        retry_message(message=message, by=staff(), now=NOW)
    assert not Retry.objects.exists()
    assert retry_cause(gateway="twilio", error=CODE, by=staff(), now=NOW) == 0


@pytest.mark.django_db
def test_nothing_goes_again_to_a_number_that_reaches_nobody() -> None:
    message = failed()
    DoubtfulNumber.objects.create(mobile=message.recipient, since=NOW, reason="twilio 30005")
    with pytest.raises(NotRetriable):
        retry_message(message=message, by=staff(), now=NOW)


@pytest.mark.django_db
def test_nothing_goes_again_of_a_campaign_that_was_stopped_for_good() -> None:
    campaign = prepare(people(1))
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    Message.objects.update(status=MessageStatus.FAILED, gateway="twilio", error=CODE)
    stop_campaign(campaign=campaign, by=staff("supervisor"), reason="نص خاطئ", now=NOW)
    message = Message.objects.get()
    assert not dead_letters.may_be_sent_again(message, now=NOW)
    with pytest.raises(NotRetriable):
        retry_message(message=message, by=staff(), now=NOW)
    assert retry_cause(gateway="twilio", error=CODE, by=staff(), now=NOW) == 0
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED


@pytest.mark.django_db
def test_a_reminder_goes_again_within_its_hours() -> None:
    message = failed(lane=Lane.REMINDERS)
    night = datetime(2026, 11, 25, 23, 0, tzinfo=RIYADH)
    retry_message(message=message, by=staff(), now=night)
    message.refresh_from_db()
    assert message.not_before == datetime(2026, 11, 26, 9, 0, tzinfo=RIYADH)


@pytest.mark.django_db
def test_a_cause_is_sent_again_as_a_whole_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        failed(number)
    other = failed(9, error="code 30005")
    assert [(cause.error, cause.messages) for cause in causes_of_dead_letters()] == [
        (CODE, 5),
        ("code 30005", 1),
    ]
    monkeypatch.setattr(dead_letters, "AT_ONCE", 3)
    boss = staff()
    assert retry_cause(gateway="twilio", error=CODE, by=boss, now=NOW) == 3
    assert retry_cause(gateway="twilio", error=CODE, by=boss, now=NOW) == 2
    assert retry_cause(gateway="twilio", error=CODE, by=boss, now=NOW) == 0
    other.refresh_from_db()
    assert other.status == MessageStatus.FAILED
    assert Retry.objects.count() == 5


@pytest.mark.django_db
def test_tries_begin_anew(django_assert_num_queries: Any) -> None:
    message = failed()
    for number in range(5):
        Attempt.objects.create(
            message=message, gateway="twilio", started_at=NOW - timedelta(minutes=9 - number)
        )
    assert outcomes._tries(message) == 5
    retry_message(message=message, by=staff(), now=NOW)
    Attempt.objects.create(message=message, gateway="twilio", started_at=NOW + timedelta(seconds=1))
    assert outcomes._tries(message) == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_each_message_goes_once() -> None:
    for number in range(20):
        failed(number)
    boss, counts = staff(), []
    together = threading.Barrier(4)

    def press() -> None:
        try:
            together.wait(30)
            counts.append(retry_cause(gateway="twilio", error=CODE, by=boss, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == Retry.objects.count() == 20
    assert set(Message.objects.values_list("status", flat=True)) == {"queued"}
