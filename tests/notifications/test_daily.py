"""A gateway's limit a day: by all workers together, with a part kept for codes."""

from __future__ import annotations

import logging
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from notifications.daily import give_back_day_room, left_today, limit_of, take_day_room
from notifications.delivery import drain
from notifications.gateways.phone import PhoneGateway
from notifications.models import GatewayDay, Message
from notifications.rules import messages_a_day
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH
from tests.notifications.test_campaign_life import in_thread, started

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)


def take(lane: Lane, *, limit: int = 100, wanted: int = 1_000, at: datetime = NOON) -> int:
    return take_day_room(gateway="phone", lane=lane, limit=limit, wanted=wanted, now=at)


@pytest.mark.parametrize(
    ("lane", "limit", "expected"),
    [
        (Lane.CODES, 1_000, 1_000),
        (Lane.CASES, 1_000, 950),
        (Lane.REMINDERS, 1_000, 800),
        (Lane.ANNOUNCEMENTS, 1_000, 800),
        (Lane.ANNOUNCEMENTS, 1, 1),
    ],
)
def test_each_lane_stops_at_its_part(lane: Lane, limit: int, expected: int) -> None:
    assert messages_a_day(lane, limit) == expected


def test_the_second_gateway_has_a_limit_of_its_own(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY = "unifonic", "twilio"
    settings.SMS_PER_DAY, settings.SMS_SECOND_PER_DAY = 100, 20
    assert [limit_of(name) for name in ("unifonic", "twilio", "phone")] == [100, 20, 100]


@pytest.mark.django_db
def test_bulk_leaves_room_for_cases_and_cases_for_codes() -> None:
    assert take(Lane.ANNOUNCEMENTS) == 80
    assert take(Lane.REMINDERS) == 0
    assert take(Lane.CASES) == 15
    assert take(Lane.CODES, wanted=3) == 3
    assert take(Lane.CODES) == 2
    assert take(Lane.CODES) == 0


@pytest.mark.django_db
def test_without_a_limit_nothing_is_counted() -> None:
    assert take(Lane.CODES, limit=0, wanted=7) == 7
    give_back_day_room(gateway="phone", limit=0, unused=[NOON.date()])
    assert left_today(gateway="phone", lane=Lane.CODES, limit=0, now=NOON) is None
    assert not GatewayDay.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "room"),
    [
        pytest.param(datetime(2026, 11, 24, 23, 59, 59, tzinfo=RIYADH), 0, id="a-second-before"),
        pytest.param(datetime(2026, 11, 25, 0, 0, 0, tzinfo=RIYADH), 100, id="midnight-in-riyadh"),
        pytest.param(datetime.fromisoformat("2026-11-24T20:59:59Z"), 0, id="utc-before"),
        pytest.param(datetime.fromisoformat("2026-11-24T21:00:00Z"), 100, id="utc-nine-at-night"),
    ],
)
def test_the_day_ends_at_midnight_in_riyadh(at: datetime, room: int) -> None:
    take(Lane.CODES)
    assert take(Lane.CODES, at=at) == room


@pytest.mark.django_db
def test_what_did_not_leave_goes_back_to_its_own_day() -> None:
    take(Lane.CODES, wanted=10)
    tomorrow = NOON + timedelta(days=1)
    take(Lane.CODES, wanted=4, at=tomorrow)
    give_back_day_room(gateway="phone", limit=100, unused=[NOON.date()] * 3)
    counts = dict(GatewayDay.objects.values_list("day", "claimed"))
    assert counts == {date(2026, 11, 24): 7, date(2026, 11, 25): 4}
    assert left_today(gateway="phone", lane=Lane.ANNOUNCEMENTS, limit=100, now=NOON) == 73
    assert left_today(gateway="other", lane=Lane.ANNOUNCEMENTS, limit=100, now=NOON) == 80


@pytest.mark.django_db
def test_an_alarm_tells_of_each_part_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for lane in (Lane.ANNOUNCEMENTS, Lane.ANNOUNCEMENTS, Lane.REMINDERS, Lane.ANNOUNCEMENTS):
            take(lane)
        take(Lane.CODES)
        take(Lane.CODES)
    assert [record.getMessage() for record in caplog.records] == [
        "sms alarm: phone has had its 80 messages of the day for announcements; "
        "they go on tomorrow",
        "sms alarm: phone has had its 100 messages of the day for codes; they go on tomorrow",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_limit_do_not_pass_it() -> None:
    start, rooms = threading.Barrier(4), []

    def work() -> None:
        start.wait(30)
        rooms.append(take(Lane.CODES, limit=100, wanted=40))

    for thread in [in_thread(work) for _number in range(4)]:
        thread.join(30)
    assert sorted(rooms) == [0, 20, 40, 40]
    assert GatewayDay.objects.get().claimed == 100
    connection.close()


@pytest.mark.django_db
def test_a_drain_stops_at_the_limit_and_goes_on_the_next_day(settings: Any) -> None:
    settings.SMS_PER_DAY = 10
    campaign = started(12)
    gateway = PhoneGateway()
    drained = drain(lane=Lane.ANNOUNCEMENTS, gateway=gateway, clock=lambda: NOON)
    assert (drained.done, drained.has_more) == (8, False)
    again = drain(lane=Lane.ANNOUNCEMENTS, gateway=gateway, clock=lambda: NOON)
    assert again.done == 0
    tomorrow = NOON + timedelta(days=1)
    drain(lane=Lane.ANNOUNCEMENTS, gateway=gateway, clock=lambda: tomorrow)
    assert campaign.messages.filter(status=MessageStatus.SENT).count() == 12
    assert dict(GatewayDay.objects.values_list("day", "claimed")) == {
        NOON.date(): 8,
        tomorrow.date(): 4,
    }


@pytest.mark.django_db
def test_what_expired_on_the_way_costs_the_day_nothing(settings: Any) -> None:
    settings.SMS_PER_DAY = 10
    started(2)
    Message.objects.update(expires_at=NOON - timedelta(minutes=1))
    drain(lane=Lane.ANNOUNCEMENTS, gateway=PhoneGateway(), clock=lambda: NOON)
    assert GatewayDay.objects.get().claimed == 0
