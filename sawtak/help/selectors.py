"""Reading help articles: all of them, those of a type, and those that a search means."""

from __future__ import annotations

import re
from functools import reduce
from operator import add
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import FloatField, Value
from django.db.models.functions import Greatest

from saudi.digits import clean_text
from saudi.text import fold
from sawtak.help.models import JOINED_WORDS, HelpArticle
from sawtak.ticket_types.selectors import all_types

SEARCH_CHARACTERS: Final = 100
MOST_FOUND: Final = 6
OFFERED: Final = 2
"""How many short answers stand before the form of a request."""

_MOST_WORDS: Final = 8
_LEAST_LIKENESS: Final = 0.45
"""How like the words of a search must be to an article's, on the average: 1 is the same."""

_LEAST_OF_BEST: Final = 0.6
"""How like it must be, measured by the best one, to be shown with it."""

_SAID_WEIGHT: Final = 0.6
"""What a word of the answer counts beside one of the question."""

_WORD: Final = re.compile("[0-9a-z\u0621-\u06ff]+")
_JOINED: Final = re.compile(JOINED_WORDS)
_SMALL: Final = frozenset(
    fold(
        "من في على عن إلى ما ماذا كيف متى لماذا ليش وش ايش هل أنا لي لم لا أين وين أن إذا هذا "
        "هذه يا عندي كم قد مع بعد قبل "
        "the a an is are was my i me to do does did how what when why where can in of on for "
        "not it and or have has with"
    ).split()
)
"""Words that stand in every question and tell none from another."""


def articles() -> list[HelpArticle]:
    """Give every article that is offered, in order: one statement."""
    return list(HelpArticle.objects.filter(is_active=True).order_by("order", "id"))


def answers_for(category: str) -> list[HelpArticle]:
    """Give the articles that stand before the form of a type; no statement for an unknown one."""
    if category not in all_types():
        return []
    return list(
        HelpArticle.objects.filter(is_active=True, categories__contains=[category]).order_by(
            "order", "id"
        )[:OFFERED]
    )


def words_of_search(text: str) -> list[str]:
    """Give the folded words of what was typed that tell a question from another.

    >>> words_of_search("متى تُصرف الدفعة؟")
    ['تصرف', 'دفعه']
    """
    folded = _JOINED.sub(r"\1", fold(clean_text(text[:SEARCH_CHARACTERS])))
    words = list(dict.fromkeys(_WORD.findall(folded)))[:_MOST_WORDS]
    return [word for word in words if word not in _SMALL and len(word) > 1] or words


def search_articles(text: str) -> list[HelpArticle]:
    """Give the articles that a search means, the likeliest first: one statement.

    Each word is held against the words of the question and of the answer by their trigrams, so
    that a wrong letter still finds it.
    """
    words = words_of_search(text)
    if not words:
        return []
    likeness = reduce(add, (_likeness(word) for word in words)) / Value(float(len(words)))
    found = list(
        HelpArticle.objects.filter(is_active=True)
        .annotate(likeness=likeness)
        .filter(likeness__gte=_LEAST_LIKENESS)
        .order_by("-likeness", "order", "id")[:MOST_FOUND]
    )
    return [each for each in found if each.likeness >= _LEAST_OF_BEST * found[0].likeness]


def _likeness(word: str) -> Any:
    asked = TrigramWordSimilarity(word, "asked_words")
    said = TrigramWordSimilarity(word, "said_words")
    return Greatest(asked, said * Value(_SAID_WEIGHT), output_field=FloatField())
