"""The files of a form that was not taken, until it is sent again (docs/adr/0024).

They lie in the store without a row, so the night's cleaning (`documents.sweeping`) removes them.
The page that is shown again carries a signed token of each, good for its owner and for some hours;
nobody fetches a file by it. What is sent with a token is stored as a copy of its own, so that a
token may be used twice.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.core import signing
from django.core.files.storage import default_storage

from documents.intake import CheckedFile, random_name, write_file

logger = logging.getLogger(__name__)

KEPT_FOR: Final = timedelta(hours=12)
"""Below `documents.sweeping.SAFE_AGE`, so that a token never outlives its file."""

_SALT: Final = "documents.kept"
_IN_MEMORY_BYTES: Final = 2 * 1024 * 1024


class FileIsGone(Exception):
    """A token is too old, is somebody else's, or its file is not there."""


@dataclass(frozen=True)
class KeptFile:
    """A kept file as the form that is shown again has it."""

    token: str
    name: str
    size_bytes: int


def keep_files(files: Iterable[CheckedFile], *, owner: str) -> list[KeptFile]:
    """Write checked files into the store for whoever sends their form again.

    `owner` names the person or the browser, and the form. Raises FilesNotKept.
    """
    kept = []
    for file in files:
        stored_name = random_name()
        write_file(file, stored_name)
        facts = [stored_name, file.name, file.content_type, file.size_bytes, file.sha256]
        token = signing.dumps(facts, salt=f"{_SALT}:{owner}")
        kept.append(KeptFile(token, file.name, file.size_bytes))
    return kept


def read_kept(token: str, *, owner: str) -> CheckedFile:
    """Give the file of a token as it was checked. Raises FileIsGone."""
    try:
        facts = signing.loads(token, salt=f"{_SALT}:{owner}", max_age=KEPT_FOR)
    except signing.BadSignature as error:
        raise FileIsGone from error
    stored_name, name, content_type, size_bytes, sha256 = facts
    content: IO[bytes] = SpooledTemporaryFile(  # noqa: SIM115  # the caller keeps it open
        max_size=_IN_MEMORY_BYTES
    )
    try:
        with default_storage.open(stored_name) as stored:
            shutil.copyfileobj(stored, content)
    except Exception as error:  # each store has errors of its own
        logger.warning("a kept file could not be read (%s)", type(error).__name__)
        raise FileIsGone from error
    return CheckedFile(name, content_type, size_bytes, sha256, content)
