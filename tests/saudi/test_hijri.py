"""The literal Hijri date: reported faults O01, O02, O03 and O04."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.hijri import (
    MONTHS,
    TABLE_YEARS,
    HijriDate,
    InvalidHijriDate,
    format_hijri,
    month_name,
)

TODAY = date(2026, 11, 24)  # 1448-06-14

literals = st.builds(HijriDate, st.integers(1000, 9999), st.integers(1, 12), st.integers(1, 30))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1404-01-25", "25/01/1404"),
        ("1410-01-07", "07/01/1410"),
        ("1402-10-30", "30/10/1402"),
        ("1400-02-30", "30/02/1400"),
        ("1364-08-29", "29/08/1364"),
        ("1364-08-30", "30/08/1364"),
        ("1420-01-01", "01/01/1420"),
        ("1300-01-01", "01/01/1300"),
        ("1342-12-30", "30/12/1342"),
        ("1410-07-01", "01/07/1410"),
    ],
)
def test_birth_date_is_kept_as_typed_where_tables_disagree(typed: str, shown: str) -> None:
    born = HijriDate.parse(typed).validate(TODAY)
    assert str(born) == typed
    assert born.display_slash == shown
    assert HijriDate.parse(shown) == born


@pytest.mark.parametrize(
    "typed",
    ["30/12/1433", "30/05/1446", "30/02/1441", "30/03/1440", "30/09/1444", "30/12/1450"],
)
def test_30th_day_that_no_table_has_is_refused_on_the_day(typed: str) -> None:
    with pytest.raises(InvalidHijriDate) as refusal:
        HijriDate.parse(typed).validate(TODAY)
    assert (refusal.value.part, refusal.value.reason) == ("day", "no_such_day")


def test_register_may_have_a_30th_day_that_no_table_has() -> None:
    assert HijriDate(1446, 5, 30).validate(TODAY, from_register=True) == HijriDate(1446, 5, 30)
    with pytest.raises(InvalidHijriDate):
        HijriDate(1450, 12, 30).validate(TODAY, from_register=True)


@pytest.mark.parametrize(
    ("typed", "gregorian"),
    [
        ("29/12/1433", date(2012, 11, 14)),
        ("01/06/1446", date(2024, 12, 2)),
        ("29/02/1441", date(2019, 10, 28)),
        ("30/02/1445", date(2023, 9, 15)),
        ("30/02/1444", date(2022, 9, 26)),
        ("30/12/1430", date(2009, 12, 17)),
        ("30/11/1442", date(2021, 7, 10)),
        ("30/09/1445", date(2024, 4, 9)),
        ("30/09/1447", date(2026, 3, 19)),
        ("26/03/1440", date(2018, 12, 4)),
        ("01/09/1446", date(2025, 3, 1)),
        ("01/10/1446", date(2025, 3, 30)),
        ("19/05/1446", date(2024, 11, 21)),
        ("18/05/1436", date(2015, 3, 9)),
        ("05/07/1436", date(2015, 4, 24)),
        ("09/02/1443", date(2021, 9, 16)),
        ("05/09/1444", date(2023, 3, 27)),
        ("29/08/1447", date(2026, 2, 17)),
        ("19/08/1445", date(2024, 2, 29)),
        ("03/12/1446", date(2025, 5, 30)),
    ],
)
def test_settled_years_convert_exactly_both_ways(typed: str, gregorian: date) -> None:
    hijri = HijriDate.parse(typed).validate(TODAY)
    assert hijri.approximate_gregorian() == gregorian
    assert HijriDate.from_gregorian(gregorian) == hijri


@pytest.mark.parametrize(
    ("typed", "part", "reason"),
    [
        ("00/05/1440", "day", "range"),
        ("31/05/1440", "day", "range"),
        ("05/13/1440", "month", "range"),
        ("05/00/1440", "month", "range"),
        ("", "date", "required"),
        ("\u200f هـ", "date", "required"),
        ("1440", "date", "format"),
        ("1440/05", "date", "format"),
        ("1440/05/05/01", "date", "format"),
        ("1440/رجب/05", "date", "format"),
        ("1440//05", "date", "format"),
        ("14400505", "date", "format"),
        ("1440/005/05", "date", "format"),
        ("1440/05/005", "date", "format"),
        ("05/05/440", "year", "length"),
        ("05/05/14400", "year", "length"),
        ("05/05/40", "year", "length"),
        ("١٤٤٠/०५/٠٥", "date", "format"),
    ],
)
def test_what_is_no_date_is_refused_with_its_part(typed: str, part: str, reason: str) -> None:
    with pytest.raises(InvalidHijriDate) as refusal:
        HijriDate.parse(typed)
    assert (refusal.value.part, refusal.value.reason) == (part, reason)


@pytest.mark.parametrize(
    "typed",
    [
        "1440/08/25",
        "1440-08-25",
        "1440-8-25",
        "25/08/1440",
        "25-8-1440",
        "25.08.1440",
        "٢٥/٠٨/١٤٤٠",
        "۲۵/۰۸/۱۴۴۰",
        "٢٥\u200f/٨\u200f/١٤٤٠ هـ",
        " 25 / 08 / 1440 ",
        "25/08/1440هـ",
        "25/08/1440 ه",
        "25/08/1440 AH",
        "\u20681440/08/25\u2069",
    ],
)
def test_one_date_in_every_spelling(typed: str) -> None:
    assert HijriDate.parse(typed) == HijriDate(1440, 8, 25)


def test_browser_formatted_date_is_read() -> None:
    assert HijriDate.parse("٣\u200f/١٢\u200f/١٤٤٦ هـ") == HijriDate(1446, 12, 3)


@pytest.mark.parametrize(
    ("literal", "part", "reason"),
    [
        ((1299, 12, 29), "year", "range"),
        ((1000, 1, 1), "year", "range"),
        ((1449, 1, 1), "year", "future"),
        ((1983, 7, 1), "year", "future"),
        ((1448, 7, 1), "date", "future"),
        ((1448, 6, 15), "date", "future"),
    ],
)
def test_birth_date_outside_1300_to_today_is_refused(
    literal: tuple[int, int, int], part: str, reason: str
) -> None:
    with pytest.raises(InvalidHijriDate) as refusal:
        HijriDate(*literal).validate(TODAY)
    assert (refusal.value.part, refusal.value.reason) == (part, reason)


def test_today_is_a_birth_date() -> None:
    assert HijriDate.from_gregorian(TODAY) == HijriDate(1448, 6, 14)
    assert HijriDate(1448, 6, 14).validate(TODAY) == HijriDate(1448, 6, 14)


@pytest.mark.parametrize(
    ("year", "month", "day", "part"),
    [
        (404, 1, 1, "year"),
        (14044, 1, 1, "year"),
        (-140, 1, 1, "year"),
        (1404, 0, 1, "month"),
        (1404, 13, 1, "month"),
        (1404, 1, 0, "day"),
        (1404, 1, 31, "day"),
    ],
)
def test_no_date_is_made_of_impossible_parts(year: int, month: int, day: int, part: str) -> None:
    with pytest.raises(InvalidHijriDate) as refusal:
        HijriDate(year, month, day)
    assert refusal.value.part == part


def test_first_of_rajab_is_never_suspicious() -> None:
    assert HijriDate(1365, 7, 1).validate(TODAY) == HijriDate(1365, 7, 1)


@pytest.mark.parametrize(
    ("literal", "shown_as"),
    [
        ((1404, 1, 25), date(1983, 10, 31)),
        ((1364, 8, 29), date(1945, 8, 8)),
        ((1400, 2, 30), date(1980, 1, 18)),
        ((1342, 12, 29), None),
        ((1300, 7, 1), None),
        ((1501, 1, 1), None),
    ],
)
def test_derived_gregorian_is_near_or_absent(
    literal: tuple[int, int, int], shown_as: date | None
) -> None:
    assert HijriDate(*literal).approximate_gregorian() == shown_as


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ((1430, 6, 14), 18),
        ((1430, 6, 15), 17),
        ((1430, 7, 1), 17),
        ((1430, 5, 30), 18),
        ((1448, 6, 14), 0),
        ((1449, 1, 1), 0),
        ((1300, 1, 1), 148),
    ],
)
def test_age_counts_whole_hijri_years(born: tuple[int, int, int], age: int) -> None:
    assert HijriDate(*born).age_on(TODAY) == age


def test_day_outside_the_table_has_no_hijri_date() -> None:
    with pytest.raises(OverflowError):
        HijriDate.from_gregorian(date(1900, 1, 1))


@pytest.mark.parametrize(
    ("language", "words"),
    [("ar", "19 شعبان 1448\u00a0هـ"), ("en", "19 Sha'ban 1448 AH"), ("fr", "19 Sha'ban 1448 AH")],
)
def test_date_is_written_in_words(language: str, words: str) -> None:
    assert format_hijri(HijriDate(1448, 8, 19), language) == words


def test_every_month_has_a_name_of_its_own() -> None:
    assert all(len(set(names)) == 12 for names in MONTHS.values())
    assert [month_name(month, "ar") for month in (1, 7, 12)] == ["محرم", "رجب", "ذو الحجة"]


@given(literals)
def test_stored_and_shown_forms_are_read_back(literal: HijriDate) -> None:
    assert HijriDate.parse(str(literal)) == literal
    assert HijriDate.parse(literal.display_slash) == literal
    assert HijriDate.parse(f"{literal.display_slash} هـ") == literal


@given(literals, literals)
def test_stored_text_sorts_as_the_dates_do(first: HijriDate, second: HijriDate) -> None:
    assert (first < second) == (str(first) < str(second))
    assert (first == second) == (str(first) == str(second))


@given(st.dates(date(1924, 8, 1), date(2077, 11, 16)))
def test_table_dates_convert_back(day: date) -> None:
    hijri = HijriDate.from_gregorian(day)
    assert hijri.year in TABLE_YEARS
    assert hijri.approximate_gregorian() == day


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidHijriDate):
        assert HijriDate.parse(text).day
