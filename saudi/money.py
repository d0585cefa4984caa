"""Amounts in Saudi riyals, as they are written in a sentence and typed into a field.

A riyal has a hundred halalas. Source of the forms after a number: CLDR's plural rules of Arabic
(`saudi.plurals`).

>>> format_sar(Decimal("1470.50"), "ar"), format_sar(Decimal(216), "en")
('1,470.50 ريال', 'SAR 216')
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from saudi.digits import strip_invisible, to_ascii_digits
from saudi.plurals import ArabicNoun

__all__ = ["RIYAL", "AmountFault", "InvalidAmount", "format_sar", "parse_sar"]

RIYAL: Final = ArabicNoun(one="ريال واحد", two="ريالان", few="ريالات", many="ريالًا", other="ريال")

AmountFault = Literal["required", "format"]

_HALALA: Final = Decimal("0.01")
_ALONE: Final = {RIYAL.one: Decimal(1), RIYAL.two: Decimal(2)}
_UNIT: Final = re.compile(r"^(?:SAR|SR)\s*|\s*(?:ريالات|ريالًا|ريالا|ريال|ر\.س\.?|SAR|SR)$")
_EASTERN_MARKS: Final = str.maketrans("٬٫", ",.")
_AMOUNT: Final = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")


class InvalidAmount(ValueError):
    """The text is no amount in riyals; `reason` says why."""

    def __init__(self, reason: AmountFault) -> None:
        super().__init__(reason)
        self.reason: Final = reason


def format_sar(amount_sar: Decimal, language: str) -> str:
    """Write an amount: «216 ريالًا», «1,470.50 ريال», "SAR 216".

    Halalas are shown only where there are some, and then with two digits. Raises ValueError
    for what is no number.

    >>> format_sar(Decimal(2), "ar"), format_sar(Decimal("0.05"), "ar")
    ('ريالان', '0.05 ريال')
    """
    if not amount_sar.is_finite():
        raise ValueError("an amount is a finite number")
    amount = abs(amount_sar).quantize(_HALALA, rounding=ROUND_HALF_UP)
    sign = "-" if amount_sar < 0 and amount else ""
    whole = amount == amount.to_integral_value()
    digits = f"{sign}{amount:,.0f}" if whole else f"{sign}{amount:,.2f}"
    if not language.startswith("ar"):
        return f"SAR {digits}"
    if not whole:
        return f"{digits} {RIYAL.other}"
    return f"{digits} {RIYAL.form(int(amount))}" if sign else RIYAL.counted(int(amount))


def parse_sar(text: str) -> Decimal:
    """Read an amount in any digits, with or without its unit, as `format_sar` writes it or typed.

    A comma parts thousands, a point halalas, of which there are at most two digits: what could
    be read in two ways is refused. Raises InvalidAmount.

    >>> parse_sar("١٬٤٧٠٫٥٠ ريال"), parse_sar("SAR 216")
    (Decimal('1470.50'), Decimal('216'))
    >>> parse_sar("1,47")
    Traceback (most recent call last):
    saudi.money.InvalidAmount: format
    """
    plain = strip_invisible(to_ascii_digits(text)).translate(_EASTERN_MARKS).strip()
    if not plain:
        raise InvalidAmount("required")
    if plain in _ALONE:
        return _ALONE[plain]
    digits = _UNIT.sub("", plain, count=1)
    if not _AMOUNT.fullmatch(digits):
        raise InvalidAmount("format")
    return Decimal(digits.replace(",", ""))
