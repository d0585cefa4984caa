"""Amounts in Saudi riyals, as they are written in a sentence."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from saudi.plurals import ArabicNoun

RIYAL: Final = ArabicNoun(one="ريال واحد", two="ريالان", few="ريالات", many="ريالًا", other="ريال")

_HALALA: Final = Decimal("0.01")


def format_sar(amount_sar: Decimal, language: str) -> str:
    """Write an amount: «216 ريالًا», «1,470.50 ريال», "SAR 216".

    Halalas are shown only where there are some, and then with two digits. Raises ValueError
    for what is no number.
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
