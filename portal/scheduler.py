"""The scheduler: one sends at a time, by a lease in PostgreSQL (docs/adr/0019).

A second one waits and takes the turn when the first has not renewed it for LEASE_SECONDS: after
its death, while it hangs, or when its machine is gone. Each send is fenced by the lease, so that
one that wakes up late sends nothing. When each job last went out is kept in the same row: a turn
that is taken over goes on where the last one ended, with one run for each job that was missed.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 30
LOOK_SECONDS: Final = 5.0
"""How often a scheduler renews its turn, and how often one that waits asks for it."""

HANGS_SECONDS: Final = 120.0
"""A scheduler that has not looked for so long ends itself, to be started again."""

_TAKE: Final = """
    INSERT INTO portal_schedulerturn AS turn (id, holder, until, last_runs)
    VALUES (1, %(holder)s, clock_timestamp() + %(lease)s * interval '1 second', '{}')
    ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE turn.holder = excluded.holder OR turn.until <= clock_timestamp()
    RETURNING last_runs
"""
_RENEW: Final = """
    UPDATE portal_schedulerturn SET until = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE id = 1 AND holder = %(holder)s AND until > clock_timestamp()
"""
_NOTE: Final = """
    UPDATE portal_schedulerturn SET last_runs = last_runs || %(run)s::jsonb
    WHERE id = 1 AND holder = %(holder)s
"""
_GIVE_BACK: Final = """
    UPDATE portal_schedulerturn SET until = clock_timestamp() WHERE id = 1 AND holder = %(holder)s
"""


class Turn:
    """One process's claim on the only row. Every statement is a transaction of its own."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:8]}"

    def take(self) -> dict[str, datetime] | None:
        """Take the turn or renew it; give when each job last went out, or None: it is another's."""
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, self._facts)
            row = cursor.fetchone()
        if row is None:
            return None
        runs = json.loads(row[0]) if isinstance(row[0], str) else row[0]
        return {name: datetime.fromisoformat(at) for name, at in runs.items()}

    def renew(self) -> bool:
        """Keep the turn for another LEASE_SECONDS; False where it was not kept in time."""
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, self._facts)
            return bool(cursor.rowcount == 1)

    def note(self, job: str, *, now: datetime) -> None:
        """Write that a job went out."""
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, {**self._facts, "run": json.dumps({job: now.isoformat()})})

    def give_back(self) -> None:
        """Let the next one have it at once."""
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, self._facts)

    @property
    def _facts(self) -> dict[str, Any]:
        return {"holder": self.holder, "lease": LEASE_SECONDS}


class TurnLost(Exception):
    """Another scheduler may have the turn: nothing is sent."""


class OneAtATime(Scheduler):
    """Celery's scheduler, which sends only while it has the turn."""

    def __init__(
        self,
        app: Celery,
        *,
        schedule_filename: str | None = None,
        lazy: bool = False,
        max_interval: float | None = None,
    ) -> None:
        """Make one of a process; `schedule_filename` is touched at each look, for a health check.

        A lazy one is made to be described and does nothing. The longest interval is our own.
        """
        self.turn = Turn()
        self._has_turn = False
        self._is_behind = True
        self._looked_at = time.monotonic()
        self._sign = Path(schedule_filename) if schedule_filename else None
        super().__init__(app, lazy=lazy, max_interval=LOOK_SECONDS)  # type: ignore[arg-type] # any number
        if not lazy:
            threading.Thread(target=self._end_when_it_hangs, daemon=True).start()

    def tick(self, *args: Any, **options: Any) -> float:
        """Send what is due where the turn is ours; give the seconds until the next look."""
        self._show_that_it_looks()
        try:
            if not self._ensure_turn():
                return LOOK_SECONDS
            wait: float = super().tick(*args, **options)
        except TurnLost:
            return LOOK_SECONDS
        except (DatabaseError, InterfaceError) as error:
            self._has_turn = False
            logger.warning("the scheduler does not reach the database (%s)", type(error).__name__)
            connection.close()
            return LOOK_SECONDS
        # What could not be sent is due again, and not at once.
        return LOOK_SECONDS if self._is_behind else wait

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send a job while the turn is ours.

        Raises:
            TurnLost: the lease ran out meanwhile, as after a wait for Redis or a long sleep.
        """
        if not self.turn.renew():
            self._has_turn = False
            raise TurnLost(entry.name)
        self._is_behind = True  # until it went out
        super().apply_entry(entry, producer=producer)

    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:
        """Hand a job to the broker and write that it went out."""
        result = super().apply_async(entry, *args, **options)
        self.turn.note(str(entry.name), now=timezone.now())
        self._is_behind = False
        return result

    def close(self) -> None:
        """Give the turn back, so that the next scheduler need not wait for its end."""
        super().close()
        with suppress(DatabaseError, InterfaceError):
            self.turn.give_back()
            connection.close()

    def _ensure_turn(self) -> bool:
        runs, had_turn = self.turn.take(), self._has_turn
        self._has_turn = runs is not None
        if runs is None:
            if had_turn:
                logger.warning("another scheduler has the turn; this one waits")
            return False
        if not had_turn:
            logger.info("this scheduler has the turn")
        if not had_turn or self._is_behind:
            self._go_on_from(runs)
        return True

    def _go_on_from(self, runs: dict[str, datetime]) -> None:
        """Have each job be due as counted from when it last went out, whoever sent it."""
        entries: Iterable[ScheduleEntry] = self.schedule.values()
        now = timezone.now()
        for entry in entries:
            job = str(entry.name)
            if job not in runs:  # a new one is due as if it had run now
                self.turn.note(job, now=now)
            entry.last_run_at = runs.get(job, now)
        self._heap = None
        self._is_behind = False

    def _show_that_it_looks(self) -> None:
        self._looked_at = time.monotonic()
        if self._sign is not None:
            self._sign.touch()

    def _end_when_it_hangs(self) -> None:
        while time.monotonic() - self._looked_at < HANGS_SECONDS:
            time.sleep(LOOK_SECONDS)
        logger.error("the scheduler has hung for %d seconds and is ended", HANGS_SECONDS)
        os._exit(1)
