"""What a contact may end with, what its texts may hold, whose tickets are a caller's. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from portal.contacts.errors import OutcomeRefused
from portal.contacts.statuses import WITH_CASE, Outcome
from saudi.digits import strip_invisible, to_ascii_digits

TEXT_CHARACTERS: Final = 300
"""Of a problem, its cause and its solution each."""

REASON_CHARACTERS: Final = 200

LEFT_OPEN_HOURS: Final = 2
"""A contact that began earlier and is still open is shown to who may end it."""

OLDEST_LETTER_DAYS: Final = 365
"""A stamp older than this is a misread one."""

_LONG_NUMBER: Final = re.compile(r"(?:[0-9][ .\-]?){9,}|SA[0-9]{2}", re.IGNORECASE)
"""An ID, a mobile, a reference or an IBAN: what belongs to one person and not to a problem."""


def names_somebody(text: str) -> bool:
    """Tell whether a text for every colleague holds the number of a person or a case.

    >>> names_somebody("لم تصل الدفعة منذ ٣ أشهر"), names_somebody("الهوية ١٠٠٠٠٠٠٠٠٨")
    (False, True)
    """
    return bool(_LONG_NUMBER.search(to_ascii_digits(strip_invisible(text))))


def is_stamp_possible(stamp: date, *, today: date) -> bool:
    """Tell whether a letter can have come on this day: not later than today, not years ago."""
    return 0 <= (today - stamp).days <= OLDEST_LETTER_DAYS


def ensure_outcome(
    outcome: Outcome, *, touched: frozenset[str], problem: str, cause: str, solution: str
) -> None:
    """Refuse an end that the contact does not bear out.

    `touched` names what it has touched, `ticket` and `objection`. What was answered at once keeps
    its problem and its solution: nothing else tells of it.

    Raises:
        OutcomeRefused: naming the field that is to be corrected.
    """
    case = WITH_CASE.get(outcome)
    if case is not None and case not in touched:
        raise OutcomeRefused("outcome")
    if (outcome == Outcome.ANSWERED or solution or cause) and not problem:
        raise OutcomeRefused("problem")
    if outcome == Outcome.ANSWERED and not solution:
        raise OutcomeRefused("solution")
