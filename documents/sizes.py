"""Sizes of files in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def size_text(size_bytes: int) -> str:
    """Write a file's size in megabytes or kilobytes, rounded as people read it."""
    if size_bytes >= 100 * 1024:
        return _("%(size)s MB") % {"size": f"{size_bytes / 1024 / 1024:.1f}".removesuffix(".0")}
    return _("%(size)s KB") % {"size": round(size_bytes / 1024) or min(1, size_bytes)}
