"""Why people object, as they would say it: each ground in the words of its track."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Track = Literal["result", "payment"]


class Ground(models.TextChoices):
    """Why the person objects."""

    REASON_WRONG = "reason_wrong", _("The reason given is not true")
    CIRCUMSTANCES_CHANGED = "changed", _("My situation has changed and I have proof")
    DOCUMENTS_READY = "documents", _("I now have the missing document")
    DATA_CORRECTED = "corrected", _("I corrected my data")
    OTHER = "other", _("Another reason")


_OF_PAYMENTS: Final[dict[str, StrOrPromise]] = {Ground.REASON_WRONG: _("The amount is wrong")}


def ground_label(ground: str, track: Track) -> StrOrPromise:
    """Give a ground as it is said on a track. Raises ValueError for what is no ground."""
    known = Ground(ground)
    if track == "payment":
        return _OF_PAYMENTS.get(known, known.label)
    return known.label


def ground_choices(track: Track) -> list[tuple[str, StrOrPromise]]:
    """List the grounds of a track as a form offers them."""
    return [(ground, ground_label(ground, track)) for ground in Ground.values]
