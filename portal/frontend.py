"""What the browser gets: hashed file names, and fonts cut to the letters that are needed."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names each file by its content, so that it may be cached for ever, and compresses it once."""
