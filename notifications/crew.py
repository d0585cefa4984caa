"""The hands that hold an SMS while its gateway thinks.

Threads that do nothing but call the gateway: no hand touches the database, so a process needs
one connection for all of them. How many may be out at once follows the answers
(notifications/tempo.py): a gateway that fails is asked by a few and not by fifty.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Final

from notifications.claims import Flight
from notifications.gateways.base import Gateway, GatewayTemporary, OutcomeUnknown
from notifications.models import Message
from notifications.outcomes import Landed, hand_over
from notifications.tempo import FEW, Tempo

WAITING_SHARE: Final = 2
"""For every so many hands, one message may wait for a hand."""

GATHER_SHARE: Final = 6
GATHER_SECONDS: Final = 0.02
"""How much of what is out is recorded together, and how long it is waited for at most. No more
than the messages that wait for a hand, so that none rests meanwhile."""


class Crew:
    """Hands for one lane. One drain uses it at a time; `look_again` may be called by anybody.

    With one hand the call is made by the caller's own thread. What is out, or landed and not yet
    recorded, outlives a drain that failed: the next one records it. So does what was claimed and
    could not be given back.
    """

    def __init__(self, gateway: Gateway, *, hands: int = 1) -> None:
        self.gateway = gateway
        self.tempo = Tempo(most=hands)
        self._out = 0
        self._kept: list[Message] = []
        self._landed: SimpleQueue[Landed | None] = SimpleQueue()
        self._threads = ThreadPoolExecutor(hands, thread_name_prefix="sms") if hands > 1 else None

    @property
    def out(self) -> int:
        """How many messages are with the gateway, or landed and not recorded."""
        return self._out

    @property
    def width(self) -> int:
        """How many messages may be out at once."""
        return self.tempo.width

    def free(self, *, landed: int = 0) -> int:
        """How many more may go out once so many landed: one a hand, and some that wait for a hand.

        Those are there so that no hand rests while the database writes. After a crash they are
        of unknown outcome as the others are, so they are few. None while the gateway is to rest.
        """
        if self.tempo.rest_seconds:
            return 0
        waiting = self.width // WAITING_SHARE if self.width > FEW else 0
        return max(0, self.width + waiting - (self._out - landed))

    def send(
        self, flight: Flight, *, clock: Callable[[], datetime], gateway: Gateway | None = None
    ) -> None:
        """Hand one message over, to the crew's own gateway or to another; its outcome lands."""
        self._out += 1
        by = gateway or self.gateway
        if self._threads is None:
            self._call(flight, by, clock)
        else:
            self._threads.submit(self._call, flight, by, clock)

    def wait(self, *, seconds: float | None = None) -> tuple[list[Landed], bool]:
        """Wait until something lands or somebody asks to look again; give all that is there.

        The second is whether somebody asked. What landed counts as out until `settled`. Where
        many are out a share of them is waited for, so that one commit records several.
        """
        try:
            heard = [self._landed.get(timeout=seconds)]
        except Empty:
            return [], False
        if seconds != 0:
            self._gather(heard)
        while not self._landed.empty():
            heard.append(self._landed.get())
        return [one for one in heard if one is not None], None in heard

    def wait_for_news(self, seconds: float) -> None:
        """Wait until somebody asks to look again, between two drains."""
        landed, _ = self.wait(seconds=seconds)
        self.put_back(landed)

    def _gather(self, heard: list[Landed | None]) -> None:
        ends_at = time.monotonic() + GATHER_SECONDS
        enough = self._out // GATHER_SHARE
        while len(heard) < enough and None not in heard:
            try:
                heard.append(self._landed.get(timeout=max(0.0, ends_at - time.monotonic())))
            except Empty:
                return

    def settled(self, landed: Sequence[Landed]) -> None:
        """Free the hands of what is recorded."""
        self._out -= len(landed)

    def put_back(self, landed: Sequence[Landed]) -> None:
        """Keep what could not be recorded for the next drain."""
        for one in landed:
            self._landed.put(one)

    def heed(self, landed: Sequence[Landed]) -> None:
        """Go faster or slower by what landed; a probe that failed says nothing new."""
        for one in landed:
            if isinstance(one.answer, GatewayTemporary | OutcomeUnknown):
                if not one.flight.is_probe:
                    self._heed_failure(one.answer)
            else:
                self.tempo.answered()

    def _heed_failure(self, failure: GatewayTemporary | OutcomeUnknown) -> None:
        if isinstance(failure, OutcomeUnknown):
            self.tempo.failed()
        elif failure.is_its_fault:
            self.tempo.failed(wait_seconds=failure.wait_seconds)
        else:
            self.tempo.slow_down(wait_seconds=failure.wait_seconds)

    def keep(self, claimed: Iterable[Message]) -> None:
        """Keep what was claimed and could not be given back, for the next drain to do that."""
        self._kept.extend(claimed)

    def take_kept(self) -> list[Message]:
        """Give what was kept, once."""
        kept, self._kept = self._kept, []
        return kept

    def look_again(self) -> None:
        """Have the drain that waits look for new messages."""
        self._landed.put(None)

    def _call(self, flight: Flight, gateway: Gateway, clock: Callable[[], datetime]) -> None:
        self._landed.put(hand_over(flight, gateway=gateway, clock=clock))


class Shift:
    """One drain of a lane at a time in this process.

    Whoever is woken meanwhile tells the drain that runs, and leaves: the hands are its, and no
    thread of the worker waits behind another.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._asked = threading.Event()
        self._crew: Crew | None = None

    def work(
        self, gateway: Gateway, drain: Callable[[Crew], object], *, hands: int | None = None
    ) -> None:
        """Call `drain` with the lane's crew until nobody asked meanwhile, or tell who does.

        The crew is of as many hands as the gateway bears, or of `hands`.
        """
        self._asked.set()
        while self._asked.is_set():
            if not self._turn.acquire(blocking=False):
                # Whoever has the turn sees `_asked` when it ends, and this before it ends.
                if self._crew is not None:
                    self._crew.look_again()
                return
            try:
                self._asked.clear()
                drain(self._crew_for(gateway, hands or gateway.most_at_once))
            finally:
                self._turn.release()

    def _crew_for(self, gateway: Gateway, hands: int) -> Crew:
        if self._crew is None or self._crew.gateway is not gateway:
            self._crew = Crew(gateway, hands=hands)
        return self._crew
