"""Files of a test lie in its own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.storing import files_in


@pytest.fixture(autouse=True)
def attachments(tmp_path: Path) -> Iterator[Path]:
    """Keep uploaded files in a folder that ends with the test."""
    folder = tmp_path / "attachments"
    with files_in(folder):
        yield folder


@pytest.fixture(autouse=True)
def arabic() -> Iterator[None]:
    """Begin in Arabic: a request for an English page leaves its language behind."""
    with translation.override("ar"):
        yield
