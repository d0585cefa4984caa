"""Files without a row: what a process leaves that is killed between the two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage

from documents.models import Document

SAFE_AGE: Final = timedelta(days=1)
"""A younger file may belong to a transaction that is still open."""

_BATCH: Final = 500


def remove_files_without_row(*, now: datetime) -> int:
    """Remove stored files that no document names and give how many there were."""
    removed = 0
    batch: list[str] = []
    for name in _old_files(now - SAFE_AGE):
        batch.append(name)
        if len(batch) >= _BATCH:
            removed += _remove_unnamed(batch)
            batch = []
    return removed + _remove_unnamed(batch)


def _old_files(before: datetime) -> Iterator[str]:
    folders, _files = default_storage.listdir("") if default_storage.exists("") else ([], [])
    for folder in sorted(folders):
        _folders, files = default_storage.listdir(folder)
        for file in sorted(files):
            name = f"{folder}/{file}"
            if default_storage.get_modified_time(name) < before:
                yield name


def _remove_unnamed(names: list[str]) -> int:
    named = set(Document.objects.filter(file__in=names).values_list("file", flat=True))
    unnamed = [name for name in names if name not in named]
    for name in unnamed:
        default_storage.delete(name)
    return len(unnamed)
