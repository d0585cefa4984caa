"""Saudi mobile numbers: reported faults O04, O05 and O10."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.mobile import InvalidMobile, display_mobile, mask_mobile, parse_mobile


@pytest.mark.parametrize(
    "typed",
    [
        "0500000001",
        "500000001",
        "966500000001",
        "+966500000001",
        "00966500000001",
        "+9660500000001",
        "009660500000001",
        "9660500000001",
        "05 0000 0001",
        "050-000-0001",
        "050.000.0001",
        "(050) 000 0001",
        "966-50-0000001",
        "٠٥٠٠٠٠٠٠٠١",
        "۰۵۰۰۰۰۰۰۰۱",
        "+٩٦٦ ٥٠ ٠٠٠ ٠٠٠١",
        "\u202a+966 50 000 0001\u202c",
        "\u200e0500000001",
        "0500000001\u200f",
        "\u20660500000001\u2069",
        "05\u00a00000\u00a00001",
        "+966\ufe0f500000001",
    ],
)
def test_one_number_in_every_spelling(typed: str) -> None:
    assert parse_mobile(typed) == "+966500000001"


@pytest.mark.parametrize("typed", ["0520000001", "0570000001", "0574000001", "0579700001"])
def test_ranges_that_libraries_deny_are_accepted(typed: str) -> None:
    assert parse_mobile(typed) == f"+966{typed[1:]}"


@pytest.mark.parametrize(
    ("typed", "reason", "count"),
    [
        ("050000001", "length", 9),
        ("05000000011", "length", 11),
        ("+966", "length", 3),
        ("0", "length", 1),
        ("0966500000001", "not_mobile", 13),
        ("05OOOOOO01", "not_digits", 10),
        ("0112345678", "not_mobile", 10),
        ("+966112345678", "not_mobile", 12),
        ("9200000000", "not_mobile", 10),
        ("+201000000001", "foreign", 12),
        ("+441632960001", "foreign", 12),
        ("00201000000001", "foreign", 14),
        ("+882160000001", "foreign", 12),
        ("+19005550100", "foreign", 11),
        ("0500000001;ext=5", "not_digits", 16),
        ("++966500000001", "not_digits", 13),
        ("0500000001\x00", "not_digits", 11),
        ("0500000001⁴", "not_digits", 11),
        ("०५००००००००१", "not_digits", 11),
        ("+", "not_digits", 0),
        ("", "required", 0),
        ("\u200f \u00a0", "required", 0),
    ],
)
def test_what_is_no_saudi_mobile_is_refused(typed: str, reason: str, count: int) -> None:
    with pytest.raises(InvalidMobile) as refusal:
        parse_mobile(typed)
    assert (refusal.value.reason, refusal.value.count) == (reason, count)


def test_stored_number_is_shown_as_people_write_it() -> None:
    assert display_mobile("+966500000001") == "0500000001"


@pytest.mark.parametrize("other", ["", "0500000001", "+201000000001", "+96650000000"])
def test_other_text_is_shown_as_it_is(other: str) -> None:
    assert display_mobile(other) == other


def test_masked_number_keeps_its_ends() -> None:
    assert mask_mobile("+966500000001") == "05••••••01"


@pytest.mark.parametrize("other", ["", "05", "+201000000001"])
def test_other_text_is_masked_whole(other: str) -> None:
    assert mask_mobile(other) == "•" * len(other)


@given(st.text("0123456789", min_size=8, max_size=8))
def test_every_number_is_read_back_from_how_it_is_shown(rest: str) -> None:
    stored = f"+9665{rest}"
    assert parse_mobile(display_mobile(stored)) == stored
    assert parse_mobile(stored) == stored


@given(st.text("0123456789+ -966", max_size=20))
def test_whatever_is_read_has_the_stored_form(text: str) -> None:
    with suppress(InvalidMobile):
        assert re.fullmatch(r"\+9665[0-9]{8}", parse_mobile(text))
