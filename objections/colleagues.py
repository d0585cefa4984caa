"""Who else of the staff works on objections."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from beneficiaries.models import User


def colleagues_of(user: User) -> QuerySet[User]:
    """Give the other staff who may decide objections, by name."""
    decides = Permission.objects.filter(
        content_type__app_label="objections", codename="decide_objection"
    )
    return (
        User.objects.filter(is_staff=True, is_active=True)
        .filter(Q(groups__permissions__in=decides) | Q(user_permissions__in=decides))
        .exclude(pk=user.pk)
        .order_by("display_name", "pk")
        .distinct()
    )
