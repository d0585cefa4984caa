"""Counting the answers to "Was this page useful?"."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F
from django.urls import get_resolver

from portal.models import PageFeedback

ASKED_APPS = ("portal", "sawtak", "objections")


def is_page(name: str) -> bool:
    """Tell whether a name is a page of this portal: only those are counted, so rows are few."""
    namespace, _, page = name.partition(":")
    if namespace not in ASKED_APPS:
        return False
    known = get_resolver().namespace_dict.get(namespace)
    return known is not None and page in known[1].reverse_dict


def count_page_feedback(*, page: str, language: str, is_useful: bool, on: date) -> None:
    """Add one answer to the page's count of the day, in one transaction.

    Two answers at once are both counted: the row is made under its unique constraint and raised
    in the database.
    """
    with transaction.atomic():
        row, _ = PageFeedback.objects.get_or_create(
            page=page, language=language, day=on, is_useful=is_useful
        )
        PageFeedback.objects.filter(pk=row.pk).update(answers=F("answers") + 1)
