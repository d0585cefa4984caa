"""Campaigns: prepared by one, started by another, told once, within the hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import outbox
from notifications.campaigns import Recipient, prepare_campaign, start_campaign
from notifications.delivery import claim
from notifications.errors import CampaignAlreadyStarted, NotASaudiMobile, SamePersonRefused
from notifications.models import Campaign, Message
from notifications.statuses import CampaignStatus, Lane, MessageStatus
from saudi.gregorian import RIYADH
from tests.personas import staff

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)


def people(count: int, *, first: int = 1, language: str = "ar") -> list[Recipient]:
    return [
        Recipient(event=f"result:{number}", mobile=f"+96650{number:07}", language=language)
        for number in range(first, first + count)
    ]


def prepare(recipients: Any, **changes: Any) -> Campaign:
    facts: dict[str, Any] = {
        "key": "results:2026-11",
        "name": "نتائج نوفمبر 2026",
        "template": "results_announced",
        "values": {"ar": {"cycle": "نوفمبر 2026"}, "en": {"cycle": "November 2026"}},
        "recipients": recipients,
        "prepared_by": None,
        "now": NOW,
    }
    return prepare_campaign(**(facts | changes))


@pytest.mark.django_db
def test_prepared_messages_are_held_and_counted() -> None:
    campaign = prepare([*people(3), *people(2, first=10, language="en")])
    assert (campaign.recipients, campaign.parts) == (5, 5)
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.HELD}
    assert claim(lane=Lane.ANNOUNCEMENTS, now=NOW, gateway_name="phone") == []
    bodies = dict(Message.objects.values_list("language", "body"))
    assert bodies["ar"].startswith("حساب المواطن: ظهرت نتيجة أهليتك لدورة نوفمبر 2026.")
    assert bodies["en"].startswith("Citizen Account: your eligibility result for November 2026")


@pytest.mark.django_db
def test_who_has_no_mobile_is_left_out() -> None:
    campaign = prepare([*people(1), Recipient(event="result:9", mobile="")])
    assert campaign.recipients == Message.objects.count() == 1


@pytest.mark.django_db
def test_prepared_again_takes_only_what_is_new() -> None:
    prepare(people(3))
    campaign = prepare(people(5))
    assert campaign.recipients == Message.objects.count() == 5
    assert Campaign.objects.count() == 1


@pytest.mark.django_db
def test_who_was_told_by_another_campaign_is_not_told_again() -> None:
    prepare(people(3))
    second = prepare(people(4), key="results:2026-11:2")
    assert second.recipients == 1


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_recipients() -> None:
    counts = []
    for key, recipients in (("few", people(2)), ("many", people(300, first=100))):
        with CaptureQueriesContext(connection) as queries:
            prepare(iter(recipients), key=key)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_recipients_stream_through_several_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.campaigns._ROWS_A_COPY", 2)

    def stream() -> Iterator[Recipient]:
        yield from people(5)

    assert prepare(stream()).recipients == 5


@pytest.mark.django_db
def test_event_with_marks_of_copy_stays_as_it_is() -> None:
    event = "result:\\N\tx\n1"
    prepare([Recipient(event=event, mobile="+966500000001")])
    assert Message.objects.get().event == event


@pytest.mark.django_db
def test_foreign_number_stops_the_whole_campaign() -> None:
    with pytest.raises(NotASaudiMobile):
        prepare([*people(1), Recipient(event="result:2", mobile="+201000000001")])
    assert not Message.objects.exists()
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_second_person_starts_it_and_the_worker_is_woken(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    woken: list[Lane] = []
    monkeypatch.setattr(outbox, "ensure_woken", woken.append)
    first, second = staff("supervisor"), staff("approver")
    campaign = prepare(people(3), prepared_by=first)
    with django_capture_on_commit_callbacks(execute=True):
        started = start_campaign(campaign=campaign, started_by=second, now=NOW)
    assert (started.status, started.started_at) == (CampaignStatus.STARTED, NOW)
    assert started.started_by_id == second.pk
    assert len(claim(lane=Lane.ANNOUNCEMENTS, now=NOW, gateway_name="phone")) == 3
    assert woken == [Lane.ANNOUNCEMENTS]


@pytest.mark.django_db
def test_started_at_night_waits_for_the_morning() -> None:
    campaign = prepare(people(1))
    night, morning = NOW.replace(hour=23), NOW.replace(day=25, hour=9)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=night)
    assert claim(lane=Lane.ANNOUNCEMENTS, now=night, gateway_name="phone") == []
    assert len(claim(lane=Lane.ANNOUNCEMENTS, now=morning, gateway_name="phone")) == 1


@pytest.mark.django_db
def test_whoever_prepared_it_may_not_start_it() -> None:
    one = staff("approver")
    campaign = prepare(people(1), prepared_by=one)
    with pytest.raises(SamePersonRefused) as refused:
        start_campaign(campaign=campaign, started_by=one, now=NOW)
    assert refused.value.campaign_id == campaign.pk
    assert Message.objects.get().status == MessageStatus.HELD


@pytest.mark.django_db
def test_campaign_of_the_command_line_needs_a_person_to_start_it() -> None:
    campaign = prepare(people(1))
    with pytest.raises(SamePersonRefused):
        start_campaign(campaign=campaign, started_by=None, now=NOW)


@pytest.mark.django_db
def test_database_refuses_the_same_person_too() -> None:
    one = staff("approver")
    campaign = prepare(people(1), prepared_by=one)
    campaign.status, campaign.started_at = CampaignStatus.STARTED, NOW
    campaign.started_by_id = one.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        campaign.save()


@pytest.mark.django_db
def test_started_campaign_is_not_started_or_filled_again() -> None:
    campaign = prepare(people(1))
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    with pytest.raises(CampaignAlreadyStarted) as refused:
        start_campaign(campaign=campaign, started_by=staff("supervisor"), now=NOW)
    assert refused.value.key == campaign.key
    with pytest.raises(CampaignAlreadyStarted):
        prepare(people(2))
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_campaign_without_anybody_can_be_started() -> None:
    started = start_campaign(campaign=prepare([]), started_by=staff("approver"), now=NOW)
    assert started.status == CampaignStatus.STARTED
