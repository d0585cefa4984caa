"""Why a wording is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notifications.texts.rules import Fault


class TextRefused(ValueError):
    """A wording is outside the limits; told by language."""

    def __init__(self, faults: Mapping[str, Sequence[Fault]]) -> None:
        super().__init__(
            ", ".join(sorted({each.kind for all_ in faults.values() for each in all_}))
        )
        self.faults = faults


class SameText(ValueError):
    """The wording is the one that counts already."""


class ProposalWaits(RuntimeError):
    """Another wording of this SMS waits for its decision."""


class OwnProposal(PermissionError):
    """Whoever proposed a wording may not decide on it."""


class NotOwnProposal(PermissionError):
    """Only whoever proposed a wording takes it back."""


class AlreadyDecided(RuntimeError):
    """Somebody decided first."""

    def __init__(self, *, decision: str, by: str, at: datetime | None) -> None:
        super().__init__(decision)
        self.decision = decision
        self.by = by
        self.at = at
