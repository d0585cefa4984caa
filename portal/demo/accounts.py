"""Who can be tried in the demonstration, for the terminal and the README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.demo import people


@dataclass(frozen=True)
class Account:
    """A person of the demonstration who can sign in, and what there is to see."""

    national_id: str
    mobile: str
    birth_date: str
    who: str
    state: str


ACCOUNTS: Final = (
    Account(
        people.SARA,
        "0500000001",
        "1404/01/25",
        "سارة أحمد التجريبية",
        "not eligible (lease), many days left to object",
    ),
    Account(
        people.KHALID,
        "0500000002",
        "1400/07/01",
        "خالد علي التجريبي",
        "the window of a result closes today",
    ),
    Account(
        people.RESIDENT,
        "0500000003",
        "1410/02/30",
        "a resident",
        "a window closed yesterday, a draft was stopped",
    ),
    Account(people.PAID_SHORT, "0500000004", "1395/07/01", "a head", "eligible"),
    Account(
        people.ADULT_DEPENDANT,
        "0500000005",
        "1425/09/10",
        "an adult dependant of سارة",
        "not eligible for a private reason",
    ),
    Account(
        people.ASKED_FOR_DOCUMENTS,
        "0500000006",
        "1365/07/01",
        "a head",
        "documents wanted; a ticket answered",
    ),
)
