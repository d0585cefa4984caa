"""How many statements a message costs PostgreSQL over a whole drain: counted, not timed.

`bench/messages.py` prints it beside its figures, and tests/bench holds the aim. A drain's claims,
attempts, records and commits all count; what gateways report later is counted apart.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.crew import Crew
from notifications.delivery import drain
from notifications.gateways.base import Gateway
from notifications.models import Message
from notifications.receipts import take_report
from notifications.statuses import Lane, MessageStatus

AIM_A_MESSAGE = 4.0
LONGEST_SECONDS = 120


@dataclass
class Counted:
    """Statements by their first word, BEGIN and COMMIT too, and the messages they served."""

    messages: int = 0
    words: Counter[str] = field(default_factory=Counter)

    @property
    def a_message(self) -> float:
        """Statements a message."""
        return self.words.total() / self.messages


@contextlib.contextmanager
def counting() -> Iterator[Counted]:
    """Count what this thread asks PostgreSQL inside the block."""
    counted, limit = Counted(), connection.queries_limit
    connection.queries_limit = 1_000_000
    connection.queries_log = type(connection.queries_log)(maxlen=connection.queries_limit)
    try:
        with CaptureQueriesContext(connection) as asked:
            yield counted
        counted.words.update(query["sql"].split(None, 1)[0] for query in asked.captured_queries)
    finally:
        connection.queries_limit = limit


def count_sending(lane: Lane, gateway: Gateway) -> Counted:
    """Send what is due in a lane with as many hands as the gateway bears; give what it took."""
    crew = Crew(gateway, hands=gateway.most_at_once)
    with counting() as counted:
        has_more = True
        while has_more:
            drained = drain(lane=lane, gateway=gateway, crew=crew, seconds=LONGEST_SECONDS)
            counted.messages, has_more = counted.messages + drained.done, drained.has_more
    return counted


def count_receipts(gateway: str) -> Counted:
    """Take a report of delivery for each message that a gateway accepted; give what it took."""
    sent = Message.objects.filter(gateway=gateway, status=MessageStatus.SENT)
    ids = list(sent.values_list("gateway_id", flat=True))
    with counting() as counted:
        for gateway_id in ids:
            take_report(
                gateway=gateway,
                gateway_id=gateway_id,
                reported="delivered",
                status=MessageStatus.DELIVERED,
                now=timezone.now(),
            )
    counted.messages = len(ids)
    return counted
