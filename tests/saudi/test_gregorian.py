"""Civil days of Riyadh: reported faults O03, O04 and O12."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from saudi.gregorian import (
    InvalidGregorianDate,
    end_of_day,
    format_both,
    format_gregorian,
    format_time,
    month_name,
    parse_gregorian,
    riyadh_date,
    riyadh_today,
    start_of_day,
    weekday_name,
)

DAY = date(2027, 1, 27)


@pytest.mark.parametrize(
    "typed",
    [
        "05/06/2025",
        "5/6/2025",
        "05-06-2025",
        "2025-06-05",
        "2025/6/5",
        "٠٥/٠٦/٢٠٢٥",
        "۲۰۲۵-۰۶-۰۵",
        "٥\u200f/٦\u200f/٢٠٢٥",
        " 5 / 6 / 2025 م",
    ],
)
def test_fifth_of_june_is_never_the_sixth_of_may(typed: str) -> None:
    assert parse_gregorian(typed) == date(2025, 6, 5)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("٣٠\u200f/٥\u200f/٢٠٢٥", date(2025, 5, 30)),
        ("30/05/2025", date(2025, 5, 30)),
        ("13/06/2025", date(2025, 6, 13)),
        ("٢٠٢٥-٠٥-٣٠", date(2025, 5, 30)),
        ("29/02/2024", date(2024, 2, 29)),
        ("1925-01-01", date(1925, 1, 1)),
        ("2076-12-31", date(2076, 12, 31)),
    ],
)
def test_days_first_and_iso_dates_are_read(typed: str, day: date) -> None:
    assert parse_gregorian(typed) == day


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "required"),
        ("\u200f م", "required"),
        ("06/13/2025", "no_such_day"),
        ("29/02/2025", "no_such_day"),
        ("31/04/2025", "no_such_day"),
        ("00/04/2025", "no_such_day"),
        ("٣\u200f/١٢\u200f/١٤٤٦", "year"),
        ("٣\u200f/١٢\u200f/١٤٤٦ هـ", "format"),
        ("1446-12-03", "year"),
        ("1924-12-31", "year"),
        ("2077-01-01", "year"),
        ("5/6/25", "format"),
        ("005/06/2025", "format"),
        ("05/006/2025", "format"),
        ("June 5, 2025", "format"),
        ("20250605", "format"),
        ("2025-06", "format"),
        ("2025-06-05T10:00", "format"),
    ],
)
def test_what_is_no_civil_day_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidGregorianDate) as refusal:
        parse_gregorian(typed)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(datetime(2025, 5, 30, 20, 59, 59, tzinfo=UTC), date(2025, 5, 30), id="last"),
        pytest.param(datetime(2025, 5, 30, 21, tzinfo=UTC), date(2025, 5, 31), id="midnight"),
        pytest.param(
            datetime(2025, 3, 1, 22, 30, tzinfo=UTC), date(2025, 3, 2), id="half-past-one"
        ),
        pytest.param(
            datetime(2025, 5, 30, 23, tzinfo=ZoneInfo("America/Los_Angeles")),
            date(2025, 5, 31),
            id="los-angeles",
        ),
    ],
)
def test_day_is_decided_in_riyadh(instant: datetime, day: date) -> None:
    assert riyadh_date(instant) == day
    with time_machine.travel(instant, tick=False):
        assert riyadh_today() == day


def test_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        riyadh_date(datetime(2025, 5, 30, 22, 30))  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2025, 5, 30, 22, 30), "ar")  # noqa: DTZ001 - the fault under test


def test_day_holds_its_last_instant_and_not_midnight() -> None:
    last = end_of_day(date(2025, 5, 30))
    assert datetime(2025, 5, 30, 20, 59, 59, 999999, tzinfo=UTC) == last
    assert last + timedelta(microseconds=1) == start_of_day(date(2025, 5, 31))
    assert start_of_day(date(2025, 5, 31)) == datetime(2025, 5, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "weekday", "words"),
    [
        ("ar", False, "27 يناير 2027\u00a0م"),
        ("ar", True, "الأربعاء 27 يناير 2027\u00a0م"),
        ("en", False, "27 January 2027"),
        ("en", True, "Wednesday 27 January 2027"),
    ],
)
def test_civil_day_is_written_in_words(language: str, weekday: bool, words: str) -> None:
    assert format_gregorian(DAY, language, weekday=weekday) == words


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        (DAY, "ar", "الأربعاء 19 شعبان 1448\u00a0هـ، الموافق 27 يناير 2027\u00a0م"),
        (DAY, "en", "Wednesday 27 January 2027 (19 Sha'ban 1448 AH)"),
        (date(2025, 5, 30), "ar", "الجمعة 3 ذو الحجة 1446\u00a0هـ، الموافق 30 مايو 2025\u00a0م"),
    ],
)
def test_both_calendars_name_the_same_day(day: date, language: str, words: str) -> None:
    assert format_both(day, language) == words


def test_weekdays_and_months_are_named() -> None:
    week = [date(2026, 11, 22) + timedelta(days=days) for days in range(7)]
    assert [weekday_name(day, "ar") for day in week] == [
        "الأحد",
        "الاثنين",
        "الثلاثاء",
        "الأربعاء",
        "الخميس",
        "الجمعة",
        "السبت",
    ]
    assert weekday_name(week[0], "en") == "Sunday"
    assert (month_name(1, "ar"), month_name(12, "en")) == ("يناير", "December")


@pytest.mark.parametrize(
    ("clock", "arabic", "english"),
    [
        (time(21, 14), "9:14\u00a0مساءً", "9:14\u00a0PM"),
        (time(0, 42), "12:42\u00a0صباحًا", "12:42\u00a0AM"),
        (time(1, 5), "1:05\u00a0صباحًا", "1:05\u00a0AM"),
        (time(8), "8:00\u00a0صباحًا", "8:00\u00a0AM"),
        (time(20), "8:00\u00a0مساءً", "8:00\u00a0PM"),
        (time(12, 30), "12:30\u00a0ظهرًا", "12:30\u00a0PM"),
        (time(12), "12:00\u00a0ظهرًا", "12:00\u00a0PM"),
        (time(11, 59), "11:59\u00a0صباحًا", "11:59\u00a0AM"),
        (time(13), "1:00\u00a0مساءً", "1:00\u00a0PM"),
    ],
)
def test_time_is_written_on_a_twelve_hour_clock(clock: time, arabic: str, english: str) -> None:
    assert format_time(clock, "ar") == arabic
    assert format_time(clock, "en") == english


def test_instant_is_written_by_the_clock_in_riyadh() -> None:
    assert format_time(datetime(2026, 11, 24, 18, 14, tzinfo=UTC), "ar") == "9:14\u00a0مساءً"


@given(st.dates(date(1925, 1, 1), date(2076, 12, 31)))
def test_every_civil_day_is_read_back_and_written_in_both_calendars(day: date) -> None:
    assert parse_gregorian(day.isoformat()) == day
    assert parse_gregorian(f"{day:%d/%m/%Y} م") == day
    assert format_both(day, "ar").endswith(f"{day.year}\u00a0م")


@given(st.datetimes(timezones=st.timezones()))
def test_every_instant_lies_in_its_day(instant: datetime) -> None:
    day = riyadh_date(instant)
    assert start_of_day(day) <= instant <= end_of_day(day)
