"""Where tests keep what is uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import override_settings


@contextmanager
def files_in(folder: Path | str) -> Iterator[None]:
    """Keep what is uploaded in a folder of the test."""
    default = settings.STORAGES["default"]
    own = {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": own}):
        yield
