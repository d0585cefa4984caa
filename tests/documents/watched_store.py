"""A store of files that tells what was open when it was written to, and fails when it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import override_settings


class WatchedStorage(FileSystemStorage):
    """Files of a folder; `open_transactions` has one number a write, those of a test included."""

    open_transactions: ClassVar[list[int]] = []
    fails_after: ClassVar[int | None] = None

    def _save(self, name: str, content: Any) -> str:
        self.open_transactions.append(len(connection.atomic_blocks))
        if self.fails_after is not None and len(self.open_transactions) > self.fails_after:
            raise OSError("no room")
        return str(super()._save(name, content))


@contextmanager
def watched_store(folder: Path, *, fails_after: int | None = None) -> Iterator[list[int]]:
    """Keep files in a folder; give how many transactions were open at each write.

    After `fails_after` writes it takes no more.
    """
    entry = {
        "BACKEND": f"{WatchedStorage.__module__}.{WatchedStorage.__qualname__}",
        "OPTIONS": {"location": folder},
    }
    WatchedStorage.open_transactions.clear()
    WatchedStorage.fails_after = fails_after
    with override_settings(STORAGES={**settings.STORAGES, "default": entry}):
        yield WatchedStorage.open_transactions


def files_of(folder: Path) -> list[Path]:
    """Give the files that lie in a folder and below it."""
    return [path for path in folder.rglob("*") if path.is_file()]
