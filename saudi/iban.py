"""Saudi IBANs: SA, two check digits, two digits of the bank, eighteen of the account.

Source: the IBAN registry of SWIFT (ISO 13616), `SA2!n2!n18!c`; the check is ISO 7064 mod 97-10.

>>> parse_iban("sa03-8000-0000-6080-1016-7519")
'SA0380000000608010167519'
"""

import re
from string import ascii_uppercase
from typing import Final, Literal

from saudi.digits import clean_number

__all__ = ["BANK", "LENGTH", "IbanFault", "InvalidIban", "group_iban", "mask_iban", "parse_iban"]

LENGTH: Final = 24

BANK: Final = slice(4, 6)
"""Where the two digits of the bank stand (`saudi.banks`)."""

IbanFault = Literal["required", "characters", "country", "length", "checksum"]

_SHAPE: Final = re.compile(r"SA[0-9]{4}[0-9A-Z]{18}")
_ALLOWED: Final = re.compile(r"[0-9A-Z]+")
_AS_NUMBERS: Final = {ord(letter): str(int(letter, 36)) for letter in ascii_uppercase}


class InvalidIban(ValueError):
    """The text is no Saudi IBAN; `reason` says why, `count` how many characters were typed."""

    def __init__(self, reason: IbanFault, *, count: int = 0) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.count: Final = count


def _remainder(iban: str) -> int:
    return int((iban[4:] + iban[:4]).translate(_AS_NUMBERS)) % 97


def parse_iban(text: str) -> str:
    """Give the 24 characters of a Saudi IBAN in capitals, without spaces.

    The letters SA may be left out, since forms and cards often print them apart.
    Raises InvalidIban.

    >>> parse_iban("٠٣ ٨٠٠٠ ٠٠٠٠ ٦٠٨٠ ١٠١٦ ٧٥١٩")
    'SA0380000000608010167519'
    >>> parse_iban("SA0380000000608010167591")
    Traceback (most recent call last):
    saudi.iban.InvalidIban: checksum
    """
    iban = clean_number(text).upper()
    if not iban:
        raise InvalidIban("required")
    count = len(iban)
    if not _ALLOWED.fullmatch(iban):
        raise InvalidIban("characters", count=count)
    if iban.isdigit():
        iban = f"SA{iban}"
    if not iban.startswith("SA"):
        raise InvalidIban("country", count=count)
    if len(iban) != LENGTH:
        raise InvalidIban("length", count=count)
    if not _SHAPE.fullmatch(iban):
        raise InvalidIban("characters", count=count)
    if _remainder(iban) != 1:
        raise InvalidIban("checksum", count=count)
    return iban


def group_iban(iban: str) -> str:
    """Write an IBAN in groups of four, as banks must print it (SAMA circular BC/T 391 of 2009).

    >>> group_iban("SA0380000000608010167519")
    'SA03 8000 0000 6080 1016 7519'
    """
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def mask_iban(iban: str) -> str:
    """Write an IBAN so that its owner recognises it: its country and its last four digits.

    Of any other text nothing is shown.

    >>> mask_iban("SA0380000000608010167519"), mask_iban("7519")
    ('SA•• •••• •••• •••• •••• 7519', '••••')
    """
    if not _SHAPE.fullmatch(iban):
        return "•" * len(iban)
    return group_iban(f"SA{'•' * 18}{iban[-4:]}")
