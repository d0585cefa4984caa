"""Files of a test lie in its own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation


@pytest.fixture(autouse=True)
def attachments(tmp_path: Path) -> Iterator[Path]:
    """Keep uploaded files in a folder that ends with the test."""
    folder = tmp_path / "attachments"
    default = settings.STORAGES["default"]
    storage = {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": storage}):
        yield folder


@pytest.fixture(autouse=True)
def arabic() -> Iterator[None]:
    """Begin in Arabic: a request for an English page leaves its language behind."""
    with translation.override("ar"):
        yield
