"""Where tests keep what is uploaded and what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import override_settings


@contextmanager
def files_in(folder: Path | str) -> Iterator[None]:
    """Keep what is uploaded and what is exported in a folder of the test."""
    own = {
        name: {**stored, "OPTIONS": {**stored["OPTIONS"], "location": Path(folder) / part}}
        for name, part in (("default", "."), ("exports", "exports"))
        for stored in [settings.STORAGES[name]]
    }
    with override_settings(STORAGES={**settings.STORAGES, **own}):
        yield
