"""Cycles: read, named, counted on."""

from __future__ import annotations

import pytest

from beneficiaries.cycles import cycle_name, next_cycle, parse_cycle, previous_cycle
from beneficiaries.errors import InvalidCycle


@pytest.mark.parametrize("typed", ["2026-11", " 2026-11 ", "٢٠٢٦-١١", "\u200f2026-11"])
def test_a_cycle_is_read_in_any_digits(typed):
    assert parse_cycle(typed) == "2026-11"


@pytest.mark.parametrize(
    "typed", ["", "2026", "2026-13", "2026-00", "11-2026", "2026-1", "1999-11", "2026-11-01", "x"]
)
def test_anything_else_is_refused(typed):
    with pytest.raises(InvalidCycle):
        parse_cycle(typed)


def test_a_cycle_is_named_as_people_say_it():
    assert cycle_name("2026-11", "ar") == "نوفمبر 2026"
    assert cycle_name("2026-11", "en") == "November 2026"


def test_months_are_counted_over_the_turn_of_the_year():
    assert next_cycle("2026-11") == "2026-12"
    assert next_cycle("2026-12") == "2027-01"
    assert previous_cycle("2027-01") == "2026-12"
    assert previous_cycle("2026-12") == "2026-11"
