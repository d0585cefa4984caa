"""What the stand-in may be told to do with the next request to send."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refuse:
    """Answer with an error of this status and the provider's code.

    Without a code, Twilio's stand-in answers no JSON at all; Unifonic's does for its own statuses.
    """

    status: int
    code: int | str | None = None
    retry_after: str = ""


@dataclass(frozen=True)
class AcceptAndCut:
    """Take the message and cut the connection before the answer."""


@dataclass(frozen=True)
class CutUnread:
    """Cut the connection without taking the message; the sender cannot tell this from the other."""


@dataclass
class AcceptAndHold:
    """Take the message and answer only once `go_on` is set."""

    taken: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class AnswerNonsense:
    """Take the message and answer with a success that is no JSON."""


Behaviour = Refuse | AcceptAndCut | AcceptAndHold | AnswerNonsense | CutUnread
