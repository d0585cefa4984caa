"""A share of a few or of many, said so that nobody reads more out of it than is in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

FEW: Final = 10
"""Of fewer than these a share is said as two numbers: one case would move it by ten points."""

_Z: Final = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 in 100."""


@dataclass(frozen=True)
class Share:
    """`part` of `whole`. The texts are whole percents, of a whole that is not 0."""

    part: int
    whole: int

    @property
    def is_few(self) -> bool:
        return self.whole < FEW

    @property
    def percent_text(self) -> str:
        return f"{round(100 * self.part / self.whole)}%"

    @property
    def low_text(self) -> str:
        return f"{round(100 * wilson(self.part, self.whole)[0])}%"

    @property
    def high_text(self) -> str:
        return f"{round(100 * wilson(self.part, self.whole)[1])}%"


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Give the bounds between which the share of all lies in 95 of 100 such samples (Wilson 1927).

    Unlike the plain interval it never leaves 0 to 1 and holds near the ends. (0, 1) for nothing.
    """
    if not whole:
        return 0.0, 1.0
    share = part / whole
    spread = _Z * sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    middle = share + _Z**2 / (2 * whole)
    scale = 1 + _Z**2 / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
