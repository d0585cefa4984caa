"""Two gateways of tests, which answer as they are told, and what waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from notifications.circuits import Outcome, note
from notifications.delivery import Drained, drain
from notifications.gateways.base import (
    GatewayClosed,
    GatewayError,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.models import (
    GatewayCircuit,
    Message,
)
from notifications.outbox import queue_message
from notifications.rules import (
    FAILURES_TO_OPEN,
    LEAST_SERIES_SECONDS,
)
from notifications.statuses import Lane
from saudi.gregorian import RIYADH

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)
OUT_OF_ORDER = GatewayTemporary("http 503")
TOO_FAST = GatewayTemporary("http 429, code 20429", is_its_fault=False)
UNKNOWN = OutcomeUnknown("ReadTimeoutError")
WRONG_NUMBER = GatewayPermanent("http 400, code 21211")
CAP = GatewayClosed("http 429, code 63038", rest_seconds=None)


class Told:
    """A gateway that does the same with each message until it is told otherwise."""

    most_at_once = 1

    def __init__(self, name: str, answer: GatewayError | None = None) -> None:
        self.name = name
        self.answer = answer
        self.sent: list[int] = []

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.sent.append(sms.message_id)
        if self.answer is not None:
            raise self.answer
        return GatewayReceipt(gateway_id=f"{self.name}-{sms.message_id}")

    def find(self, **_: Any) -> list[Any]:
        return []


class Line:
    """Two gateways, a clock that the test moves, and drains between them."""

    def __init__(self) -> None:
        self.now = NOW
        self.first, self.second = Told("first"), Told("second")

    def queue(self, *numbers: int, lane: Lane = Lane.CASES, **changes: Any) -> list[int]:
        template, values = {
            Lane.CASES: ("objection_taken", {"reference": "4000000006"}),
            Lane.CODES: ("sign_in_code", {"code": "048213"}),
        }[lane]
        with transaction.atomic():
            for number in numbers:
                queue_message(
                    event=f"{lane.value}:{number}",
                    to=f"+96650{number:07}",
                    template=template,
                    values=values,
                    language="ar",
                    now=self.now,
                    **changes,
                )
        events = [f"{lane.value}:{number}" for number in numbers]
        return list(Message.objects.filter(event__in=events).values_list("pk", flat=True))

    def drain(self, lane: Lane = Lane.CASES, *, alone: bool = False, **more: Any) -> Drained:
        facts = {
            "lane": lane,
            "gateway": self.first,
            "others": () if alone else (self.second,),
            "clock": lambda: self.now,
        }
        return drain(**facts | more)  # type: ignore[arg-type]

    def open(self) -> None:
        """Have the first gateway fail until it is left alone."""
        failures = [Outcome(OUT_OF_ORDER)] * (FAILURES_TO_OPEN - 1)
        note("first", failures, now=self.now - timedelta(seconds=LEAST_SERIES_SECONDS))
        note("first", [Outcome(OUT_OF_ORDER)], now=self.now)

    def rest(self, seconds: float = 0) -> None:
        """Let the first gateway's rest pass, and so many seconds more."""
        until = GatewayCircuit.objects.get(gateway="first").rest_until
        assert until is not None
        self.now = until + timedelta(seconds=seconds)


def no() -> bool:
    return False


def statuses() -> set[str]:
    return set(Message.objects.values_list("status", flat=True))
