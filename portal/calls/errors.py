"""Why a step of a call is refused."""

from __future__ import annotations


class CallRefused(RuntimeError):
    """A call cannot take the step that somebody wants."""


class CallIsOver(CallRefused):
    """The person was told, or was given up, before."""


class CallIsAnothers(CallRefused):
    """Somebody else has taken the call since its page was opened."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who
