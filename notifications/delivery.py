"""Sending what the outbox holds: claim, commit, send, record (docs/adr/0004, 0009).

No transaction is open while a gateway works. One thread claims, records attempts and outcomes;
the hands of a crew only call the gateway, many at once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from notifications.circuits import Leave, Outcome, give_back_probe, is_in_use, leave_of, note
from notifications.claims import BATCH, begin, claim, expire_late, release
from notifications.crew import Crew
from notifications.daily import give_back_day_room, limit_of, take_day_room
from notifications.gateways.base import (
    Gateway,
    GatewayTemporary,
    OutcomeUnknown,
)
from notifications.models import Message
from notifications.outcomes import Landed, hand_over, record
from notifications.pace import ceiling_of, give_back_room, take_room
from notifications.statuses import Lane
from saudi.gregorian import riyadh_date

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
    others: Sequence[Gateway] = (),
    crew: Crew | None = None,
    clock: Clock = timezone.now,
    batches: int = MOST_BATCHES,
    seconds: float = MOST_SECONDS,
    call_help: Callable[[], object] | None = None,
) -> Drained:
    """Send what is due in a lane until nothing is left, the gateway tires, or so many batches.

    Several workers may drain one lane: each claims other rows. A gateway that refuses for now
    is asked more slowly, in the end by the next sweep only (notifications/tempo.py); what was
    claimed behind it keeps its place. While it fails or rests, messages go by the first of
    `others` that is in use.
    `call_help` is called once where there is plenty: one wake-up brings one worker only.
    """
    work = _Drain(lane, (gateway, *others), crew or Crew(gateway), clock)
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

    def __init__(self, lane: Lane, gateways: Sequence[Gateway], crew: Crew, clock: Clock) -> None:
        self._lane, self._crew, self._clock = lane, crew, clock
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self._claimed: deque[Message] = deque()
        self._probes: dict[int, str] = {}
        """The gateway that each message probes which was claimed or is out for that."""
        self._is_dry = False
        self._is_tired = False
        self._has_room = True
        self._done = 0
        self._taken = 0
        self.call_help: Callable[[], object] | None = None

    def run(self, batches: int, seconds: float) -> Drained:
        ends_at = time.monotonic() + seconds

        def may_claim() -> bool:
            is_over = self._is_tired or self._is_dry
            return not is_over and batches > 0 and time.monotonic() < ends_at

        self._claimed.extend(self._crew.take_kept())
        try:
            self._let_go(self._claimed)
            while True:
                if may_claim() and len(self._claimed) < self._crew.width:
                    batches -= 1
                    self._claim()
                self._exchange(self._landed())
                if self._crew.out:
                    continue
                if self._is_tired or not (self._claimed or may_claim()):
                    break
                if self._crew.tempo.rest_seconds and time.monotonic() >= ends_at:
                    break
        finally:
            try:
                self._let_go(self._claimed)
            except (DatabaseError, InterfaceError):
                self._crew.keep(self._claimed)
                raise
        return Drained(self._done, has_more=not (self._is_tired or self._is_dry))

    def _claim(self) -> None:
        """Claim by the first gateway that is in use, and a probe for each before it that is due."""
        now = self._clock()
        for name in self._gateways:
            has_other = partial(self._has_other, name)
            leave = leave_of(name, lane=self._lane, has_other=has_other, now=now)
            if leave == Leave.ALL:
                self._claim_by(name, max(BATCH, CLAIM_AHEAD * self._crew.width), now=now)
                return
            self._let_go([message for message in self._claimed if message.gateway == name])
            if leave == Leave.PROBE and not self._claim_probe(name, now=now):
                return
        self._is_tired = not self._probes
        if self._is_tired:
            expire_late(lane=self._lane, now=now)

    def _has_other(self, name: str) -> bool:
        """Tell whether messages can go by another gateway."""
        now = self._clock()
        return any(is_in_use(other, now=now) for other in self._gateways if other != name)

    def _claim_probe(self, name: str, *, now: datetime) -> bool:
        """Claim one message to probe a gateway; False where none is due, or no room is left."""
        self._claim_by(name, 1, now=now)
        mine = [one for one in self._claimed if one.gateway == name]
        if not mine:
            give_back_probe(name)
            return False
        self._probes[mine[-1].pk] = name
        return True

    def _claim_by(self, name: str, wanted: int, *, now: datetime) -> None:
        ceiling, limit = ceiling_of(name), limit_of(name)
        today = take_day_room(gateway=name, lane=self._lane, limit=limit, wanted=wanted, now=now)
        if not today:
            self._is_dry = True  # nothing more until midnight: the sweep looks again
            return
        room = take_room(gateway=name, lane=self._lane, ceiling=ceiling, wanted=today, now=now)
        self._has_room = room > 0
        batch = claim(lane=self._lane, now=now, gateway_name=name, size=room) if room else []
        unused = [riyadh_date(now)] * (today - len(batch))
        give_back_day_room(gateway=name, limit=limit, unused=unused)
        if not room:
            return
        give_back_room(gateway=name, ceiling=ceiling, unused=room - len(batch), now=now)
        self._claimed.extend(batch)
        self._is_dry = not batch
        self._taken += len(batch)
        if self.call_help is not None and self._taken >= PLENTY:
            self.call_help()
            self.call_help = None

    def _give_back(self, messages: Iterable[Message]) -> None:
        """Give the days back what was claimed and does not leave."""
        for one in messages:
            limit = limit_of(one.gateway)
            if limit and one.claimed_at:
                day = riyadh_date(one.claimed_at)
                give_back_day_room(gateway=one.gateway, limit=limit, unused=[day])

    def _landed(self) -> list[Landed]:
        """Give what landed; wait for it, or for room, where nothing else can be done."""
        rest = 0.0 if self._is_tired or not self._claimed else self._crew.tempo.rest_seconds
        if not self._crew.out and self._has_room and not rest:
            return []
        seconds = None if self._has_room else ROOM_SECONDS
        if rest:
            seconds = min(rest, seconds or rest)
        elif self._claimed and self._crew.free() and not self._is_tired:
            seconds = 0
        landed, has_news = self._crew.wait(seconds=seconds)
        self._has_room = True
        self._is_dry = self._is_dry and not has_news
        return landed

    def _exchange(self, landed: Sequence[Landed]) -> None:
        """Record what landed and an attempt of as many others, in one commit, and send those."""
        # Nothing more before a failure is counted: it may be the one after which to stop.
        is_held = self._is_tired or any(_is_failure(one) for one in landed)
        self._crew.heed(landed)
        free = 0 if is_held else self._crew.free(landed=len(landed))
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
            probe = replace(flight, is_probe=flight.message.pk in self._probes)
            gateway = self._gateways[flight.message.gateway]
            self._crew.send(probe, gateway=gateway, clock=self._clock)
        begun = {flight.message.pk for flight in flights}
        self._give_back(message for message in going if message.pk not in begun)
        self._give_back_probes(message.pk for message in going if message.pk not in begun)
        self._take_note(landed)

    def _take_note(self, landed: Sequence[Landed]) -> None:
        """Count what landed for its gateway's health; rest where one that is in use refused."""
        for name in {one.flight.message.gateway for one in landed}:
            own = [one for one in landed if one.flight.message.gateway == name]
            note(
                name,
                [Outcome(one.answer, is_probe=one.flight.is_probe) for one in own],
                now=self._clock(),
            )
            for one in own:
                self._probes.pop(one.flight.message.pk, None)
            if any(_is_failure(one) for one in own):
                self._turn_from(name)

    def _turn_from(self, name: str) -> None:
        """Leave a gateway that failed just now where it is too much: to another, or to a sweep."""
        if not is_in_use(name, now=self._clock()):
            self._is_dry = False  # what it refused is due again, by another
            self._let_go([message for message in self._claimed if message.gateway == name])
            self._crew.tempo.start_anew()
        elif self._crew.tempo.is_spent:
            self._is_tired = True
            self._crew.tempo.start_anew()

    def _let_go(self, messages: Iterable[Message]) -> None:
        """Give back what was claimed and not attempted, and the probes among it."""
        left = list(messages)
        if not left:
            return
        release(left)
        self._give_back(left)
        self._give_back_probes(message.pk for message in left)
        gone = {message.pk for message in left}
        self._claimed = deque(one for one in self._claimed if one.pk not in gone)

    def _give_back_probes(self, messages: Iterable[int]) -> None:
        for pk in messages:
            name = self._probes.pop(pk, "")
            if name:
                give_back_probe(name)


def _is_tired(one: Landed) -> bool:
    return isinstance(one.answer, GatewayTemporary)


def _is_failure(one: Landed) -> bool:
    return isinstance(one.answer, GatewayTemporary | OutcomeUnknown)
