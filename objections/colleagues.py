"""Who else of the staff works on objections."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from beneficiaries.colleagues import staff_with
from beneficiaries.models import User


def deciders(*, also: Iterable[int] = ()) -> QuerySet[User]:
    """Give the staff who may decide objections, by name, and some others by their ids."""
    return staff_with("objections.decide_objection", also=also)


def colleagues_of(user: User) -> QuerySet[User]:
    """Give the other staff who may decide objections, by name."""
    return deciders().exclude(pk=user.pk)
