"""Why an export came to nothing: one class a cause, and its words for whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from beneficiaries.imports.recording import RunEnded

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RightGone(RunEnded):
    """Whoever asked may not export the list any more."""

    code = "right_gone"


class NarrowingGone(RunEnded):
    """The list cannot be narrowed as it was asked for: what a filter named is not there now."""

    code = "narrowing_gone"


class TakenForDead(RunEnded):
    """Another process makes this export by now."""

    code = "taken_for_dead"


class NotWritten(RunEnded):
    """The file could not be written; its cause says why."""

    code = "not_written"
    is_failure = True


WORDS: Final[dict[str, StrOrPromise]] = {
    RightGone.code: _("You may not export this list any more."),
    NarrowingGone.code: _(
        "The list cannot be narrowed any more as it was when you asked: a filter names something "
        "that is gone. Open the list, narrow it again and export it."
    ),
    NotWritten.code: _(
        "The file could not be stored. Export the list again later; if it fails again, tell "
        "whoever runs the portal."
    ),
}
