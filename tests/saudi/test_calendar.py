"""Working time in Riyadh."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.calendar import FRIDAY, SATURDAY, NoWorkingDay, WorkingHours, official_holidays
from saudi.gregorian import RIYADH, riyadh_date

HOURS = WorkingHours()
SUNDAY_22ND = date(2026, 11, 22)
EID = {date(2026, 11, 23), date(2026, 11, 24)}
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(RIYADH))  # noqa: DTZ001 - bounds are bare by hypothesis' rule


def riyadh(day: int, hour: int, minute: int = 0) -> datetime:
    """Give an instant of November 2026, whose 22nd is a Sunday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param(riyadh(22, 7, 59), False, id="sunday-before-opening"),
        pytest.param(riyadh(22, 8), True, id="sunday-opening"),
        pytest.param(riyadh(26, 19, 59), True, id="thursday-last-minute"),
        pytest.param(riyadh(26, 20), False, id="thursday-closing"),
        pytest.param(riyadh(27, 12), False, id="friday"),
        pytest.param(riyadh(28, 12), False, id="saturday"),
        pytest.param(datetime(2026, 11, 22, 5, tzinfo=UTC), True, id="opening-in-utc"),
        pytest.param(datetime(2026, 11, 22, 17, tzinfo=UTC), False, id="closing-in-utc"),
    ],
)
def test_open_from_sunday_to_thursday_eight_to_eight(at: datetime, is_open: bool) -> None:
    assert HOURS.is_open(at, []) is is_open
    assert (HOURS.closes_at(at, []) is not None) is is_open


def test_closed_on_a_holiday() -> None:
    assert not HOURS.is_open(riyadh(23, 12), EID)
    assert HOURS.closes_at(riyadh(23, 12), EID) is None
    assert not HOURS.is_working_day(date(2026, 11, 23), EID)


def test_closes_at_eight_the_same_day() -> None:
    assert HOURS.closes_at(datetime(2026, 11, 22, 9, tzinfo=UTC), []) == riyadh(22, 20)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param(riyadh(22, 7, 59), riyadh(22, 8), id="same-morning"),
        pytest.param(riyadh(22, 8), riyadh(25, 8), id="open-now-past-the-holidays"),
        pytest.param(riyadh(22, 20), riyadh(25, 8), id="evening-before-the-holidays"),
        pytest.param(riyadh(23, 7), riyadh(25, 8), id="holiday-morning"),
        pytest.param(riyadh(26, 20), riyadh(29, 8), id="thursday-evening"),
        pytest.param(riyadh(27, 3), riyadh(29, 8), id="friday"),
        pytest.param(datetime(2026, 11, 28, 22, tzinfo=UTC), riyadh(29, 8), id="after-midnight"),
    ],
)
def test_next_opening_skips_weekends_and_holidays(at: datetime, opens: datetime) -> None:
    assert HOURS.next_opening(at, EID) == opens


@pytest.mark.parametrize(
    ("count", "day"),
    [
        (0, SUNDAY_22ND),
        (1, date(2026, 11, 25)),
        (2, date(2026, 11, 26)),
        (3, date(2026, 11, 29)),
        (10, date(2026, 12, 8)),
    ],
)
def test_working_days_are_counted_from_the_next(count: int, day: date) -> None:
    assert HOURS.add_working_days(SUNDAY_22ND, count, EID) == day


def test_working_days_may_start_on_a_day_off() -> None:
    assert HOURS.add_working_days(date(2026, 11, 27), 1, []) == date(2026, 11, 29)


def test_working_days_are_counted_forwards_only() -> None:
    with pytest.raises(ValueError, match="forwards"):
        HOURS.add_working_days(SUNDAY_22ND, -1, [])


@pytest.mark.parametrize(
    ("until", "count"),
    [
        pytest.param(date(2026, 11, 21), 0, id="earlier"),
        pytest.param(SUNDAY_22ND, 0, id="day-0"),
        pytest.param(date(2026, 11, 24), 0, id="holidays-only"),
        pytest.param(date(2026, 11, 26), 2, id="thursday"),
        pytest.param(date(2026, 11, 28), 2, id="weekend-adds-none"),
        pytest.param(date(2026, 11, 29), 3, id="next-sunday"),
    ],
)
def test_working_days_that_have_passed(until: date, count: int) -> None:
    assert HOURS.count_working_days(SUNDAY_22ND, until, EID) == count


def test_endless_holidays_are_reported() -> None:
    endless = {SUNDAY_22ND + timedelta(days=days) for days in range(400)}
    with pytest.raises(NoWorkingDay) as refusal:
        HOURS.next_opening(riyadh(22, 9), endless)
    assert refusal.value.after == SUNDAY_22ND


@pytest.mark.parametrize(
    ("opens", "closes", "days"),
    [
        pytest.param(time(20), time(8), frozenset({6}), id="night"),
        pytest.param(time(8), time(8), frozenset({6}), id="no-hour"),
        pytest.param(time(8), time(20), frozenset(), id="no-day"),
        pytest.param(time(8), time(20), frozenset({7}), id="eighth-day"),
    ],
)
def test_hours_that_never_open_are_refused(opens: time, closes: time, days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkingHours(opens=opens, closes=closes, days=days)


def test_another_programme_may_keep_other_hours() -> None:
    weekend = WorkingHours(time(9), time(9, 30), frozenset({FRIDAY, SATURDAY}))
    assert weekend.is_open(riyadh(27, 9, 29), [])
    assert weekend.next_opening(riyadh(22, 9), []) == riyadh(27, 9)


def test_official_holidays_have_names_in_both_languages() -> None:
    holidays = official_holidays(2026)
    assert holidays[date(2026, 9, 23)] == ("اليوم الوطني", "National Day Holiday")
    assert holidays[date(2026, 2, 22)][1].startswith("Founding Day")
    assert date(2026, 3, 20) in holidays  # Eid al-Fitr, 1 Shawwal 1447
    assert all(arabic and english for arabic, english in holidays.values())
    assert all(day.year == 2026 for day in holidays)


def test_caller_may_change_the_holidays_it_got() -> None:
    official_holidays(2026).clear()
    assert date(2026, 9, 23) in official_holidays(2026)


@given(instants)
def test_next_opening_is_open_and_later(at: datetime) -> None:
    opens = HOURS.next_opening(at, EID)
    assert opens > at
    assert HOURS.is_open(opens, EID)
    assert not HOURS.is_open(opens - timedelta(microseconds=1), EID)


@given(instants)
def test_closing_is_the_end_of_the_open_time(at: datetime) -> None:
    closes = HOURS.closes_at(at, EID)
    if closes is None:
        assert not HOURS.is_open(at, EID)
        return
    assert closes > at
    assert riyadh_date(closes) == riyadh_date(at)
    assert not HOURS.is_open(closes, EID)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.integers(0, 40))
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    stepwise = HOURS.add_working_days(HOURS.add_working_days(day, first, EID), second, EID)
    assert HOURS.add_working_days(day, first + second, EID) == stepwise
