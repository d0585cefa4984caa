"""What people send back to our number, handed to whoever knows the cases.

No text of a reply is kept: it may hold anything. The app that answers registers here, because
this one knows no case and no register.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications.outbox import is_saudi_mobile

LONGEST_REPLY: Final = 160


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMS to us. `gateway_id` is the gateway's own id of it, the same when it is repeated."""

    gateway: str
    gateway_id: str
    sender: str
    text: str
    at: datetime


Taker = Callable[[Reply], None]
_TAKERS: Final[list[Taker]] = []


def take_replies_with(taker: Taker) -> None:
    """Have every reply from a Saudi mobile handed to a function."""
    if taker not in _TAKERS:
        _TAKERS.append(taker)


def take_reply(reply: Reply) -> None:
    """Hand a reply on; one from anything but a Saudi mobile is nobody's we could answer."""
    if is_saudi_mobile(reply.sender):
        for taker in _TAKERS:
            taker(reply)
