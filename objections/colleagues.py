"""Who else of the staff works on objections."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from beneficiaries.models import User


def deciders(*, also: Iterable[int] = ()) -> QuerySet[User]:
    """Give the staff who may decide objections, by name, and some others by their ids."""
    decides = Permission.objects.filter(
        content_type__app_label="objections", codename="decide_objection"
    )
    may_decide = Q(person=None, is_staff=True, is_active=True) & (
        Q(groups__permissions__in=decides) | Q(user_permissions__in=decides)
    )
    return (
        User.objects.filter(may_decide | Q(pk__in=list(also)))
        .order_by("display_name", "pk")
        .distinct()
    )


def colleagues_of(user: User) -> QuerySet[User]:
    """Give the other staff who may decide objections, by name."""
    return deciders().exclude(pk=user.pk)
