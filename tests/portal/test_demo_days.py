"""The demonstration on any day, and on a register in use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError

from beneficiaries.models import Person
from objections.rules import FILING_WINDOW_DAYS
from portal.demo.days import days_from
from portal.demo.loading import RegisterInUse, load_demonstration
from portal.demo.stories import Story, play
from saudi.gregorian import RIYADH
from tests import personas
from tests.portal.demonstration import (
    NOW,
    PASSWORD,
    check_accounts,
    check_messages,
    check_order_of_time,
    load,
    quick_passwords,
)
from tests.storing import files_in


@pytest.mark.parametrize(
    "now",
    [
        pytest.param("2027-01-01 08:30", id="first-of-the-year"),
        pytest.param("2026-07-09 12:00", id="day-before-the-payment"),
        pytest.param("2026-09-10 00:03", id="payment-day-just-after-midnight"),
        pytest.param("2026-10-11 23:59", id="payment-day-moved-behind-a-weekend"),
        pytest.param("2026-12-31 21:40", id="last-of-the-year-at-night"),
        pytest.param("2028-02-29 15:00", id="leap-day"),
    ],
)
@pytest.mark.django_db
def test_the_accounts_stand_as_they_are_described_on_any_day(tmp_path, now):
    at = datetime.fromisoformat(now).replace(tzinfo=RIYADH)
    with files_in(str(tmp_path)), quick_passwords():
        load_demonstration(staff_password=PASSWORD, now=at, size=5)
    check_accounts(at.date())
    check_order_of_time()
    check_messages(at)


@pytest.mark.django_db
def test_a_register_in_use_is_left_alone():
    personas.head()
    with pytest.raises(RegisterInUse):
        load_demonstration(staff_password=PASSWORD, now=NOW)
    with pytest.raises(CommandError, match="The register has people already"):
        load()
    assert Person.objects.count() == 1


def test_the_days_hold_at_every_hour_of_four_years():
    first = datetime(2026, 1, 1, 0, 3, tzinfo=RIYADH)
    for number in range(4 * 366):
        now = first + timedelta(days=number, hours=number * 7 % 24)
        days = days_from(now)
        today = days.today
        announced = [cycle.announced_on for cycle in days.cycles]
        paid = [cycle.paid_on for cycle in days.cycles]
        assert announced == sorted(announced, reverse=True)
        assert paid == sorted(paid, reverse=True)
        assert len({cycle.code for cycle in days.cycles}) == 12
        assert 6 <= (today - announced[0]).days <= 37
        assert (today - announced[1]).days >= 34
        assert (today - announced[2]).days >= 60
        assert announced[days.closing] == today - timedelta(days=FILING_WINDOW_DAYS + 1)
        assert days.closing in {2, 3}
        assert all(cycle.announced_on < cycle.paid_on for cycle in days.cycles)
        assert all(day.weekday() not in {4, 5} or number for number, day in enumerate(paid))
        assert len(days.paid) >= 11
        newest = days.paid[0]
        assert newest.paid_on <= today <= newest.paid_on + timedelta(days=90)
        assert (today - days.paid[1].paid_on).days >= 25


def test_stories_are_played_side_by_side_in_the_order_of_time():
    told = []

    def story(name: str, *minutes: int) -> Story:
        for minute in minutes:
            yield NOW + timedelta(minutes=minute)
            told.append((name, minute))

    play([story("a", 1, 5, 9), story("b", 3, 5), story("c")], now=NOW + timedelta(minutes=5))
    assert told == [("a", 1), ("b", 3), ("a", 5), ("b", 5)]
