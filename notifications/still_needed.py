"""Whether a message is still needed, and still wanted, at the moment it leaves.

A reminder may wait for hours in its lane, and what it reminds of may be done meanwhile. The app
that queued it registers a check for its template. The check is asked in the transaction that
records the attempt, the last one before the gateway is called, so that nothing has to be found
and cancelled at the time of the change (docs/adr/0016). A stop is asked for there too: a message
may have been in a worker's hands, or in a transaction that did not see it, when the stop came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from notifications.models import Message, StoppedNumber
from notifications.rules import DAYTIME_LANES

Check = Callable[[Sequence[Message], datetime], set[int]]
"""Gives the ids of those messages that are still needed at an instant."""

_CHECKS: Final[dict[str, Check]] = {}


def ask_before_sending(template: str, check: Check) -> None:
    """Have a check asked before a message of a template leaves, each time it is tried."""
    _CHECKS[template] = check


def no_longer_needed(messages: Iterable[Message], now: datetime) -> set[int]:
    """Give the ids of the messages that need not leave any more; most have no check.

    One statement for those that go to many, and one or more for each check.
    """
    asked: defaultdict[Check, list[Message]] = defaultdict(list)
    to_many: list[Message] = []
    for message in messages:
        if message.template in _CHECKS:
            asked[_CHECKS[message.template]].append(message)
        if message.lane in DAYTIME_LANES:
            to_many.append(message)
    needless = _stopped(to_many)
    for check, some in asked.items():
        needless |= {message.pk for message in some} - check(some, now)
    return needless


def _stopped(messages: Sequence[Message]) -> set[int]:
    """Give the ids of those whose number wants nothing of what goes to many."""
    if not messages:
        return set()
    numbers = {message.recipient for message in messages}
    stopped = set(StoppedNumber.objects.filter(mobile__in=numbers).values_list("mobile", flat=True))
    return {message.pk for message in messages if message.recipient in stopped}
