"""Counted days and amounts in Arabic and English: reported fault O30."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.money import format_sar
from saudi.plurals import arabic_days, days_text, english_days


@pytest.mark.parametrize(
    ("days", "arabic", "english"),
    [
        (0, "آخر يوم", "last day"),
        (1, "يوم واحد", "1 day"),
        (2, "يومان", "2 days"),
        (3, "3 أيام", "3 days"),
        (10, "10 أيام", "10 days"),
        (11, "11 يومًا", "11 days"),
        (64, "64 يومًا", "64 days"),
        (99, "99 يومًا", "99 days"),
        (100, "100 يوم", "100 days"),
        (101, "101 يوم", "101 days"),
        (102, "102 يوم", "102 days"),
        (103, "103 أيام", "103 days"),
        (111, "111 يومًا", "111 days"),
        (200, "200 يوم", "200 days"),
    ],
)
def test_days_left_have_the_right_form(days: int, arabic: str, english: str) -> None:
    assert arabic_days(days) == days_text(days, "ar") == arabic
    assert english_days(days) == days_text(days, "en") == english


@pytest.mark.parametrize("language", ["ar", "en"])
def test_days_are_never_negative(language: str) -> None:
    with pytest.raises(ValueError, match="never negative"):
        days_text(-1, language)


@pytest.mark.parametrize(
    ("amount", "arabic", "english"),
    [
        ("216", "216 ريالًا", "SAR 216"),
        ("0", "0 ريال", "SAR 0"),
        ("0.00", "0 ريال", "SAR 0"),
        ("1", "ريال واحد", "SAR 1"),
        ("2", "ريالان", "SAR 2"),
        ("3", "3 ريالات", "SAR 3"),
        ("10", "10 ريالات", "SAR 10"),
        ("11", "11 ريالًا", "SAR 11"),
        ("100", "100 ريال", "SAR 100"),
        ("360.00", "360 ريالًا", "SAR 360"),
        ("720", "720 ريالًا", "SAR 720"),
        ("1470", "1,470 ريالًا", "SAR 1,470"),
        ("1470.50", "1,470.50 ريال", "SAR 1,470.50"),
        ("1470.5", "1,470.50 ريال", "SAR 1,470.50"),
        ("0.05", "0.05 ريال", "SAR 0.05"),
        ("2.005", "2.01 ريال", "SAR 2.01"),
        ("0.004", "0 ريال", "SAR 0"),
        ("-0.004", "0 ريال", "SAR 0"),
        ("-1", "-1 ريال", "SAR -1"),
        ("-216", "-216 ريالًا", "SAR -216"),
        ("-216.25", "-216.25 ريال", "SAR -216.25"),
        ("3000000000", "3,000,000,000 ريال", "SAR 3,000,000,000"),
    ],
)
def test_amounts_have_the_right_form(amount: str, arabic: str, english: str) -> None:
    assert format_sar(Decimal(amount), "ar") == arabic
    assert format_sar(Decimal(amount), "en") == english


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        format_sar(Decimal(amount), "ar")


@given(st.integers(0, 10**9))
def test_halalas_are_read_back_from_english(halalas: int) -> None:
    amount_sar = Decimal(halalas) / 100
    text = format_sar(amount_sar, "en")
    assert Decimal(text.removeprefix("SAR ").replace(",", "")) == amount_sar
