"""The two languages of every page: Arabic, and English where it is asked for."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import get_language

__all__ = ["Language", "page_language"]

Language = Literal["ar", "en"]


def page_language() -> Language:
    """Give the language of the page that is being made, Arabic where none is chosen.

    >>> from django.utils.translation import override
    >>> with override("en-gb"):
    ...     page_language()
    'en'
    """
    return "en" if (get_language() or "ar").startswith("en") else "ar"
