"""An amount that staff type in riyals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from objections.staff_forms import AmountField


@pytest.mark.parametrize(
    ("typed", "amount"), [("", 0), ("720", 720), ("٧٢٠٫٥٠", Decimal("720.50")), ("0", 0)]
)
def test_an_amount_is_read_in_any_digits(typed: str, amount: Decimal) -> None:
    assert AmountField().clean(typed) == amount


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-5", "اكتب المبلغ بالأرقام، مثل 720 أو 720.50."),
        ("خمسة", "اكتب المبلغ بالأرقام، مثل 720 أو 720.50."),
        ("100000000", "اكتب مبلغًا أقل من 100000 ريال."),
    ],
)
def test_a_refused_amount_says_what_to_write(typed: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)
    assert refused.value.messages == [words]
