"""Known problems: kept once however often they helped, found by any spelling."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from django.db.models import F, Q, QuerySet

from beneficiaries.models import User
from portal.contacts.models import KnownProblem
from saudi.text import fold
from sawtak.help.selectors import words_of_search

SUGGESTED: Final = 5


def keep_problem(
    *, problem: str, cause: str, solution: str, by: User, now: datetime
) -> KnownProblem:
    """Keep a problem for the next contact, or count that it helped once more.

    The same words in another spelling are the same problem. Runs in the caller's transaction; two
    at once make one row.
    """
    known, is_new = KnownProblem.objects.get_or_create(
        key=_key(problem, cause, solution),
        defaults={
            "problem": problem,
            "cause": cause,
            "solution": solution,
            "written_by": by,
            "written_at": now,
        },
    )
    if not is_new:
        KnownProblem.objects.filter(pk=known.pk).update(uses=F("uses") + 1)
    return known


def found_problems(text: str) -> QuerySet[KnownProblem]:
    """Give the problems that have every word of a search, in about any spelling.

    A word is found by its letters or by its likeness, from the index of trigrams. None for a text
    without words.
    """
    words = words_of_search(text)
    if not words:
        return KnownProblem.objects.none()
    wanted = Q()
    for word in words:
        wanted &= _has(word)
    return KnownProblem.objects.filter(wanted)


def suggested_problems(text: str) -> list[KnownProblem]:
    """Give the few that helped most with what was typed: those with every word, else with any."""
    words = words_of_search(text)
    if not words:
        return []
    found = list(found_problems(text).order_by("-uses", "-id")[:SUGGESTED])
    if found or len(words) == 1:
        return found
    wanted = Q()
    for word in words:
        wanted |= _has(word)
    return list(KnownProblem.objects.filter(wanted).order_by("-uses", "-id")[:SUGGESTED])


def _has(word: str) -> Q:
    return Q(words__contains=word) | Q(words__trigram_word_similar=word)


def _key(*texts: str) -> str:
    return hashlib.sha256("\n".join(fold(text) for text in texts).encode()).hexdigest()
