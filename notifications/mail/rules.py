"""When a mail is tried again and when no more. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

NOTICE_LIFE: Final = timedelta(days=3)
"""What did not leave for so long is not sent: the person read it in the portal or by SMS."""

FIRST_DELAY_SECONDS: Final = 60
LONGEST_DELAY_SECONDS: Final = 4 * 3600
MAX_TRIES: Final = 8
"""How often a server is asked that puts a mail off (greylisting, a full mailbox): some hours."""

CODE_DELAY_SECONDS: Final = 20
"""Somebody waits for a code: greylisting ends within a minute or not at all."""

FIRST_REST_SECONDS: Final = 10
LONGEST_REST_SECONDS: Final = 300
"""How long a mail server that fails is left alone; each failure doubles it."""

JITTER: Final = 0.25
"""A wait is longer or shorter by up to a quarter, so that what failed together comes apart."""

LOST_AFTER_SECONDS: Final = 600
"""A claim older than this has lost its worker: a drain ends long before."""


def retry_delay_seconds(tries: int, *, is_code: bool, chance: float) -> float | None:
    """Give the wait after so many tries that were put off; None when it was the last.

    `chance` is between 0 and 1.
    """
    if tries >= MAX_TRIES:
        return None
    if is_code:
        return _jittered(CODE_DELAY_SECONDS, chance)
    doubled = FIRST_DELAY_SECONDS << min(2 * (tries - 1), 16)
    return _jittered(min(LONGEST_DELAY_SECONDS, doubled), chance)


def rest_seconds(failures: int, *, chance: float) -> float:
    """Give how long a mail server rests after so many failures in a row."""
    doubled = FIRST_REST_SECONDS << min(failures - 1, 16)
    return _jittered(min(LONGEST_REST_SECONDS, doubled), chance)


def _jittered(seconds: float, chance: float) -> float:
    return seconds * (1 - JITTER + 2 * JITTER * chance)
