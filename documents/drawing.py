"""The pages of documents as pictures, for staff who read them beside a case.

Drawn by a worker in a process of its own (`documents.page_images`), never in a request. Nothing of
the file itself reaches a browser: a page is pixels, upright, without place and camera.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from documents.models import ContentType, Document, DocumentPage
from documents.statuses import DocumentState

logger = logging.getLogger(__name__)

MOST_SECONDS: Final = 60
"""Of a whole document, by the clock on the wall."""

MOST_TRIES: Final = 3
"""A document that cannot be drawn is downloaded instead."""

_NEXT_TRY: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class DrawnPage:
    """A page as the other process left it: two files of a folder, the size in pixels."""

    number: int
    width: int
    height: int
    large: Path
    small: Path


def draw_waiting(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Draw the pages of the documents that are due, and give how many documents have some now."""
    drawn = 0
    while not is_over():
        document = _take(now)
        if document is None:
            break
        drawn += _draw(document)
    return drawn


def _take(now: datetime) -> Document | None:
    """Take the document that is due the longest; after the last try it is due no more."""
    with transaction.atomic():
        document = (
            Document.objects.select_for_update(skip_locked=True)
            .filter(state=DocumentState.FINE, draw_due_at__lte=now)
            .order_by("draw_due_at", "id")
            .first()
        )
        if document is None:
            return None
        document.draw_tries += 1
        document.draw_due_at = now + _NEXT_TRY if document.draw_tries < MOST_TRIES else None
        document.save(update_fields=["draw_due_at", "draw_tries"])
    return document


def _draw(document: Document) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            page_count, pages = draw_pages(document, Path(folder))
        except FileNotFoundError:
            logger.exception("The file of document %s is missing from the storage", document.pk)
            return False
        if not pages:
            logger.warning("document %s could not be drawn", document.pk)
            return False
        _keep(document, page_count, pages)
    return True


def draw_pages(document: Document, folder: Path) -> tuple[int, list[DrawnPage]]:
    """Draw a document into a folder; gives the number of its pages and those that were drawn.

    Raises FileNotFoundError where the storage has lost it.
    """
    kind = "pdf" if document.content_type == ContentType.PDF else "picture"
    with document.file.open("rb") as content:
        data = content.read()  # LIMITS["file_bytes"] at most
    try:
        # In its own process, with no setting and no secret in its environment.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "documents.page_images", kind, str(folder)],
            input=data,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PYTHONPATH": str(settings.BASE_DIR)},
            timeout=MOST_SECONDS,
            check=False,
        )
        lines = done.stdout.split(b"\n")
    except subprocess.TimeoutExpired as late:
        lines = (late.stdout or b"").split(b"\n")
    return _read(lines, folder)


def _read(lines: list[bytes], folder: Path) -> tuple[int, list[DrawnPage]]:
    whole = [line.split() for line in lines[:-1]]  # the last is empty, or was broken off
    if not whole:
        return 0, []
    pages = [
        DrawnPage(
            number, width, height, large=folder / f"{number}.jpg", small=folder / f"{number}s.jpg"
        )
        for number, width, height in (map(int, words) for words in whole[1:])
    ]
    return int(whole[0][0]), pages


def _keep(document: Document, page_count: int, pages: list[DrawnPage]) -> None:
    """Store the drawn pages, then name them; no file stays when that fails."""
    stored: list[str] = []
    rows: list[DocumentPage] = []
    try:
        for page in pages:
            large = _store(document, f"{page.number}", page.large, stored)
            small = _store(document, f"{page.number}s", page.small, stored)
            rows.append(
                DocumentPage(
                    document=document,
                    number=page.number,
                    width=page.width,
                    height=page.height,
                    file=large,
                    thumbnail=small,
                )
            )
        with transaction.atomic():
            locked = Document.objects.select_for_update().get(pk=document.pk)
            locked.pages.all().delete()
            DocumentPage.objects.bulk_create(rows)
            locked.page_count, locked.draw_due_at = page_count, None
            locked.save(update_fields=["page_count", "draw_due_at"])
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise


def _store(document: Document, part: str, path: Path, stored: list[str]) -> str:
    name = f"{document.uuid.hex[:2]}/{document.uuid.hex}.{part}"
    with path.open("rb") as content:
        kept = default_storage.save(name, File(content))
    stored.append(kept)
    return kept
