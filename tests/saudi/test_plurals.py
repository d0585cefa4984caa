"""Counted days and amounts in Arabic and English: reported fault O30."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.money import InvalidAmount, format_sar, parse_sar
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


@given(st.integers(-(10**9), 10**9), st.sampled_from(["ar", "en"]))
def test_amounts_are_read_back(halalas: int, language: str) -> None:
    amount_sar = Decimal(halalas) / 100
    assert parse_sar(format_sar(amount_sar, language)) == amount_sar


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1470.50", "1470.50"),
        ("1,470.5", "1470.5"),
        ("١٬٤٧٠٫٥٠ ريال", "1470.50"),
        ("۲۱۶ ريالًا", "216"),
        ("\u202a216\u202c ر.س.", "216"),
        ("SAR 216", "216"),
        ("216 sar".upper(), "216"),
        ("ريالان", "2"),
        ("-5", "-5"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, amount: str) -> None:
    assert parse_sar(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "required"),
        ("\u200f ", "required"),
        ("ريال", "format"),
        ("1,47", "format"),
        ("1.470", "format"),
        ("1.470,50", "format"),
        ("12,3456", "format"),
        ("216²", "format"),
        ("1e3", "format"),
        ("NaN", "format"),
        ("USD 216", "format"),
        ("--5", "format"),
    ],
)
def test_what_could_be_another_amount_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_sar(typed)
    assert refusal.value.reason == reason
