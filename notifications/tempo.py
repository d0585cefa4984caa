"""How fast a lane asks a gateway: how many messages are out at once, and the rests between.

Each answer lets one more out; each failure takes some back, so that a gateway which fails now and
then is asked by all hands, and one which fails more than it answers by a few. A series of failures,
and whoever asks us to slow down, is given a rest, twice as long each time until something is
answered. A rest that would be longer than a drain waits is left to the next sweep.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Final

FEW: Final = 4
"""How many ask a gateway of which nothing is known yet, or that fails most of the time. More than
one, so that no code waits behind a single call that hangs."""

HANDS_A_FAILURE: Final = 4
"""So many fewer after a failure, one more after an answer: all hands up to a fifth of failures."""

SERIES: Final = 3
"""So many failures without an answer between are no chance any more."""

FIRST_REST_SECONDS: Final = 0.25
LONGEST_REST_SECONDS: Final = 2.0
_JITTER: Final = 0.25
_random: Final = secrets.SystemRandom()


class Tempo:
    """What the last answers say of the next calls. Used by one thread at a time."""

    def __init__(self, *, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self.start_anew()

    def start_anew(self) -> None:
        """Ask with a few, at once: the gateway was left alone, or another takes its place."""
        self.width = min(FEW, self._most)
        """How many may be out at once."""
        self.is_spent = False
        """True where no rest that a drain waits for was long enough."""
        self._failures = 0
        self._rests = 0
        self._rest_until = 0.0

    @property
    def rest_seconds(self) -> float:
        """How long nothing more is to leave; 0 where it may."""
        return max(0.0, self._rest_until - self._clock())

    def answered(self) -> None:
        """Let one more out: the gateway dealt with a message."""
        self.width = min(self._most, self.width + 1)
        self._failures = self._rests = 0

    def failed(self, *, wait_seconds: float = 0.0) -> None:
        """Let fewer out: it was out of order, not reached, or did not answer."""
        self._narrow(self.width - HANDS_A_FAILURE)
        self._failures += 1
        if self._failures >= SERIES or wait_seconds:
            self._rest(wait_seconds)

    def slow_down(self, *, wait_seconds: float = 0.0) -> None:
        """Let half as many out, after a rest: the gateway asked for that."""
        self._narrow(self.width // 2)
        self._rest(wait_seconds)

    def _narrow(self, width: int) -> None:
        self.width = max(min(FEW, self._most), width)

    def _rest(self, wait_seconds: float) -> None:
        """Begin a rest; what was on its way when one began makes that no longer."""
        if self.rest_seconds:
            own = 0.0
        else:
            own = FIRST_REST_SECONDS * 2**self._rests
            self._rests += 1
        seconds = max(own, wait_seconds)
        if seconds > LONGEST_REST_SECONDS:
            self.is_spent = True
        elif seconds:
            seconds *= _random.uniform(1, 1 + _JITTER)
            self._rest_until = max(self._rest_until, self._clock() + seconds)
