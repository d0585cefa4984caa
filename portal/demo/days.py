"""The days of the demonstration, all counted back from the day it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from beneficiaries.cycles import next_cycle, previous_cycle
from objections.rules import FILING_WINDOW_DAYS
from saudi.gregorian import RIYADH

CYCLES: Final = 6
RESULTS_DAY: Final = 28
"""Results come near the end of a month, for the payment of the month after."""

NEWEST_AGE_DAYS: Final = 6
"""The newest results are at least this old, so that cases of them have a history."""


@dataclass(frozen=True)
class DemoCycle:
    """A cycle and the day its results were announced."""

    code: str
    announced_on: date


@dataclass(frozen=True)
class DemoDays:
    """When things happened, seen from the day of loading."""

    today: date
    cycles: tuple[DemoCycle, ...]
    """Oldest first."""

    closing: int
    """The place in `cycles` of the one whose windows close now."""

    @property
    def closed_yesterday(self) -> date:
        """The announcement whose window closed yesterday."""
        return self.today - timedelta(days=FILING_WINDOW_DAYS + 1)

    @property
    def closes_today(self) -> date:
        """The announcement whose window closes today."""
        return self.today - timedelta(days=FILING_WINDOW_DAYS)

    @property
    def registered_on(self) -> date:
        """The day of the register's file: before the first results."""
        return self.cycles[0].announced_on - timedelta(days=14)

    def at(self, days_ago: int, hour: int = 10, minute: int = 0) -> datetime:
        """Give an instant in Riyadh so many days before today."""
        return at(self.today - timedelta(days=days_ago), hour, minute)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """Give an instant of a civil day in Riyadh."""
    return datetime.combine(day, time(hour, minute), tzinfo=RIYADH)


def days_from(today: date) -> DemoDays:
    """Lay six monthly announcements before today; one of them closes its windows now.

    The cycle whose ordinary day is nearest to the one that closed yesterday takes that day.
    """
    newest = today - timedelta(days=NEWEST_AGE_DAYS)
    if newest.day < RESULTS_DAY:
        newest = newest.replace(day=1) - timedelta(days=1)
    month = newest.replace(day=RESULTS_DAY)
    code = next_cycle(f"{month:%Y-%m}")
    cycles: list[DemoCycle] = []
    for _ in range(CYCLES):
        cycles.insert(0, DemoCycle(code, month))
        code = previous_cycle(code)
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=RESULTS_DAY)
    wanted = today - timedelta(days=FILING_WINDOW_DAYS + 1)
    closing = min(range(CYCLES), key=lambda place: abs(cycles[place].announced_on - wanted))
    cycles[closing] = DemoCycle(cycles[closing].code, wanted)
    return DemoDays(today=today, cycles=tuple(cycles), closing=closing)
