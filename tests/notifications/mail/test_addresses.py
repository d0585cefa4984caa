"""Addresses as people type them."""

from __future__ import annotations

import pytest

from notifications.mail.addresses import InvalidAddress, mask_address, parse_address


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("sara@example.com", "sara@example.com"),
        ("  Sara@EXAMPLE.Com ", "Sara@example.com"),
        ("sara ٨٨ @ example.com", "sara88@example.com"),
        ("۱۲@example.com", "12@example.com"),
        ("<sara@example.com>", "sara@example.com"),
        ("mailto:sara@example.com", "sara@example.com"),
        ("sara+hm@example.co.uk", "sara+hm@example.co.uk"),
        ("sara＠example．com", "sara@example.com"),
        ("\u200fsara@example.com\u200f", "sara@example.com"),
        ("سارة@example.com", "name"),
        ("sara@مثال.السعودية", "sara@xn--mgbh0fb.xn--mgberp4a5d4ar"),
        ("sara@BÜCHER.example", "sara@xn--bcher-kva.example"),
        ("", "no_at"),
        ("sara.example.com", "no_at"),
        ("sara@a@example.com", "many_at"),
        ("@example.com", "no_name"),
        ("sara@", "no_domain"),
        ("sara@localhost", "domain"),
        ("sara@example..com", "domain"),
        ("sara@-example.com", "domain"),
        ("sara@192.168.1.1", "domain"),
        ("sara@[192.168.1.1]", "domain"),
        ("sara..ali@example.com", "name"),
        (".sara@example.com", "name"),
        ('"sara ali"@example.com', "name"),
        ("sara@example.com\r\nBcc: all@example.com", "name"),
        ("sara\n@example.com", "name"),
        ("sara@example.com,ali@example.com", "many_at"),
        ("sara@example.com>", "domain"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
        (f"{'a' * 65}@example.com", "too_long"),
        (f"a@{'.'.join(['b' * 60] * 4)}.example", "a@" + ".".join(["b" * 60] * 4) + ".example"),
        (f"abc@{'.'.join(['b' * 60] * 4)}.example", "too_long"),
    ],
)
def test_an_address_is_read_or_refused_with_its_reason(typed: str, stored: str) -> None:
    if "@" in stored:
        assert parse_address(typed) == stored
        assert parse_address(stored) == stored
        return
    with pytest.raises(InvalidAddress) as refused:
        parse_address(typed)
    assert refused.value.reason == stored


def test_a_masked_address_is_recognised_and_not_learned() -> None:
    assert mask_address("sara.ali@example.com") == "s•••i@example.com"
    assert mask_address("a@example.com") == "a•••@example.com"
