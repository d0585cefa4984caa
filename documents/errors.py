"""Why a file was refused, in words that name the file and say what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saudi.direction import isolate


class RefusalReason(StrEnum):
    """What is wrong with a file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    WRONG_TYPE = "wrong_type"
    HEIC = "heic"
    PASSWORD = "password"  # noqa: S105 - a reason, not a secret
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"


_ADVICE: Final[dict[RefusalReason, Promise]] = {
    RefusalReason.EMPTY: _(
        "The file %(name)s is empty. Choose it again, or take a new picture of the document."
    ),
    RefusalReason.TOO_LARGE: _(
        "The file %(name)s is larger than %(limit)s MB. Make it smaller, or send each page alone."
    ),
    RefusalReason.TOO_MANY: _(
        "The file %(name)s is one too many: the limit is %(limit)s. Delete a file you do not need,"
        " or put several pages in one PDF."
    ),
    RefusalReason.WRONG_TYPE: _(
        "The file %(name)s is not a PDF, JPG, PNG or HEIC. Save it as PDF, or take a picture of it."
    ),
    RefusalReason.HEIC: _(
        "We cannot open the HEIC picture %(name)s. Take a screenshot of it and send that. Or choose"
        " “Most Compatible” in the phone's camera settings and take it again."
    ),
    RefusalReason.PASSWORD: _(
        "The file %(name)s is protected by a password. Save a copy without a password, then"
        " send the copy."
    ),
    RefusalReason.INCOMPLETE: _(
        "The file %(name)s did not arrive whole. Open it to make sure that it works, then send"
        " it again."
    ),
    RefusalReason.DAMAGED: _(
        "The file %(name)s cannot be opened. Open it yourself, save it again as PDF, then send it."
    ),
    RefusalReason.TOO_MANY_PIXELS: _(
        "The picture %(name)s is too large to open. Take it again with the phone's usual camera"
        " settings."
    ),
}


class DocumentRefused(Exception):
    """A file that is not kept. `message` is a sentence for its sender, in their language.

    `limit` is the one that was passed, in megabytes or files; `size_bytes` is the file's own.
    """

    def __init__(
        self, *, name: str, reason: RefusalReason, limit: int = 0, size_bytes: int = 0
    ) -> None:
        super().__init__(reason.value)
        self.name = name
        self.reason = reason
        self.limit = limit
        self.size_bytes = size_bytes

    @property
    def message(self) -> str:
        """The sentence; the name is isolated, so that its direction does not disturb the rest."""
        return str(_ADVICE[self.reason]) % {
            "name": isolate(self.name),
            "limit": self.limit,
        }


class FilesNotKept(Exception):
    """The store takes no files now; nothing was kept of what came with them."""

    @property
    def message(self) -> str:
        """A sentence for whoever sent them, in their language."""
        return str(
            _(
                "We cannot take files at the moment. What you wrote is kept. Choose the files"
                " again and send them in some minutes."
            )
        )
