"""National IDs and residents' IDs.

Ten digits: 1 for a citizen, 2 for a resident, the last a Luhn check digit. No official
specification is published; the rule holds for every published sample (DOMAIN 12, O11). IDs in force
that fail it are reported all the same, so a caller may know of some.

>>> parse_national_id("١٠٠٠٠٠٠٠٠٨")
'1000000008'
"""

from collections.abc import Callable
from typing import Final, Literal

from saudi.checks import luhn_is_valid
from saudi.digits import clean_number

__all__ = [
    "LENGTH",
    "InvalidNationalId",
    "NationalIdFault",
    "is_citizen",
    "parse_national_id",
]

LENGTH: Final = 10

NationalIdFault = Literal["required", "not_digits", "length", "prefix", "checksum"]


class InvalidNationalId(ValueError):
    """The text is no national ID; `reason` says why, `count` how many characters were typed."""

    def __init__(self, reason: NationalIdFault, *, count: int = 0) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.count: Final = count


def parse_national_id(text: str, *, accepts: Callable[[str], bool] | None = None) -> str:
    """Give the ten ASCII digits of a national ID typed in any spelling.

    `accepts` is asked about the digits where the check digit is their only fault. Raises
    InvalidNationalId. A number that passes is well formed; it need not exist.

    >>> parse_national_id("3000000007")
    Traceback (most recent call last):
    saudi.national_id.InvalidNationalId: prefix
    >>> parse_national_id("1000000070", accepts={"1000000070"}.__contains__)
    '1000000070'
    """
    digits = clean_number(text)
    count = len(digits)
    if not digits:
        raise InvalidNationalId("required")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidNationalId("not_digits", count=count)
    if count != LENGTH:
        raise InvalidNationalId("length", count=count)
    if digits[0] not in "12":
        raise InvalidNationalId("prefix", count=count)
    if not (luhn_is_valid(digits) or (accepts is not None and accepts(digits))):
        raise InvalidNationalId("checksum", count=count)
    return digits


def is_citizen(national_id: str) -> bool:
    """Tell a citizen's ID from a resident's.

    >>> is_citizen("1000000008"), is_citizen("2000000006")
    (True, False)
    """
    return national_id.startswith("1")
