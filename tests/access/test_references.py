"""References of cases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.references import (
    InvalidReference,
    ReferenceKind,
    is_objection,
    is_ticket,
    new_reference,
    parse_reference,
)
from saudi.checks import luhn_check_digit

TICKET = "7123456787"
OBJECTION = "4026714838"


@pytest.mark.parametrize("kind", list(ReferenceKind))
def test_drawn_references_are_well_formed_and_not_in_a_row(kind: ReferenceKind) -> None:
    drawn = [new_reference(kind) for _ in range(200)]
    assert all(parse_reference(text) == text and text[0] == kind.value for text in drawn)
    assert len(set(drawn)) == len(drawn)
    assert len({int(b) - int(a) for a, b in pairwise(drawn)}) > 190


@pytest.mark.parametrize(
    "typed",
    [
        TICKET,
        "7123 456 787",
        "#7123456787",
        "٧١٢٣٤٥٦٧٨٧",
        "۷۱۲۳-۴۵۶-۷۸۷",
        "\u200e7123456787\u200f",
        " 7123\u00a0456\u00a0787 ",
    ],
)
def test_typed_in_any_way_is_one_reference(typed: str) -> None:
    assert parse_reference(typed) == TICKET


@pytest.mark.parametrize(
    ("typed", "reason", "count"),
    [
        ("", "required", 0),
        (" \u200f", "required", 0),
        ("OBJ-2025-000123", "not_digits", 13),
        ("712345678٦x", "not_digits", 11),
        ("712345678", "length", 9),
        ("71234567876", "length", 11),
        ("1000000008", "prefix", 10),
        ("7123456786", "checksum", 10),
    ],
)
def test_anything_else_says_why(typed: str, reason: str, count: int) -> None:
    with pytest.raises(InvalidReference) as refusal:
        parse_reference(typed)
    assert (refusal.value.reason, refusal.value.count) == (reason, count)


def test_first_digit_tells_the_kind() -> None:
    assert is_ticket(TICKET)
    assert not is_objection(TICKET)
    assert is_objection(OBJECTION)
    assert not is_ticket(OBJECTION)


@given(
    st.sampled_from(list(ReferenceKind)),
    st.text("0123456789", min_size=8, max_size=8),
    st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]),
    st.sampled_from(["", " ", "-", "\u00a0", "\u200f"]),
)
def test_every_reference_is_read_back_from_how_it_is_read_out(
    kind: ReferenceKind, body: str, script: str, gap: str
) -> None:
    reference = f"{kind}{body}" + luhn_check_digit(f"{kind}{body}")
    spoken = gap.join((reference[:4], reference[4:7], reference[7:]))
    assert (
        parse_reference("".join(script[int(c)] if c.isdigit() else c for c in spoken)) == reference
    )
