"""Direction and isolation of text in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.digits import strip_invisible
from saudi.direction import FSI, LRI, PDI, direction_of, isolate, isolate_ltr


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("سارة أحمد", "rtl"),
        ("Sara", "ltr"),
        ("1. سارة Sara", "rtl"),
        ("+966500000001", None),
        ("\u202e", None),
        ("\u200fSara", "rtl"),
        ("", None),
        ("א", "rtl"),
    ],
)
def test_first_strong_letter_decides(text: str, direction: str | None) -> None:
    assert direction_of(text) == direction


def test_number_is_written_from_left_to_right() -> None:
    assert isolate_ltr("8-20") == f"{LRI}8-20{PDI}"


@pytest.mark.parametrize("hostile", ["\u202egpj.exe", "\u2069\u2069name", "\u2067\u2066\u202b"])
def test_controls_of_the_text_cannot_leave_the_isolate(hostile: str) -> None:
    isolated = isolate(hostile)
    assert [char for char in isolated if char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067"] == []
    assert isolated.count(PDI) == isolated.count(FSI) == (1 if isolated else 0)


def test_nothing_stays_nothing() -> None:
    assert isolate("") == isolate_ltr("") == isolate("\u202a\u202c") == ""


@given(st.text())
def test_isolation_is_taken_off_again(text: str) -> None:
    assert strip_invisible(isolate(text)) == strip_invisible(text)
    assert isolate(isolate(text)) == isolate(text)
