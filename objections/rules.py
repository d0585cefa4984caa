"""The ninety-day window, who may file, reminders, and when a decision takes effect: pure decisions.

Sources: docs/adr/0002 for the window; the programme's practice for the rest (docs/glossary.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from beneficiaries.cycles import next_cycle
from objections.errors import (
    EntryRefused,
    ExemptionRefused,
    ExtensionRefused,
    FilingWindowClosed,
)
from objections.grounds import Track
from objections.statuses import ReminderKind

FILING_WINDOW_DAYS: Final = 90

SECOND_LOOK_DAYS: Final = 30
"""How long after a decision was announced a second look can be asked for (docs/adr/0026)."""

ADULT_YEARS: Final = 18
"""Hijri years; a birth date is literal, so this is exact to about a day (docs/adr/0003)."""

EFFECT_CUT_OFF_DAY: Final = 10
"""Accepted up to this day of a month, a decision counts in the next month's cycle."""

STATEMENT_CHARACTERS: Final = 2000

KEPT_CHARACTERS: Final = 4 * STATEMENT_CHARACTERS
"""What a draft keeps of a text that is too long: the rest above the limit is for its writer to
shorten. Longer ones are no statement."""

ContestKind = Literal[
    "open",
    "closed",
    "eligible",
    "paid_in_full",
    "pending",
    "not_yet",
    "objected",
    "again",
    "draft",
    "own_only",
    "head_only",
    "superseded",
]
"""What a viewer can do about a result or a line of a payment.

open: object now. draft: go on with the objection they began. objected: one was filed that is open
or accepted. again: one was not accepted in full, and new documents allow another. closed: the
window is over. eligible, paid_in_full: nothing to contest. pending: the payment is still on its
way. not_yet: its deposit day is to come. own_only: only the adult it is about may object.
head_only: the viewer is a minor. superseded: a corrected one took its place.
"""

# The window -------------------------------------------------------------------


def filing_deadline(counted_from: date, *, window_days: int = FILING_WINDOW_DAYS) -> date:
    """Give the last day on which an objection may be filed.

    The day of the result is day 0 and the deadline is itself a filing day, open until its
    midnight (docs/adr/0002). Dates are civil days in Riyadh.
    """
    return counted_from + timedelta(days=window_days)


def days_left(deadline: date, *, today: date) -> int:
    """Give the days from today to the last filing day: 0 on that day, negative after it."""
    return (deadline - today).days


def is_filing_open(deadline: date, *, today: date) -> bool:
    """Tell whether an objection may be filed today. Dates are civil days in Riyadh."""
    return today <= deadline


def ensure_filing_open(*, counted_from: date, deadline: date, today: date) -> None:
    """Refuse a filing after its last day.

    Raises:
        FilingWindowClosed: with the day that was counted and the day it closed.
    """
    if not is_filing_open(deadline, today=today):
        raise FilingWindowClosed(counted_from=counted_from, deadline=deadline)


MOST_EXTENSION_DAYS: Final = 180
"""An extension ends at most so many days from today: a longer one is a mistyped year."""


def ensure_extension(*, previous: date, last_day: date, today: date) -> None:
    """Refuse a new last day that gives nobody more time, or far too much. Civil days in Riyadh.

    Raises:
        ExtensionRefused: too_early, past, or too_late, with the day that is in the way.
    """
    if last_day <= previous:
        raise ExtensionRefused("too_early", previous)
    if last_day < today:
        raise ExtensionRefused("past", today)
    limit = today + timedelta(days=MOST_EXTENSION_DAYS)
    if last_day > limit:
        raise ExtensionRefused("too_late", limit)


MOST_EXEMPTION_DAYS: Final = 30
"""So long at most somebody who is exempted has, from the day of the exemption on."""


def ensure_exemption(*, regular: date, last_day: date, today: date) -> None:
    """Refuse a day that gives one person nothing, or more than is meant. Civil days in Riyadh.

    Raises:
        ExemptionRefused: past, too_early (everybody has that day) or too_late.
    """
    if last_day < today:
        raise ExemptionRefused("past", today)
    if last_day <= regular:
        raise ExemptionRefused("too_early", regular)
    limit = today + timedelta(days=MOST_EXEMPTION_DAYS)
    if last_day > limit:
        raise ExemptionRefused("too_late", limit)


def ensure_receipt(*, counted_from: date, received_on: date, today: date) -> None:
    """Refuse a day on which no paper can have been received. Civil days in Riyadh.

    Raises:
        EntryRefused: future, or before_window, with the day in the way.
    """
    if received_on > today:
        raise EntryRefused("future", today)
    if received_on < counted_from:
        raise EntryRefused("before_window", counted_from)


# Who may file what --------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What decides whether a viewer may contest a result or a line of a payment.

    `obstacle` is what in the row itself leaves nothing to contest, if anything does. `was_refused`:
    an earlier objection against it was rejected, or accepted in part.
    """

    obstacle: ContestKind | None
    is_superseded: bool
    is_own: bool
    viewer_is_head: bool
    viewer_age: int
    subject_age: int
    has_sensitive_reason: bool
    counted_from: date
    deadline: date
    is_objected: bool = False
    was_refused: bool = False
    has_draft: bool = False


def contestability(standing: Standing, *, today: date) -> ContestKind:
    """Tell what a viewer can do about an announced row of somebody of their household.

    The head may file for anyone, an adult for themselves; an adult's sensitive reason is
    contested by that adult alone (DOMAIN 1 and 16).
    """
    if standing.is_superseded:
        return "superseded"
    if standing.obstacle is not None:
        return standing.obstacle
    kinds: tuple[tuple[bool, ContestKind], ...] = (
        (standing.is_objected, "objected"),
        (not standing.viewer_is_head and standing.viewer_age < ADULT_YEARS, "head_only"),
        (not standing.is_own and not _may_head_file(standing), "own_only"),
        (today < standing.counted_from, "not_yet"),
        (not is_filing_open(standing.deadline, today=today), "closed"),
        (standing.has_draft, "draft"),
        (standing.was_refused, "again"),
    )
    return next((kind for holds, kind in kinds if holds), "open")


def _may_head_file(standing: Standing) -> bool:
    is_adults_own = standing.has_sensitive_reason and standing.subject_age >= ADULT_YEARS
    return standing.viewer_is_head and not is_adults_own


# Two pages of one draft -----------------------------------------------------------


def mark_of(statement: str) -> str:
    """Give the mark of a text, by which a page says which one it was made from."""
    return hashlib.sha256(statement.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class WritingPage:
    """The page that a text was typed into.

    `seen` is the mark of the text it was made from, `turn` counts what it has sent.
    """

    name: str
    turn: int
    seen: str

    @property
    def stamp(self) -> str:
        """What a draft keeps of the page that wrote last: `name.turn`."""
        return f"{self.name}.{self.turn}"


def would_lose_text(*, stored: str, typed: str, page: WritingPage, stamp: str) -> bool:
    """Tell whether saving what was typed would erase a text that its page never showed.

    `stamp` is of the page that wrote last. What the same page wrote is no surprise to it, unless
    it is older than what is stored: two sendings may overtake each other.
    """
    if not stored or stored == typed:
        return False
    name, _dot, turn = stamp.partition(".")
    if name == page.name and turn.isdecimal():
        return page.turn < int(turn)
    return page.seen != mark_of(stored)


# Reminders ----------------------------------------------------------------------

REMINDED_BEFORE_DAYS: Final[Mapping[ReminderKind, int]] = {
    ReminderKind.RESULT: 14,
    ReminderKind.DRAFT_3: 3,
    ReminderKind.DRAFT_1: 1,
}
"""How many days before the last filing day each reminder is due (DOMAIN 4)."""


class Closing(NamedTuple):
    """A kind of reminder and the last filing day it reminds of, a civil day in Riyadh."""

    kind: ReminderKind
    closes_on: date


def closings_due(today: date) -> list[Closing]:
    """Give what reminders are due on a day, the nearest last day first.

    Besides what is due today there is what an outage left out: a reminder is made up for until
    the last day itself. Of the two of a draft only the later one is, so that nobody gets two
    messages on one day.
    """
    due: list[Closing] = []
    for left in range(REMINDED_BEFORE_DAYS[ReminderKind.RESULT] + 1):
        closes_on = today + timedelta(days=left)
        if left <= REMINDED_BEFORE_DAYS[ReminderKind.DRAFT_1]:
            due.append(Closing(ReminderKind.DRAFT_1, closes_on))
        elif left <= REMINDED_BEFORE_DAYS[ReminderKind.DRAFT_3]:
            due.append(Closing(ReminderKind.DRAFT_3, closes_on))
        due.append(Closing(ReminderKind.RESULT, closes_on))
    return due


def has_draft_reminder(closes_on: date, *, today: date) -> bool:
    """Tell whether the writer of a draft is reminded of it by now, and of its result no more."""
    return days_left(closes_on, today=today) <= REMINDED_BEFORE_DAYS[ReminderKind.DRAFT_3]


def worth_reminding_until(closing: Closing) -> date:
    """Give the last day on which a reminder is worth sending.

    It is the last filing day, but for a draft's first one, which ends where the second begins.
    """
    if closing.kind == ReminderKind.DRAFT_3:
        return closing.closes_on - timedelta(days=REMINDED_BEFORE_DAYS[ReminderKind.DRAFT_1] + 1)
    return closing.closes_on


# The decision -------------------------------------------------------------------


def effective_cycle(decided_on: date) -> str:
    """Give the cycle in which an acceptance counts.

    The next month's up to the 10th, else the one after that. `decided_on` is a civil day in Riyadh.
    """
    coming = next_cycle(f"{decided_on:%Y-%m}")
    return coming if decided_on.day <= EFFECT_CUT_OFF_DAY else next_cycle(coming)


def second_look_last_day(announced_on: date) -> date:
    """Give the last day on which a second look at a decision can be asked for.

    The day on which the decision was announced is day 0, and the last day is open until its
    midnight (docs/adr/0026). Civil days in Riyadh.
    """
    return announced_on + timedelta(days=SECOND_LOOK_DAYS)


def decision_limit(received_on: date, *, limit_days: int) -> date:
    """Give the last day by which a decision is promised. Civil days in Riyadh."""
    return received_on + timedelta(days=limit_days)


# Back pay -----------------------------------------------------------------------

BACK_PAY_MONTHS: Final = 5
"""The most months for which an acceptance brings money of the past (DOMAIN 8, docs/adr/0023)."""


class PaidCycle(NamedTuple):
    """A cycle that was paid, and its deposit day, a civil day in Riyadh."""

    code: str
    paid_on: date


def back_pay_cycles(
    paid: Iterable[PaidCycle],
    *,
    track: Track,
    contested: str,
    counted_from: date,
    accepted_on: date,
) -> tuple[str, ...]:
    """Give the months for which an objection that is accepted brings back pay, oldest first.

    Against a result they are the cycles paid after its day 0; against a payment its own cycle and
    those paid after it; of either track those paid up to the day of acceptance, and the newest
    five at most. `contested` is the cycle of what is contested. Civil days in Riyadh.
    """
    months = [
        cycle.code
        for cycle in sorted(paid)
        if cycle.code >= contested
        and cycle.paid_on <= accepted_on
        and (cycle.paid_on > counted_from or (track == "payment" and cycle.code == contested))
    ]
    return tuple(months[-BACK_PAY_MONTHS:])


def back_pay_estimate(*, due_sar: Decimal | None, paid_sar: Decimal) -> Decimal | None:
    """Give what a month still owes: what was due less what came, never less than nothing.

    None where nothing tells what was due.
    """
    return None if due_sar is None else max(due_sar - paid_sar, Decimal(0))
