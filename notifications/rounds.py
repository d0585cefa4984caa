"""One drain after the other where nobody else can be woken, or the database is away.

A drain ends after some seconds and wakes the next worker, so that a deployment waits for nobody.
Without Redis nobody hears that: the same task goes on. Where the database is lost, what landed
meanwhile is in this process alone, and is recorded as soon as it is back. Neither waits for a
sweep; both end for it at last, and at once where the worker is told to stop. The lane of codes is
looked at again by itself for a moment after each code, as its next wake-up may get lost.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from celery.signals import worker_shutting_down
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    close_old_connections,
)

from notifications.delivery import Drained

logger = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 120.0
"""A sweep begins anew after so long: well before a task's limit."""

FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 4.0

LOOK_SECONDS: Final = 0.5
ATTENTIVE_SECONDS: Final = 30.0
"""Somebody waits for a code: its lane is looked at so often, for so long at a time."""

_OUR_FAULT: Final = (DataError, IntegrityError, ProgrammingError)
"""What the database refuses today it refuses in a second too."""

stopping: Final = threading.Event()
"""Set where this process was told to stop."""


def drain_in_rounds(drain: Callable[[], Drained], *, wake: Callable[[], bool]) -> bool:
    """Drain until nothing is left or `wake` reached a worker, for LONGEST_SECONDS at most.

    True where the last drain finished with something and found nothing more.

    Raises:
        DatabaseError, InterfaceError: the database was away for too long, or it is our fault.
    """
    ends_at, pause = time.monotonic() + LONGEST_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            drained = drain()
        except _OUR_FAULT:
            raise
        except (DatabaseError, InterfaceError) as error:
            if time.monotonic() + pause > ends_at or stopping.wait(pause):
                raise
            logger.warning("a drain lost its database (%s) and goes on", type(error).__name__)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            close_old_connections()
            continue
        pause = FIRST_PAUSE_SECONDS
        if not drained.has_more:
            return drained.done > 0
        if wake() or time.monotonic() > ends_at or stopping.is_set():
            return False


def drain_attentively(drain: Callable[[], bool], *, wait: Callable[[float], object]) -> None:
    """Drain, and look again each LOOK_SECONDS for as long as something was found.

    So a wake-up that got lost delays nothing by more than that while there is some traffic.
    `wait` ends sooner where somebody is woken.
    """
    ends_at = time.monotonic() + ATTENTIVE_SECONDS
    while drain() and time.monotonic() < ends_at and not stopping.is_set():
        wait(LOOK_SECONDS)


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    stopping.set()
