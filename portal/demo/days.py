"""The days of the demonstration, all counted back from the instant it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from beneficiaries.cycles import next_cycle, previous_cycle
from objections.rules import FILING_WINDOW_DAYS
from saudi.gregorian import RIYADH, riyadh_date

CYCLES: Final = 12

NEWEST: Final = 0
BEFORE: Final = 1
OLD: Final = 4
"""Ages of cycles; the windows of an old one, and of those before it, are over."""

CLOSING: Final = -1
"""Stands for the age of the cycle whose windows close now, which depends on the day."""

RESULTS_DAY: Final = 28
"""Results come near the end of a month, for the payment of the month after."""

NEWEST_AGE_DAYS: Final = 6
"""The newest results are at least this old, so that cases of them have a history."""

PAYMENT_DAY: Final = 10
_FRIDAY, _SATURDAY = 4, 5
_AFTER_RESULTS: Final = timedelta(days=5)
"""A payment waits at least this long for results that came late."""


@dataclass(frozen=True)
class DemoCycle:
    """A cycle, the day its results were announced and the day it is paid."""

    code: str
    announced_on: date
    paid_on: date


@dataclass(frozen=True)
class DemoDays:
    """When things happened, seen from the instant of loading."""

    now: datetime
    cycles: tuple[DemoCycle, ...]
    """The newest first: the place of a cycle is its age."""

    closing: int
    """The age of the cycle whose windows close now."""

    @property
    def today(self) -> date:
        return riyadh_date(self.now)

    @property
    def closes_today(self) -> date:
        """The announcement whose window closes today."""
        return self.today - timedelta(days=FILING_WINDOW_DAYS)

    @property
    def registered_on(self) -> date:
        """The day of the register's first file: before the first results."""
        return self.cycles[-1].announced_on - timedelta(days=14)

    @property
    def paid(self) -> tuple[DemoCycle, ...]:
        """The cycles whose payment has been told, the newest first."""
        return tuple(cycle for cycle in self.cycles if told_at(cycle) <= self.now)

    def age_of(self, cycle: int) -> int:
        """Give the age of a cycle that is named by its age or as CLOSING."""
        return self.closing if cycle == CLOSING else cycle

    def at(self, days_ago: int, hour: int = 10, minute: int = 0) -> datetime:
        """Give an instant in Riyadh so many days before today."""
        return at(self.today - timedelta(days=days_ago), hour, minute)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """Give an instant of a civil day in Riyadh."""
    return datetime.combine(day, time(hour, minute), tzinfo=RIYADH)


def told_at(cycle: DemoCycle) -> datetime:
    """Give the instant at which a cycle's payment is announced."""
    return at(cycle.paid_on, 9)


def payment_day(code: str) -> date:
    """Give a cycle's ordinary payment day: the 10th, or a day beside it on a weekend."""
    day = date(int(code[:4]), int(code[5:]), PAYMENT_DAY)
    moved = {_FRIDAY: -1, _SATURDAY: 1}.get(day.weekday(), 0)
    return day + timedelta(days=moved)


def days_from(now: datetime) -> DemoDays:
    """Lay twelve monthly announcements before now; one of them closes its windows now.

    The cycle whose ordinary day is nearest to the one that closed yesterday takes that day, and
    its payment waits for it.
    """
    today = riyadh_date(now)
    newest = today - timedelta(days=NEWEST_AGE_DAYS)
    if newest.day < RESULTS_DAY:
        newest = newest.replace(day=1) - timedelta(days=1)
    month = newest.replace(day=RESULTS_DAY)
    code = next_cycle(f"{month:%Y-%m}")
    cycles: list[DemoCycle] = []
    for _ in range(CYCLES):
        cycles.append(DemoCycle(code, month, payment_day(code)))
        code = previous_cycle(code)
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=RESULTS_DAY)
    wanted = today - timedelta(days=FILING_WINDOW_DAYS + 1)
    closing = min(range(CYCLES), key=lambda age: abs(cycles[age].announced_on - wanted))
    moved = cycles[closing]
    paid_on = max(moved.paid_on, wanted + _AFTER_RESULTS)
    cycles[closing] = DemoCycle(moved.code, wanted, paid_on)
    return DemoDays(now=now, cycles=tuple(cycles), closing=closing)
