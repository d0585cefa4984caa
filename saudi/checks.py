"""The Luhn check (ISO/IEC 7812-1, annex B), used by national IDs and by our own references."""

from typing import Final

__all__ = ["luhn_check_digit", "luhn_is_valid"]

# What each ASCII digit adds to the sum. Tables of bytes, because a file of the register has
# millions of numbers to check.
_PLAIN: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def _luhn_sum(digits: str) -> int:
    raw = digits.encode("ascii")
    return sum(raw[-1::-2].translate(_PLAIN)) + sum(raw[-2::-2].translate(_DOUBLED))


def luhn_is_valid(digits: str) -> bool:
    """Tell whether a string of ASCII digits ends in its Luhn check digit.

    A check against typing errors only: it does not see 09 typed for 90 and never
    identifies anyone (O11).

    >>> luhn_is_valid("1000000008"), luhn_is_valid("1000000009")
    (True, False)
    >>> luhn_is_valid("1000000099"), luhn_is_valid("1000000909")
    (True, True)
    """
    return digits.isascii() and digits.isdigit() and _luhn_sum(digits) % 10 == 0


def luhn_check_digit(digits: str) -> str:
    """Give the digit that makes the whole pass when put at the end.

    Raises ValueError for non-digits.

    >>> luhn_check_digit("100000000")
    '8'
    """
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("a check digit needs ASCII digits")
    return str(-_luhn_sum(digits + "0") % 10)
