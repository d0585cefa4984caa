"""Files without a row: what a process leaves that is killed between the two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.core.files.storage import default_storage

from documents.models import Document, DocumentPage

SAFE_AGE: Final = timedelta(days=1)
"""A younger file may belong to a transaction that is still open."""

_BATCH: Final = 500


def remove_files_without_row(*, now: datetime) -> int:
    """Remove stored files that no document names and give how many there were."""
    removed = 0
    names = _stored_names()
    while batch := list(islice(names, _BATCH)):
        for name in _unnamed(batch):
            # Asked of these few alone: in a store on the network each answer is a request.
            if default_storage.get_modified_time(name) < now - SAFE_AGE:
                default_storage.delete(name)
                removed += 1
    return removed


def _stored_names() -> Iterator[str]:
    for folder in sorted(_listed("")[0]):
        for file in sorted(_listed(folder)[1]):
            yield f"{folder}/{file}"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Give the folders and files of a folder; of one that is not there yet, none."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _unnamed(names: list[str]) -> list[str]:
    named = set(Document.objects.filter(file__in=names).values_list("file", flat=True))
    named.update(DocumentPage.objects.filter(file__in=names).values_list("file", flat=True))
    named.update(
        DocumentPage.objects.filter(thumbnail__in=names).values_list("thumbnail", flat=True)
    )
    return [name for name in names if name not in named]
