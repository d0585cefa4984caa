"""The two languages of every page: Arabic, and English where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from django.utils.translation import get_language

from saudi.direction import Direction

__all__ = ["DIRECTIONS", "Language", "direction_in", "in_a_row", "page_language"]

Language = Literal["ar", "en"]

DIRECTIONS: Final[dict[Language, Direction]] = {"ar": "rtl", "en": "ltr"}
"""The direction in which each language is written, Arabic first."""

_COMMAS: Final[dict[Language, str]] = {"ar": "، ", "en": ", "}


def page_language() -> Language:
    """Give the language of the page that is being made, Arabic where none is chosen.

    >>> from django.utils.translation import override
    >>> with override("en-gb"):
    ...     page_language()
    'en'
    """
    return "en" if (get_language() or "ar").startswith("en") else "ar"


def direction_in(language: str) -> Direction:
    """Give the direction of a text in a language, Arabic unless it is English.

    >>> direction_in("ar"), direction_in("en")
    ('rtl', 'ltr')
    """
    return "ltr" if language == "en" else "rtl"


def in_a_row(words: Iterable[str]) -> str:
    """Write words in a row with the comma of the page's language.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     in_a_row(["Agent", "Caseworker"])
    'Agent, Caseworker'
    """
    return _COMMAS[page_language()].join(words)
