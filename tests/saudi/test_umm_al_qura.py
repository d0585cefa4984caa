"""The Hijri table against a second oracle, in the years where it decides (O01, O02)."""

from __future__ import annotations

from datetime import date, timedelta

from hijridate import Hijri

from saudi.hijri import SETTLED_YEARS, HijriDate, InvalidHijriDate
from tests.saudi.umm_al_qura import FIRST_DAY, month_lengths

TODAY = date(2029, 6, 1)  # in 1451


def test_every_month_of_the_settled_years_has_one_length_in_both_tables() -> None:
    expected = month_lengths()
    assert {year for year, _month in expected} == set(SETTLED_YEARS)
    ours = {key: Hijri(*key, 1).month_length() for key in expected}
    assert ours == expected


def test_every_day_of_the_settled_years_is_the_same_in_both_tables() -> None:
    day = FIRST_DAY
    for (year, month), length in month_lengths().items():
        for number in range(1, length + 1):
            literal = HijriDate(year, month, number)
            assert HijriDate.from_gregorian(day) == literal
            assert literal.approximate_gregorian() == day
            day += timedelta(days=1)
    assert day == date(2029, 5, 14)  # 1 Muharram 1451


def test_a_30th_day_is_refused_exactly_where_neither_table_has_it() -> None:
    refused = set()
    for year, month in month_lengths():
        try:
            HijriDate(year, month, 30).validate(TODAY)
        except InvalidHijriDate:
            refused.add((year, month))
    assert refused == {key for key, length in month_lengths().items() if length == 29}
