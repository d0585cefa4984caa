"""Playing the past in the order of time.

A story is a generator that gives the instant of its next step before it takes that step, so that
many stories can be played as they would have happened side by side: rows get their numbers in the
order of their instants, and each step finds what came before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush

Story = Iterator[datetime]


def play(stories: Iterable[Story], *, now: datetime) -> None:
    """Take the steps of all stories that were due by now; what comes later has not happened.

    Steps of one instant are taken in the order of the stories.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        first = next(story, None)
        if first is not None:
            waiting.append((first, number, story))
    heapify(waiting)
    while waiting and waiting[0][0] <= now:
        _, number, story = heappop(waiting)
        following = next(story, None)
        if following is not None:
            heappush(waiting, (following, number, story))
