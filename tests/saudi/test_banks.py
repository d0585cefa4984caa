"""The bank of an IBAN."""

from __future__ import annotations

import pytest

from saudi.banks import BANKS, bank_of
from saudi.iban import parse_iban


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        pytest.param("SA03 8000 0000 6080 1016 7519", "Al Rajhi Bank", id="swift-registry"),
        pytest.param("SA39 1500 0999 1031 4343 0001", "Bank Albilad", id="circular-of-2009"),
    ],
)
def test_published_samples_name_their_bank(typed: str, name: str) -> None:
    bank = bank_of(parse_iban(typed))
    assert bank is not None
    assert bank.name("en") == name


@pytest.mark.parametrize("code", ["00", "36", "72", "83", "85", "98", "99"])
def test_code_without_a_sure_source_names_no_bank(code: str) -> None:
    assert bank_of(f"SA00{code}{'0' * 18}") is None


def test_no_iban_has_no_bank() -> None:
    assert bank_of("") is None


def test_every_bank_has_two_digits_and_both_names() -> None:
    assert len(BANKS) == 24
    for code, bank in BANKS.items():
        assert len(code) == 2
        assert code.isdecimal()
        assert bank.code == code
        assert bank.name("ar") != bank.name("en")
