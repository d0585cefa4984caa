"""How many of its working days something has used, in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

__all__ = ["ClockState", "WorkClock", "paused_clock", "running_clock"]

ClockState = Literal["", "is-soon", "is-late", "is-paused"]


@dataclass(frozen=True)
class WorkClock:
    """The working days that were used of the usual ones, and how that is to be read.

    >>> WorkClock(elapsed_days=14, usual_days=10, state="is-late", text="").shown_days
    10
    """

    elapsed_days: int
    usual_days: int
    state: ClockState
    text: str

    @property
    def shown_days(self) -> int:
        """Elapsed days as a bar of the usual length shows them."""
        return min(self.elapsed_days, self.usual_days)


def running_clock(elapsed_days: int, *, usual_days: int, soon_days: int) -> WorkClock:
    """Word a clock that runs; from so many days left it is near.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     running_clock(8, usual_days=10, soon_days=2)
    WorkClock(elapsed_days=8, usual_days=10, state='is-soon', text='2 working days left')
    """
    left = usual_days - elapsed_days
    state: ClockState = "is-soon" if left <= soon_days else ""
    if left < 0:
        state = "is-late"
        text = ngettext("%(days)d working day late", "%(days)d working days late", -left)
    elif left == 0:
        text = _("Due today")
    else:
        text = ngettext("%(days)d working day left", "%(days)d working days left", left)
    return WorkClock(elapsed_days, usual_days, state, text % {"days": abs(left)})


def paused_clock(elapsed_days: int, *, usual_days: int, text: str) -> WorkClock:
    """Give a clock that stands, with the words for why.

    >>> paused_clock(3, usual_days=10, text="Paused: waiting for the sender").state
    'is-paused'
    """
    return WorkClock(elapsed_days, usual_days, "is-paused", text)
