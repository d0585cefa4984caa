"""Working time in Riyadh."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.calendar import (
    FRIDAY,
    SATURDAY,
    Closure,
    DaysOff,
    NoWorkingDay,
    OfficialHoliday,
    WorkingHours,
    official_holidays,
)
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


@pytest.mark.parametrize(
    ("since", "until", "worked"),
    [
        pytest.param(riyadh(22, 9), riyadh(22, 9), timedelta(0), id="no-time"),
        pytest.param(riyadh(22, 9), riyadh(22, 8), timedelta(0), id="backwards"),
        pytest.param(riyadh(22, 9), riyadh(22, 11), timedelta(hours=2), id="within-a-day"),
        pytest.param(
            riyadh(22, 0) + timedelta(minutes=30),
            riyadh(22, 9),
            timedelta(hours=1),
            id="from-half-past-midnight",
        ),
        pytest.param(riyadh(22, 19), riyadh(25, 9), timedelta(hours=2), id="over-holidays"),
        pytest.param(riyadh(26, 19), riyadh(29, 9), timedelta(hours=2), id="over-a-weekend"),
        pytest.param(riyadh(27, 9), riyadh(28, 23), timedelta(0), id="weekend-only"),
        pytest.param(
            (riyadh(22, 19) + timedelta(minutes=59)).astimezone(UTC),
            riyadh(22, 23),
            timedelta(minutes=1),
            id="other-zone-and-night",
        ),
    ],
)
def test_working_time_between_two_instants(
    since: datetime, until: datetime, worked: timedelta
) -> None:
    assert HOURS.working_time(since, until, EID) == worked


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
    assert holidays[date(2026, 9, 23)] == OfficialHoliday("اليوم الوطني", "National Day Holiday")
    assert holidays[date(2026, 2, 22)].name("en").startswith("Founding Day")
    assert date(2026, 3, 20) in holidays  # Eid al-Fitr, 1 Shawwal 1447
    assert all(holiday.name("ar") and holiday.name("en") for holiday in holidays.values())
    assert all(day.year == 2026 for day in holidays)


def test_caller_may_change_the_holidays_it_got() -> None:
    official_holidays(2026).clear()
    assert date(2026, 9, 23) in official_holidays(2026)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        pytest.param("2026-03-14", "2026-03-24", "إجازة عيد الفطر", id="25-ramadan-to-5-shawwal"),
        pytest.param("2026-05-22", "2026-06-01", "إجازة عيد الأضحى", id="5-to-15-dhu-al-hijjah"),
    ],
)
def test_leave_around_an_eid_is_that_of_the_civil_service(first: str, last: str, name: str) -> None:
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    holidays = official_holidays(2026)
    leave = [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]
    assert all(holidays[day].is_estimate for day in leave)
    assert {holidays[day].name_ar for day in leave} - {"يوم عرفة"} == {name}
    assert begins - timedelta(days=1) not in holidays
    assert ends + timedelta(days=1) not in holidays


@pytest.mark.parametrize(
    "day", [date(2026, 3, 11), date(2027, 3, 14)], ids=["flag-day", "6-shawwal"]
)
def test_days_that_are_no_official_holidays(day: date) -> None:
    """Flag Day is worked; the labour law's day in place of a weekend is not the civil service's."""
    assert day not in official_holidays(day.year)


@pytest.mark.parametrize(
    ("holiday", "instead"),
    [
        pytest.param(date(2022, 9, 23), date(2022, 9, 22), id="friday-national-day"),
        pytest.param(date(2028, 9, 23), date(2028, 9, 24), id="saturday-national-day"),
        pytest.param(date(2025, 2, 22), date(2025, 2, 23), id="saturday-founding-day"),
    ],
)
def test_national_day_at_a_weekend_has_a_day_instead(holiday: date, instead: date) -> None:
    holidays = official_holidays(holiday.year)
    assert not HOURS.is_working_day(instead, DaysOff())
    assert holidays[instead].name_ar.endswith("(يوم تعويضي)")
    assert not holidays[instead].is_estimate


def test_national_day_within_a_leave_keeps_its_name() -> None:
    founding = official_holidays(2028)[date(2028, 2, 22)]  # 26 Ramadan 1449
    assert (founding.name_en, founding.is_estimate) == ("Founding Day Holiday", False)


def test_leave_that_ends_in_another_year_is_whole() -> None:
    """5 to 15 Dhu al-Hijjah 1427 lay across the new year 2007, as those of 1460 will."""
    assert date(2006, 12, 31) in official_holidays(2006)
    assert date(2007, 1, 4) in official_holidays(2007)


@pytest.mark.parametrize("year", [1990, 2090])
def test_years_outside_the_hijri_table_have_what_is_known(year: int) -> None:
    assert all(day.year == year for day in official_holidays(year))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param(datetime(2026, 3, 12, 19, 59, tzinfo=RIYADH), True, id="last-minute-before"),
        pytest.param(datetime(2026, 3, 15, 9, tzinfo=RIYADH), False, id="26-ramadan"),
        pytest.param(datetime(2026, 3, 24, 19, tzinfo=RIYADH), False, id="5-shawwal"),
        pytest.param(datetime(2026, 3, 25, 8, tzinfo=RIYADH), True, id="6-shawwal"),
        pytest.param(datetime(2026, 9, 22, 21, 30, tzinfo=UTC), False, id="half-past-midnight"),
        pytest.param(datetime(2026, 9, 23, 21, 30, tzinfo=UTC), False, id="midnight-after"),
        pytest.param(datetime(2026, 9, 24, 5, tzinfo=UTC), True, id="morning-after"),
    ],
)
def test_working_time_follows_the_official_holidays(at: datetime, is_open: bool) -> None:
    assert HOURS.is_open(at, DaysOff()) is is_open


def test_half_past_midnight_in_riyadh_belongs_to_the_new_day() -> None:
    """21:30 UTC of 22 September is National Day in Riyadh: the next opening skips it."""
    at = datetime(2026, 9, 22, 21, 30, tzinfo=UTC)
    assert HOURS.next_opening(at, DaysOff()) == datetime(2026, 9, 24, 8, tzinfo=RIYADH)


def test_working_days_across_an_eid() -> None:
    asked = date(2026, 3, 11)  # Wednesday
    assert HOURS.add_working_days(asked, 3, DaysOff()) == date(2026, 3, 26)
    assert HOURS.count_working_days(asked, date(2026, 3, 24), DaysOff()) == 1


def test_what_staff_wrote_wins_over_the_law() -> None:
    added = OfficialHoliday("يوم حداد", "Day of mourning")
    days = DaysOff({date(2026, 11, 25): added, date(2026, 9, 23): None})
    assert days.get(date(2026, 11, 25)) == added
    assert date(2026, 9, 23) not in days
    assert date(2026, 2, 22) in days
    assert "2026-02-22" not in days


def test_closure_is_told_with_the_weekends_that_touch_it() -> None:
    eid = official_holidays(2026)[date(2026, 3, 15)]
    expected = Closure(eid, first=date(2026, 3, 15), last=date(2026, 3, 24))
    assert DaysOff().closure_within(HOURS, date(2026, 3, 1), 30) == expected
    assert DaysOff().closure_within(HOURS, date(2026, 3, 1), 14) is None
    founding = DaysOff().closure_within(HOURS, date(2024, 2, 20), 9)  # a Thursday
    assert founding is not None
    assert (founding.first, founding.last) == (date(2024, 2, 22), date(2024, 2, 24))


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
