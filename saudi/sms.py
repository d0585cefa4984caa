"""How many parts an SMS takes.

Source: 3GPP TS 23.038 (alphabets) and 23.040 (parts). Text within the GSM 7-bit alphabet has
160 units alone and 153 a part; any other character makes the whole UCS-2: 70 alone, 67 a part.

>>> sms_parts("رمز التحقق: 048213")
SmsParts(encoding='UCS-2', units=18, parts=1)
"""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Encoding", "SmsParts", "gsm_units", "sms_parts"]

_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_LAST_OF_BASIC_PLANE: Final = 0xFFFF

Encoding = Literal["GSM-7", "UCS-2"]

_ALONE: Final[dict[Encoding, int]] = {"GSM-7": 160, "UCS-2": 70}
_IN_PART: Final[dict[Encoding, int]] = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class SmsParts:
    """What an SMS costs: its alphabet, its length in units of that alphabet, its parts."""

    encoding: Encoding
    units: int
    parts: int


def gsm_units(char: str) -> int:
    """Give the units of a character in the cheap alphabet: 1 or 2, and 0 for one outside it.

    >>> gsm_units("a"), gsm_units("€"), gsm_units("\u2019")
    (1, 2, 0)
    """
    if char in _GSM_EXTENSION:
        return 2
    return int(char in _GSM_BASIC)


def sms_parts(text: str) -> SmsParts:
    """Count the units and the parts of a text, as the gateway bills them.

    A character of two units (a surrogate pair, an extension character) is never split
    between parts. An empty text has no part.

    >>> sms_parts("ا" * 66 + "😀" + "ا" * 66).parts
    3
    >>> sms_parts("a" * 160).parts, sms_parts("a" * 159 + "ا").parts
    (1, 3)
    """
    encoding: Encoding = "UCS-2"
    if all(char in _GSM_BASIC or char in _GSM_EXTENSION for char in text):
        encoding = "GSM-7"
        widths = [2 if char in _GSM_EXTENSION else 1 for char in text]
    else:
        widths = [2 if ord(char) > _LAST_OF_BASIC_PLANE else 1 for char in text]
    units = sum(widths)
    if units <= _ALONE[encoding]:
        return SmsParts(encoding=encoding, units=units, parts=min(units, 1))
    parts, used = 1, 0
    for width in widths:
        if used + width > _IN_PART[encoding]:
            parts, used = parts + 1, 0
        used += width
    return SmsParts(encoding=encoding, units=units, parts=parts)
