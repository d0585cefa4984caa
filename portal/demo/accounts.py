"""Who can be tried in the demonstration and what to try, for the terminal and the README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.demo import people


@dataclass(frozen=True)
class Account:
    """A person of the demonstration who can sign in, what state they are in and what to try."""

    national_id: str
    mobile: str
    birth_date: str
    who: str
    state: str
    to_try: str


ACCOUNTS: Final = (
    Account(
        people.SARA,
        "0500000001",
        "1404/01/25",
        "سارة أحمد التجريبية",
        "not eligible (lease), many days left",
        "object to the result of the newest month",
    ),
    Account(
        people.KHALID,
        "0500000002",
        "1400/07/01",
        "خالد علي التجريبي",
        "the window of a result closes today",
        "object before midnight",
    ),
    Account(
        people.RESIDENT,
        "0500000003",
        "1410/02/30",
        "a resident",
        "a window closed yesterday and stopped a draft",
        "read which day was counted and what is still open",
    ),
    Account(
        people.PAID_SHORT,
        "0500000004",
        "1395/07/01",
        "a head",
        "eligible; the newest payment came short (days abroad)",
        "object to the payment",
    ),
    Account(
        people.ADULT_DEPENDANT,
        "0500000005",
        "1425/09/10",
        "an adult dependant of سارة",
        "not eligible for a private reason",
        "read it here, then see what سارة sees of it",
    ),
    Account(
        people.ASKED_FOR_DOCUMENTS,
        "0500000006",
        "1365/07/01",
        "a head",
        "documents wanted; a ticket answered",
        "send a document, reply to the answer",
    ),
    Account(
        people.CONFIRMED,
        "0500000007",
        "1421/10/19",
        "a head",
        "an ID that fails the check and that staff have confirmed",
        "sign in with it; as supervisor, see who confirmed it",
    ),
)
