"""Files that only this user may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> Path:
    """Write a file with mode 0600, in place of an older one at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    unfinished.replace(path)
    return path


def kept_secret(path: Path, *, length: int) -> str:
    """Give the secret in a file, making it the first time. `length` is in random bytes."""
    if path.is_file() and (text := path.read_text(encoding="ascii").strip()):
        return text
    text = secrets.token_urlsafe(length)
    write_private(path, text + "\n")
    return text
