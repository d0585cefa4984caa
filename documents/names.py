"""The name under which a file is shown and saved. On disk it has another, made by the server."""

from __future__ import annotations

from typing import Final

from documents.models import ContentType
from saudi.digits import clean_text

MAX_LENGTH: Final = 120

EXTENSIONS: Final[dict[str, tuple[str, ...]]] = {
    ContentType.PDF: (".pdf",),
    ContentType.JPEG: (".jpg", ".jpeg"),
    ContentType.PNG: (".png",),
}
"""The extensions of each kept type; the first is given to a file that has another one."""


def readable_name(name: str) -> str:
    """Give a file's name without path, direction marks and control characters, not cut.

    Browsers write the quotes and line ends of a name as %22, %0D and %0A (WHATWG, multipart form
    data), and nothing else that way.
    """
    typed = name.replace("%22", '"').replace("%0D", " ").replace("%0A", " ")
    last = typed.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    return " ".join(clean_text(last).split()).strip(". ")


def display_name(name: str, content_type: str) -> str:
    """Give the name that is shown and saved: readable, short, with the extension of its type.

    A PDF that calls itself `.html` or `.exe` would run when it is opened after the download, so
    the extension always tells the truth (O09, O16).
    """
    extensions = EXTENSIONS[content_type]
    readable = readable_name(name)
    if content_type == ContentType.JPEG and readable.lower().endswith((".heic", ".heif")):
        readable = readable[: -len(".heic")] + extensions[0]
    extension = next((e for e in extensions if readable.lower().endswith(e)), "")
    stem = readable[: -len(extension)] if extension else readable
    if readable.lower() in {e.lstrip(".") for e in extensions}:
        stem = ""
    extension = readable[-len(extension) :] if extension else extensions[0]
    return (stem.rstrip(". ") or "document")[: MAX_LENGTH - len(extension)] + extension
