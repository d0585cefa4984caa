"""Saudi IBANs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.iban import InvalidIban, group_iban, parse_iban

IBAN = "SA0380000000608010167519"
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def with_check_digits(body: str) -> str:
    """Make an IBAN of the bank and account part."""
    number = int("".join(str(int(char, 36)) for char in f"{body}SA00"))
    return f"SA{98 - number % 97:02}{body}"


@pytest.mark.parametrize(
    "typed",
    [
        IBAN,
        "SA03 8000 0000 6080 1016 7519",
        "sa03-8000-0000-6080-1016-7519",
        "0380000000608010167519",
        "SA٠٣ ٨٠٠٠ ٠٠٠٠ ٦٠٨٠ ١٠١٦ ٧٥١٩",
        "\u202aSA0380000000608010167519\u202c",
    ],
)
def test_one_account_in_every_spelling(typed: str) -> None:
    assert parse_iban(typed) == IBAN


@pytest.mark.parametrize(
    ("typed", "reason", "count"),
    [
        ("", "required", 0),
        ("\u200e ", "required", 0),
        ("SA0380000000608010167591", "checksum", 24),
        ("SA1380000000608010167519", "checksum", 24),
        ("SA038000000060801016751", "length", 23),
        ("SA03800000006080101675190", "length", 25),
        ("038000000060801016751", "length", 21),
        ("GB82WEST12345698765432", "country", 22),
        ("AE070331234567890123456", "country", 23),
        ("SA03X000000608010167519A", "characters", 24),
        ("SA038000000060801016751é", "characters", 24),
        ("SA03 8000/0000", "characters", 13),
        ("SA038000000060801016751²", "characters", 24),
    ],
)
def test_bad_ibans_are_refused_with_their_reason(typed: str, reason: str, count: int) -> None:
    with pytest.raises(InvalidIban) as refusal:
        parse_iban(typed)
    assert (refusal.value.reason, refusal.value.count) == (reason, count)


def test_iban_is_printed_in_fours() -> None:
    assert group_iban(IBAN) == "SA03 8000 0000 6080 1016 7519"


@given(
    st.text("0123456789", min_size=2, max_size=2),
    st.text(ALPHANUMERIC, min_size=18, max_size=18),
)
def test_every_iban_is_read_back_from_its_groups(bank: str, account: str) -> None:
    iban = with_check_digits(bank + account)
    assert parse_iban(group_iban(iban)) == iban


@given(
    st.text("0123456789", min_size=20, max_size=20),
    st.integers(4, 23),
    st.sampled_from("0123456789"),
)
def test_one_wrong_digit_is_always_seen(body: str, place: int, digit: str) -> None:
    iban = with_check_digits(body)
    wrong = iban[:place] + digit + iban[place + 1 :]
    if wrong == iban:
        assert parse_iban(wrong) == iban
        return
    with pytest.raises(InvalidIban):
        parse_iban(wrong)
