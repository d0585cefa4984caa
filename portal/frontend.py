"""How static files are served: named by their content and compressed once."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names each file by its content, so that it may be cached for ever, and compresses it once."""
