"""The people of the demonstration as the register's file has them. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from saudi.checks import luhn_check_digit

SARA: Final = "1000000008"
KHALID: Final = "1000000016"
RESIDENT: Final = "2000000006"
PAID_SHORT: Final = "1000000032"
ADULT_DEPENDANT: Final = "1000000040"
ASKED_FOR_DOCUMENTS: Final = "1000000057"
CONFIRMED: Final = "1000000070"
"""Its check digit is wrong; staff have confirmed it (docs/adr/0012)."""

UNKNOWN: Final = "1000000024"

MADE: Final = "made"
"""A mobile that is given the next free number."""

FIRST_HOUSEHOLD: Final = 1001
"""The register's number of the first household; those after it follow."""

_BANKS: Final = ("80", "10", "45", "20", "55", "05", "30", "15", "65", "60")


@dataclass(frozen=True)
class Member:
    """Somebody of a household; an ID is made for who has none here."""

    relation: str
    name: str
    birth_date: str
    mobile: str = ""
    national_id: str = ""
    is_resident: bool = False


@dataclass(frozen=True)
class DemoHousehold:
    """A household of the demonstration, its head first."""

    members: tuple[Member, ...]
    city: str = "الرياض"
    has_iban: bool = True


@dataclass(frozen=True)
class RegisterRow:
    """A row of the register's file, in the order of its columns."""

    national_id: str
    full_name: str
    mobile: str
    birth_date_hijri: str
    household_id: str
    relation: str
    city: str
    iban: str

    @property
    def household(self) -> int:
        """The number of the household in the demonstration; the first is 1."""
        return int(self.household_id) - FIRST_HOUSEHOLD + 1


def head(
    name: str,
    birth_date: str,
    *,
    mobile: str = MADE,
    national_id: str = "",
    is_resident: bool = False,
) -> Member:
    """Give a head of a household."""
    return Member("head", name, birth_date, mobile, national_id, is_resident)


def adult(
    relation: str, name: str, birth_date: str, *, mobile: str = MADE, national_id: str = ""
) -> Member:
    """Give an adult with a mobile of their own, unless it is left empty."""
    return Member(relation, name, birth_date, mobile, national_id)


def child(name: str, birth_date: str) -> Member:
    """Give a child, who has no mobile."""
    return Member("child", name, birth_date)


def register_rows(households: Sequence[DemoHousehold]) -> Iterator[RegisterRow]:
    """Give the rows of the register's file, in the order of the households.

    IDs belong to nobody and pass their check, but for `CONFIRMED`; `1000000024` stays unknown.
    Mobiles are those from 0500000001 to 0500000899.
    """
    numbers, mobiles = count(10), count(11)
    for place, household in enumerate(households):
        for member in household.members:
            mobile = f"05{next(mobiles):08}" if member.mobile == MADE else member.mobile
            yield RegisterRow(
                national_id=member.national_id
                or synthetic_id(next(numbers), first="2" if member.is_resident else "1"),
                full_name=member.name,
                mobile=mobile,
                birth_date_hijri=member.birth_date,
                household_id=f"{FIRST_HOUSEHOLD + place}",
                relation=member.relation,
                city=household.city,
                iban=iban(place + 1) if household.has_iban and member.relation == "head" else "",
            )


def synthetic_id(number: int, *, first: str = "1") -> str:
    """Give a well-formed national ID that belongs to nobody."""
    nine = f"{first}{number:08}"
    return nine + luhn_check_digit(nine)


def iban(number: int) -> str:
    """Give a well-formed IBAN of a Saudi bank that belongs to nobody."""
    account = f"{_BANKS[number % len(_BANKS)]}{number:018}"
    # ISO 7064 mod 97-10, with S as 28 and A as 10.
    check = 98 - int(f"{account}281000") % 97
    return f"SA{check:02}{account}"
