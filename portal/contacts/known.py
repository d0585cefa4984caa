"""Known problems: kept once however often they helped, found by any spelling."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from beneficiaries.models import User
from portal.contacts.errors import KnownAlready
from portal.contacts.models import KnownProblem, KnownProblemEvent
from portal.contacts.statuses import KnownStep
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


def withdraw_problem(*, known_id: int, reason: str, by: User, now: datetime) -> KnownProblem:
    """Take a known problem out of use: it is offered to nobody. Raises KnownAlready."""
    return _turn(known_id, KnownStep.WITHDRAWN, reason=reason, by=by, now=now)


def put_back_problem(*, known_id: int, reason: str, by: User, now: datetime) -> KnownProblem:
    """Offer a known problem again. Raises KnownAlready."""
    return _turn(known_id, KnownStep.PUT_BACK, reason=reason, by=by, now=now)


def _turn(known_id: int, step: KnownStep, *, reason: str, by: User, now: datetime) -> KnownProblem:
    with transaction.atomic():
        known = KnownProblem.objects.select_for_update(of=("self",)).get(pk=known_id)
        is_active = step == KnownStep.PUT_BACK
        if known.is_active == is_active:
            raise KnownAlready
        known.is_active = is_active
        known.save(update_fields=["is_active"])
        KnownProblemEvent.objects.create(known=known, at=now, actor=by, step=step, reason=reason)
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
    """Give the few in use that helped most with what was typed: with every word, else with any."""
    words = words_of_search(text)
    if not words:
        return []
    found = list(found_problems(text).filter(is_active=True).order_by("-uses", "-id")[:SUGGESTED])
    if found or len(words) == 1:
        return found
    wanted = Q()
    for word in words:
        wanted |= _has(word)
    offered = KnownProblem.objects.filter(wanted, is_active=True)
    return list(offered.order_by("-uses", "-id")[:SUGGESTED])


def _has(word: str) -> Q:
    return Q(words__contains=word) | Q(words__trigram_word_similar=word)


def _key(*texts: str) -> str:
    return hashlib.sha256("\n".join(fold(text) for text in texts).encode()).hexdigest()
