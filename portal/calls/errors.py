"""Why a step of a call is refused."""

from __future__ import annotations

from datetime import datetime


class CallRefused(RuntimeError):
    """A call cannot take the step that somebody wants."""


class CallIsOver(CallRefused):
    """The person was told, or was given up, before: by whom and when; by nobody, by itself."""

    def __init__(self, status: str, *, by: str, at: datetime | None) -> None:
        super().__init__(status)
        self.status, self.by, self.at = status, by, at


class CallIsAnothers(CallRefused):
    """Somebody else has taken the call since its page was opened."""

    def __init__(self, who: str, *, at: datetime | None) -> None:
        super().__init__(who)
        self.who, self.at = who, at
