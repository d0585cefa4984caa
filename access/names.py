"""Searching names by their folded words, so that an index answers (O06, O28)."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from saudi.text import fold

SHORTEST_WORD: Final = 3
"""Letters of the longest word of a search: with fewer, no trigram names the rows to read."""


def name_filter(lookup: str, text: str) -> Q | None:
    """Give the condition that a folded column has every word; None where the words are too short.

    `lookup` names a column of `saudi.models.FoldedText`; its trigram index serves the condition.
    """
    words = fold(text).split()
    if not any(len(word) >= SHORTEST_WORD for word in words):
        return None
    wanted = Q()
    for word in words:
        wanted &= Q(**{f"{lookup}__contains": word})
    return wanted
