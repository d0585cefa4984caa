"""What is open after a decision: pure. Source: docs/adr/0026; days are civil days in Riyadh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from objections.rules import ADULT_YEARS, second_look_last_day
from objections.statuses import OPEN_STATUSES, REFUSED_STATUSES, ObjectionStatus

LookKind = Literal[
    "open", "undecided", "under_way", "used", "accepted", "replaced", "newer", "minor", "closed"
]
"""Whether a second look at a decision can be asked for.

open: now. undecided: nothing was decided yet. under_way: one is open. used: there was one.
accepted: nothing was refused. replaced: a corrected result or payment took the place of what was
contested. newer: another objection to the same came after. minor: the main beneficiary asks.
closed: the last day is over.
"""


@dataclass(frozen=True)
class Decided:
    """What decides whether somebody who may see a case can ask for a second look at it.

    `announced_on` is the day of the decision in force, day 0; None where none is.
    """

    status: str
    announced_on: date | None
    had_second_look: bool
    is_replaced: bool
    has_newer: bool
    is_filer: bool
    viewer_age: int


def second_look_kind(case: Decided, *, today: date) -> LookKind:
    """Tell whether a second look can be asked for: once, within its days, after a refusal."""
    if case.had_second_look:
        return "under_way" if case.status in OPEN_STATUSES else "used"
    if case.status == ObjectionStatus.ACCEPTED:
        return "accepted"
    if case.status not in REFUSED_STATUSES or case.announced_on is None:
        return "undecided"
    kinds: tuple[tuple[bool, LookKind], ...] = (
        (case.is_replaced, "replaced"),
        (case.has_newer, "newer"),
        (not case.is_filer and case.viewer_age < ADULT_YEARS, "minor"),
        (today > second_look_last_day(case.announced_on), "closed"),
    )
    return next((kind for holds, kind in kinds if holds), "open")
