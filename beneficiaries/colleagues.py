"""Staff by what they may do."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from beneficiaries.models import User


def staff_with(right: str, *, also: Iterable[int] = ()) -> QuerySet[User]:
    """Give the staff who hold a right ("app.codename"), by name, and some others by their ids."""
    label, _dot, codename = right.partition(".")
    rights = Permission.objects.filter(content_type__app_label=label, codename=codename)
    may = Q(person=None, is_staff=True, is_active=True) & (
        Q(groups__permissions__in=rights) | Q(user_permissions__in=rights)
    )
    return User.objects.filter(may | Q(pk__in=list(also))).order_by("display_name", "pk").distinct()
