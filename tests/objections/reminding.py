"""What the tests of reminders share: the days before a last day, and a gateway that takes all."""

from __future__ import annotations

from datetime import date, datetime

from notifications.delivery import drain
from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import Message
from notifications.statuses import Lane
from objections.services import queue_reminders
from tests.objections.cases import riyadh

LAST_DAY = date(2027, 1, 27)
"""Ninety days after `cases.ANNOUNCED_ON`."""

BEFORE_14 = riyadh("2027-01-13 09:00:00")
BEFORE_3 = riyadh("2027-01-24 09:00:00")
BEFORE_1 = riyadh("2027-01-26 09:00:00")

RESULT = "closing:result14:2027-01-27"
DRAFT_3 = "closing:draft3:2027-01-27"
DRAFT_1 = "closing:draft1:2027-01-27"


class Takes:
    """A gateway that takes every message."""

    name = "takes"

    def __init__(self) -> None:
        self.numbers: list[str] = []

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.numbers.append(sms.to)
        return GatewayReceipt(gateway_id=f"id-{sms.message_id}")


def sent_at(now: datetime) -> list[str]:
    """Send what the lane holds at an instant and give the numbers that got one."""
    gateway = Takes()
    drain(lane=Lane.REMINDERS, gateway=gateway, clock=lambda: now)
    return sorted(gateway.numbers)


def reminded(now: datetime) -> set[tuple[str, str]]:
    """Queue what is due and give the event and the number of every reminder so far."""
    queue_reminders(now=now)
    return set(Message.objects.filter(lane=Lane.REMINDERS).values_list("event", "recipient"))
