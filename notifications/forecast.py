"""When a campaign's first and last message leave, at the pace and in the hours allowed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from notifications.rules import DAY_ENDS, DAYTIME_LANES, messages_a_day, messages_a_second
from notifications.rules import sending_time as first_sending_time
from notifications.statuses import Lane
from saudi.gregorian import RIYADH, riyadh_date, start_of_day

ANSWER_SECONDS: Final = 0.2
"""What a gateway takes for a message where it names no ceiling: they take 0.05 to 0.3."""

LONGEST_DAYS: Final = 60
"""Nobody plans further; what takes longer is told as such."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The first and the last instant of sending; no last one where it takes too long to tell."""

    first_at: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """What limits a gateway: messages a second and a day (0 is no limit), calls at once."""

    per_second: int
    per_day: int
    in_flight: int

    def a_second(self, lane: Lane) -> float:
        """Give how many messages of a lane leave in a second."""
        answered = self.in_flight / ANSWER_SECONDS
        if not self.per_second:
            return answered
        return min(answered, messages_a_second(lane, self.per_second))


def forecast(
    *, lane: Lane, messages: int, at: datetime, pace: Pace, left_today: int | None = None
) -> Forecast:
    """Tell when so many messages leave if nothing else does, from an instant on.

    `left_today` is what the day's limit still has for the lane, where it has one.
    """
    today = riyadh_date(at)
    begins = first_at = first_sending_time(lane, at)
    a_second = pace.a_second(lane)
    left = messages
    for _day in range(LONGEST_DAYS):
        day = riyadh_date(begins)
        midnight = start_of_day(day + timedelta(days=1))
        ends = midnight
        if lane in DAYTIME_LANES:
            ends = datetime.combine(day, DAY_ENDS, tzinfo=RIYADH)
        room = int((ends - begins).total_seconds() * a_second)
        if pace.per_day:
            whole = messages_a_day(lane, pace.per_day)
            room = min(room, left_today if day == today and left_today is not None else whole)
        if left <= room:
            return Forecast(first_at, begins + timedelta(seconds=left / a_second))
        left -= room
        begins = first_sending_time(lane, midnight)
        if left == messages:
            first_at = begins
    return Forecast(first_at, None)
