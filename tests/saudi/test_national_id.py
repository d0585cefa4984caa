"""National IDs and their check digit: reported faults O04, O05 and O11."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.checks import luhn_check_digit, luhn_is_valid
from saudi.national_id import InvalidNationalId, is_citizen, parse_national_id


@pytest.mark.parametrize(
    "typed",
    [
        "1000000008",
        "١٠٠٠٠٠٠٠٠٨",
        "۱۰۰۰۰۰۰۰۰۸",
        "10000٠٠٠٠٨",
        "1000000008\u200f",
        "\u2067 1 000-000-008 \u2069",
    ],
)
def test_one_person_in_every_spelling(typed: str) -> None:
    assert parse_national_id(typed) == "1000000008"


@pytest.mark.parametrize("valid", ["1000000008", "1000000016", "2000000006", "1000000099"])
def test_valid_ids_are_read(valid: str) -> None:
    assert parse_national_id(valid) == valid


@pytest.mark.parametrize(
    ("typed", "reason", "count"),
    [
        ("1000000009", "checksum", 10),
        ("1000000080", "checksum", 10),
        ("1234567890", "checksum", 10),
        ("3000000007", "prefix", 10),
        ("0000000000", "prefix", 10),
        ("100000000", "length", 9),
        ("10000000080", "length", 11),
        ("10000O0008", "not_digits", 10),
        ("¹000000008", "not_digits", 10),
        ("१०००००००००", "not_digits", 10),
        ("1000000008\x00", "not_digits", 11),
        ("+1000000008", "not_digits", 11),
        ("", "required", 0),
        (" \u200f\u200b", "required", 0),
    ],
)
def test_bad_ids_are_refused_with_their_reason(typed: str, reason: str, count: int) -> None:
    with pytest.raises(InvalidNationalId) as refusal:
        parse_national_id(typed)
    assert (refusal.value.reason, refusal.value.count) == (reason, count)


def test_swapped_09_and_90_are_two_people() -> None:
    assert parse_national_id("1000000099") != parse_national_id("1000000909")


@pytest.mark.parametrize(("national_id", "citizen"), [("1000000008", True), ("2000000006", False)])
def test_first_digit_tells_a_citizen(national_id: str, citizen: bool) -> None:
    assert is_citizen(national_id) is citizen


def test_luhn_sees_all_zeros_as_valid() -> None:
    assert luhn_is_valid("0000000000")
    assert luhn_is_valid("2222222222")


@pytest.mark.parametrize("text", ["", "١٨", "1a", "1 8", "²²"])
def test_only_ascii_digits_have_a_check(text: str) -> None:
    assert not luhn_is_valid(text)
    with pytest.raises(ValueError, match="ASCII digits"):
        luhn_check_digit(text)


@pytest.mark.parametrize(
    ("payload", "digit"), [("100000000", "8"), ("7992739871", "3"), ("0", "0"), ("1", "8")]
)
def test_known_check_digits(payload: str, digit: str) -> None:
    assert luhn_check_digit(payload) == digit


@given(st.text("0123456789", min_size=1))
def test_exactly_one_check_digit_passes(payload: str) -> None:
    passing = [digit for digit in "0123456789" if luhn_is_valid(payload + digit)]
    assert passing == [luhn_check_digit(payload)]


@given(st.sampled_from("12"), st.text("0123456789", min_size=8, max_size=8))
def test_every_id_with_its_check_digit_is_read_back(first: str, rest: str) -> None:
    national_id = first + rest + luhn_check_digit(first + rest)
    assert parse_national_id(national_id) == national_id


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidNationalId):
        assert re.fullmatch(r"[12][0-9]{9}", parse_national_id(text))


def test_who_calls_may_accept_an_id_whose_only_fault_is_its_check_digit() -> None:
    """O11: some IDs that are in force fail the check."""
    asked: list[str] = []

    def accepts(digits: str) -> bool:
        asked.append(digits)
        return digits == "1234567890"

    assert parse_national_id("١٢٣٤٥٦٧٨٩٠\u200f", accepts=accepts) == "1234567890"
    with pytest.raises(InvalidNationalId, match="checksum"):
        parse_national_id("1000000009", accepts=accepts)
    assert asked == ["1234567890", "1000000009"]


@pytest.mark.parametrize(
    "typed", ["1000000008", "0000000000", "3000000007", "100000000", "10000O0008", ""]
)
def test_nobody_is_asked_about_any_other_id(typed: str) -> None:
    with suppress(InvalidNationalId):
        parse_national_id(typed, accepts=pytest.fail)
