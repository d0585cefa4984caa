"""What a ground is called in the code: its track, and the codes that the portal came with."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Track = Literal["result", "payment"]


class GroundCode(StrEnum):
    """The grounds that are named in the code. The catalogue is data: `objections.models.Ground`."""

    REASON_WRONG = "reason_wrong"
    CIRCUMSTANCES_CHANGED = "changed"
    DOCUMENTS_READY = "documents"
    DATA_CORRECTED = "corrected"
    ABSENCE_JUSTIFIED = "absence"
    HOUSEHOLD_WRONG = "household"
    NOT_DEPOSITED = "account"
    OTHER = "other"


CODE_CHARACTERS: Final = 16
LABEL_CHARACTERS: Final = 80
