"""Sending what the outbox holds: claim, commit, send, record (docs/adr/0004, 0009).

No transaction is open while a gateway works. One thread claims, records attempts and outcomes;
the hands of a crew only call the gateway, many at once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications.claims import BATCH, begin, claim, release
from notifications.crew import Crew
from notifications.gateways.base import Gateway, GatewayTemporary, OutcomeUnknown
from notifications.models import GatewayPause, Message
from notifications.outcomes import Landed, hand_over, record
from notifications.pace import give_back_room, take_room
from notifications.statuses import Lane

Clock = Callable[[], datetime]

MOST_BATCHES: Final = 500
MOST_SECONDS: Final = 5.0
"""After so many batches or seconds a drain ends and another is asked for: a worker that is told
to stop ends soon, and is never one task's."""

CLAIM_AHEAD: Final = 4
"""How many rounds of the crew are claimed at once: a claim that was not attempted costs nothing."""

PLENTY: Final = 5 * BATCH
"""Where a drain has claimed so many there is work for another worker too."""

ROOM_SECONDS: Final = 0.05
"""How soon a drain asks for room again where the ceiling of this second is reached."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did: messages it finished with, and whether it stopped before the end."""

    done: int
    has_more: bool = False


def drain(
    *,
    lane: Lane,
    gateway: Gateway,
    crew: Crew | None = None,
    clock: Clock = timezone.now,
    batches: int = MOST_BATCHES,
    seconds: float = MOST_SECONDS,
    call_help: Callable[[], object] | None = None,
) -> Drained:
    """Send what is due in a lane until nothing is left, the gateway tires, or so many batches.

    Several workers may drain one lane: each claims other rows. A gateway that refuses for now
    is left alone until the next sweep, and what was claimed behind it keeps its place.
    `call_help` is called once where there is plenty: one wake-up brings one worker only.
    """
    work = _Drain(lane, gateway, crew or Crew(gateway), clock)
    work.call_help = call_help
    return work.run(batches, seconds)


def deliver(message: Message, *, gateway: Gateway, clock: Clock = timezone.now) -> bool:
    """Send one claimed message and record what became of it; False when the gateway is tired.

    The claim is renewed with the attempt: where it was taken back meanwhile, nothing is sent.
    """
    with transaction.atomic():
        flights = begin([message], now=clock())
    landed = [hand_over(flight, gateway=gateway, clock=clock) for flight in flights]
    record(landed)
    return not any(_is_tired(one) for one in landed)


class _Drain:
    """One drain: what it claimed and has not sent yet, and why it takes no more."""

    def __init__(self, lane: Lane, gateway: Gateway, crew: Crew, clock: Clock) -> None:
        self._lane, self._gateway, self._crew, self._clock = lane, gateway, crew, clock
        self._claimed: deque[Message] = deque()
        self._is_dry = False
        self._is_tired = False
        self._has_room = True
        self._done = 0
        self._taken = 0
        self.call_help: Callable[[], object] | None = None

    def run(self, batches: int, seconds: float) -> Drained:
        ends_at = time.monotonic() + seconds
        try:
            while True:
                is_over = self._is_tired or self._is_dry
                may_claim = not is_over and batches > 0 and time.monotonic() < ends_at
                if may_claim and len(self._claimed) < self._crew.width:
                    batches -= 1
                    self._claim()
                self._exchange(self._landed())
                if not self._crew.out and (self._is_tired or not (self._claimed or may_claim)):
                    break
        finally:
            release(self._claimed)
        return Drained(self._done, has_more=not (self._is_tired or self._is_dry))

    def _claim(self) -> None:
        now, name = self._clock(), self._gateway.name
        if GatewayPause.objects.filter(gateway=name, until__gt=now).exists():
            self._is_tired = True
            return
        ceiling = settings.SMS_PER_SECOND
        wanted = max(BATCH, CLAIM_AHEAD * self._crew.width)
        room = take_room(gateway=name, lane=self._lane, ceiling=ceiling, wanted=wanted, now=now)
        self._has_room = room > 0
        if not room:
            return
        batch = claim(lane=self._lane, now=now, gateway_name=name, size=room)
        give_back_room(gateway=name, ceiling=ceiling, unused=room - len(batch), now=now)
        self._claimed.extend(batch)
        self._is_dry = not batch
        self._taken += len(batch)
        if self.call_help is not None and self._taken >= PLENTY:
            self.call_help()
            self.call_help = None

    def _landed(self) -> list[Landed]:
        """Give what landed; wait for it, or for room, where nothing else can be done."""
        if not self._crew.out and self._has_room:
            return []
        seconds = None if self._has_room else ROOM_SECONDS
        if self._claimed and self._crew.free and not self._is_tired:
            seconds = 0
        landed, has_news = self._crew.wait(seconds=seconds)
        self._has_room = True
        self._is_dry = self._is_dry and not has_news
        return landed

    def _exchange(self, landed: Sequence[Landed]) -> None:
        """Record what landed and an attempt of as many others, in one commit, and send those."""
        self._is_tired = self._is_tired or any(_is_tired(one) for one in landed)
        if self._is_tired or any(isinstance(one.answer, OutcomeUnknown) for one in landed):
            self._crew.narrow()
        else:
            self._crew.widen(len(landed))
        free = 0 if self._is_tired else self._crew.free + len(landed)
        going = [self._claimed.popleft() for _ in range(min(free, len(self._claimed)))]
        if not landed and not going:
            return
        try:
            with transaction.atomic():
                record(landed)
                flights = begin(going, now=self._clock())
        except BaseException:
            self._crew.put_back(landed)
            self._claimed.extendleft(reversed(going))
            raise
        self._crew.settled(landed)
        self._done += len(going)
        for flight in flights:
            self._crew.send(flight, clock=self._clock)


def _is_tired(one: Landed) -> bool:
    return isinstance(one.answer, GatewayTemporary)
