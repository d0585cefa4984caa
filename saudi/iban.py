"""Saudi IBANs: SA, two check digits, two digits of the bank, eighteen of the account.

Source: the IBAN registry of SWIFT (ISO 13616), `SA2!n2!n18!c`; the check is ISO 7064 mod 97-10.
"""

import re
from string import ascii_uppercase
from typing import Final, Literal

from saudi.digits import clean_number

LENGTH: Final = 24

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
    """Write an IBAN in groups of four, as banks print it."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
