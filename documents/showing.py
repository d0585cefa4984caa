"""A kept file as a row of the list of files (components/file.html)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from documents.models import ContentType, Document
from documents.statuses import DocumentState

STATE_KINDS: Final[dict[str, str]] = {
    DocumentState.RECEIVED: "busy",
    DocumentState.CHECKING: "busy",
    DocumentState.FINE: "ok",
    DocumentState.REFUSED: "bad",
}
"""How a state looks."""


@dataclass(frozen=True)
class FileRow:
    """What the list says of a file; `why` is a sentence, `url` where it is fetched."""

    name: str
    kind: str
    state: str
    state_text: str
    size: int
    note: str = ""
    why: str = ""
    url: str = ""
    action: str = ""


def kind_of(document: Document) -> str:
    """Give the icon of a file."""
    return "file" if document.content_type == ContentType.PDF else "image"


def harmful_text(advice: str) -> str:
    """Say why nobody opens a file, and what its sender does instead."""
    reason = _("Something harmful is in this file, so nobody opens it.")
    return f"{reason} {advice}"


def row_of(document: Document, *, url: str, advice: str) -> FileRow:
    """Show a file to whoever sent it: fetched from `url`, but for one that is refused.

    `advice` is what they do about a refused one.
    """
    return FileRow(
        name=document.name,
        kind=kind_of(document),
        state=STATE_KINDS[document.state],
        state_text=document.get_state_display(),
        size=document.size_bytes,
        why=harmful_text(advice) if document.is_refused else "",
        url="" if document.is_refused else url,
        action=_("Download"),
    )
