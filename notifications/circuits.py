"""Whether a gateway may be asked at all, agreed by all workers in one row each (docs/adr/0014).

A gateway that failed several times with no success between is left alone for a while; then one
waiting message is its probe. The row is a circuit breaker: closed while the gateway is in use,
open while it rests, half open while its probe is on its way. What the gateway itself said of a
rest, a pause, counts here too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction
from django.db.models import F, Q

from notifications.gateways.base import (
    GatewayError,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
)
from notifications.models import GatewayCircuit, GatewayOutage, GatewayPause, Message
from notifications.outbox import wake_after_commit
from notifications.progress import campaigns_under_way
from notifications.rules import (
    BUSY_WITHIN_SECONDS,
    FAILURES_TO_OPEN,
    FAILURES_WITHIN_SECONDS,
    LEAST_SERIES_SECONDS,
    LONGEST_RETRY_SECONDS,
    PROBE_CODES_LATER_SECONDS,
    PROBE_LEASE_SECONDS,
    rest_seconds,
)
from notifications.statuses import WAITING, Lane, MessageStatus

logger = logging.getLogger(__name__)

SUCCESS_KEPT_SECONDS = 5
"""How exact the instant of the last success is: it is not written with each message."""


class Leave(Enum):
    """What a drain may send by a gateway now."""

    ALL = auto()
    PROBE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gateway did with one message, as far as its own health goes."""

    answer: GatewayReceipt | GatewayError
    is_probe: bool = False

    @property
    def is_success(self) -> bool:
        """True where the gateway dealt with the message, also where it refused it for good."""
        return isinstance(self.answer, GatewayReceipt | GatewayPermanent)

    @property
    def is_failure(self) -> bool:
        """True where the gateway did not do its part: out of order, not reached, no clear answer.

        Whoever asks us to slow down, or says that it rests, has answered.
        """
        if isinstance(self.answer, GatewayTemporary):
            return self.answer.is_its_fault
        return not self.is_success

    @property
    def reason(self) -> str:
        """Why it failed, short and without personal data."""
        return "" if isinstance(self.answer, GatewayReceipt) else self.answer.reason


def is_in_use(gateway: str, *, now: datetime) -> bool:
    """Tell whether messages go by a gateway: it neither failed nor rests by its own word."""
    return not (
        GatewayPause.objects.filter(gateway=gateway, until__gt=now).exists()
        or GatewayCircuit.objects.filter(gateway=gateway, opened_at__isnull=False).exists()
    )


def is_failing(gateway: str) -> bool:
    """Tell whether a gateway's circuit is open: its answers are not to be built upon."""
    return GatewayCircuit.objects.filter(gateway=gateway, opened_at__isnull=False).exists()


def leave_of(gateway: str, *, lane: Lane, has_other: Callable[[], bool], now: datetime) -> Leave:
    """Give what may be sent by a gateway now. A probe is leased to one caller, in one statement.

    Whoever gets a probe sends one message and notes its outcome, or calls `give_back_probe`. A
    code is the probe only where no other message was for a while, or no other gateway is in use.
    """
    if GatewayPause.objects.filter(gateway=gateway, until__gt=now).exists():
        return Leave.NOTHING
    circuit = GatewayCircuit.objects.filter(gateway=gateway).first()
    if circuit is None or circuit.opened_at is None or circuit.rest_until is None:
        return Leave.ALL
    rested = now - circuit.rest_until
    if rested < timedelta(0) or (
        lane == Lane.CODES and rested < timedelta(seconds=PROBE_CODES_LATER_SECONDS) and has_other()
    ):
        return Leave.NOTHING
    leased = GatewayCircuit.objects.filter(
        Q(probe_until__isnull=True) | Q(probe_until__lte=now),
        gateway=gateway,
        opened_at__isnull=False,
        rest_until__lte=now,
    ).update(probe_until=now + timedelta(seconds=PROBE_LEASE_SECONDS))
    return Leave.PROBE if leased else Leave.NOTHING


def last_outage_ended(gateway: str) -> datetime | None:
    """Give when a gateway was last well again; None where it never failed."""
    over = GatewayOutage.objects.filter(gateway=gateway, closed_at__isnull=False)
    return over.order_by("-id").values_list("closed_at", flat=True).first()


def give_back_probe(gateway: str) -> None:
    """Let somebody else send the probe: there was no message for it."""
    GatewayCircuit.objects.filter(gateway=gateway).update(probe_until=None)


def note(gateway: str, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Count what a gateway did, in the order in which it did; open or close its circuit.

    Where it opens, its rest takes the place of each message's own wait for a next try.
    One transaction, which locks the gateway's row; none where nothing is worth writing.
    """
    told = [one for one in outcomes if one.is_success or one.is_failure or one.is_probe]
    if not told or _changes_nothing(gateway, told, now=now):
        return
    with transaction.atomic():
        circuit, _ = GatewayCircuit.objects.select_for_update().get_or_create(gateway=gateway)
        for one in told:
            _count(circuit, one, now=now)
            if circuit.opened_at is not None:
                if one.is_probe:
                    _settle_probe(circuit, one, now=now)
            elif _is_down(circuit, now=now):
                _open(circuit, one, now=now)
        circuit.save()


def _changes_nothing(gateway: str, told: Sequence[Outcome], *, now: datetime) -> bool:
    """Tell whether all went well as it did a moment ago: the usual case, which writes nothing."""
    if not all(one.is_success and not one.is_probe for one in told):
        return False
    recently = now - timedelta(seconds=SUCCESS_KEPT_SECONDS)
    return GatewayCircuit.objects.filter(
        gateway=gateway, failures=0, last_success_at__gt=recently
    ).exists()


def _count(circuit: GatewayCircuit, one: Outcome, *, now: datetime) -> None:
    """Count failures since the last success, as long as they come close together."""
    if one.is_success:
        circuit.last_success_at = now
        if circuit.opened_at is None:
            circuit.failures, circuit.failing_since = 0, None
    elif one.is_failure:
        circuit.last_failure_at, circuit.last_failure = now, one.reason[:80]
        since = circuit.failing_since
        if since is None or now - since > timedelta(seconds=FAILURES_WITHIN_SECONDS):
            circuit.failures, circuit.failing_since = 0, now
        circuit.failures += 1


def _is_down(circuit: GatewayCircuit, *, now: datetime) -> bool:
    """Tell whether failures are a series and no chance: nothing got through for long enough."""
    if circuit.failures < FAILURES_TO_OPEN or circuit.failing_since is None:
        return False
    busy_since = now - timedelta(seconds=BUSY_WITHIN_SECONDS)
    if circuit.last_success_at is None or circuit.last_success_at <= busy_since:
        return True
    return now - circuit.failing_since >= timedelta(seconds=LEAST_SERIES_SECONDS)


def _open(circuit: GatewayCircuit, one: Outcome, *, now: datetime) -> None:
    circuit.opened_at, circuit.rests, circuit.probe_until = now, 1, None
    circuit.rest_until = now + timedelta(seconds=rest_seconds(circuit.rests))
    GatewayOutage.objects.create(
        gateway=circuit.gateway,
        opened_at=now,
        reason=one.reason[:80],
        failures=circuit.failures,
    )
    logger.error(
        "sms alarm: %s failed %s times without a success (%s); it is probed from now on",
        circuit.gateway,
        circuit.failures,
        one.reason,
    )
    _hurry_what_waits(circuit.gateway, now=now)


def _settle_probe(circuit: GatewayCircuit, one: Outcome, *, now: datetime) -> None:
    """Close the circuit after a probe that succeeded; after any other let it rest twice as long."""
    circuit.probe_until = None
    current = GatewayOutage.objects.filter(gateway=circuit.gateway, closed_at__isnull=True)
    current.update(probes=F("probes") + 1)
    if not one.is_success:
        circuit.rests += 1
        circuit.rest_until = now + timedelta(seconds=rest_seconds(circuit.rests))
        return
    current.update(closed_at=now)
    circuit.opened_at = circuit.rest_until = circuit.failing_since = None
    circuit.failures = circuit.rests = 0
    logger.warning("sms alarm: %s is in use again", circuit.gateway)


def _hurry_what_waits(gateway: str, *, now: datetime) -> None:
    """Make due what waits for a next try by this gateway: for another, or for the probe.

    Not what was accepted before and waits for a handset: its error is a report's code. By the
    indexes of what is due, however much else is queued.
    """
    soon = now + timedelta(seconds=LONGEST_RETRY_SECONDS)
    waiting = Message.objects.filter(
        not_before__gt=now, not_before__lte=soon, gateway=gateway
    ).exclude(Q(error="") | Q(error__startswith="code "))
    under_way = campaigns_under_way()
    for lane in Lane:
        single = waiting.filter(lane=lane, status=MessageStatus.QUEUED, campaign__isnull=True)
        hurried = single.update(not_before=now)
        for campaign in under_way:
            if campaign.lane == lane:
                # In the words of the index; what is held has no error.
                of_campaign = waiting.filter(campaign=campaign, status__in=WAITING)
                hurried += of_campaign.update(not_before=now)
        if hurried:
            wake_after_commit(lane)
