"""References of cases: ten digits that can be read over the phone and typed on any keyboard.

The first digit tells an objection from a ticket, the last is a Luhn check digit over the ten,
and the eight between are drawn at random, so that nobody can walk from one to the next.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Final, Literal

from saudi.checks import luhn_check_digit, luhn_is_valid
from saudi.digits import clean_number

LENGTH: Final = 10

ReferenceFault = Literal["required", "not_digits", "length", "prefix", "checksum"]


class ReferenceKind(StrEnum):
    """What a reference belongs to, by its first digit."""

    OBJECTION = "4"
    TICKET = "7"


class InvalidReference(ValueError):
    """The text is no reference; `reason` says why, `count` how many digits were typed."""

    def __init__(self, reason: ReferenceFault, *, count: int = 0) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.count: Final = count


def new_reference(kind: ReferenceKind) -> str:
    """Draw a reference. It may be taken: insert it under its unique constraint, else draw again."""
    body = f"{kind.value}{secrets.randbelow(10**8):08d}"
    return body + luhn_check_digit(body)


def parse_reference(text: str) -> str:
    """Give the ten ASCII digits of a reference typed in any digits and grouping.

    Raises InvalidReference. A reference that passes is well formed; it need not exist.
    """
    digits = clean_number(text).removeprefix("#")
    count = len(digits)
    if not digits:
        raise InvalidReference("required")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidReference("not_digits", count=count)
    if count != LENGTH:
        raise InvalidReference("length", count=count)
    if digits[0] not in set(ReferenceKind):
        raise InvalidReference("prefix", count=count)
    if not luhn_is_valid(digits):
        raise InvalidReference("checksum", count=count)
    return digits


def is_objection(reference: str) -> bool:
    """Tell whether a well-formed reference is an objection's."""
    return reference.startswith(ReferenceKind.OBJECTION)


def is_ticket(reference: str) -> bool:
    """Tell whether a well-formed reference is a ticket's."""
    return reference.startswith(ReferenceKind.TICKET)
