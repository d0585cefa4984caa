"""How people and staff prove who they are (docs/adr/0005)."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils import timezone

from access.codes import verify_code
from access.models import CodePurpose
from beneficiaries.models import User
from beneficiaries.services import person_for_sign_in, user_of

_RIGHT: Final = Concat("content_type__app_label", Value("."), "codename")


def _rights(**of: Any) -> QuerySet[Permission, str]:
    """Give rights as Django names them."""
    return Permission.objects.filter(**of).order_by().values_list(_RIGHT, flat=True)


_WITH_RIGHTS: Final = {
    "own_rights": ArraySubquery(_rights(user=OuterRef("pk"))),
    "group_rights": ArraySubquery(_rights(group__user=OuterRef("pk"))),
    "group_names": ArraySubquery(
        Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")
    ),
}


def group_names(user: User) -> list[str]:
    """Give the names of somebody's groups; no statement where they were read with the user."""
    read: list[str] | None = getattr(user, "group_names", None)
    return list(user.groups.values_list("name", flat=True)) if read is None else read


class StaffBackend(ModelBackend):
    """Staff sign in by user name and password; a person's user never does."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Refuse people of the register and staff who have left."""
        is_staff = isinstance(user, User) and user.person_id is None
        return is_staff and super().user_can_authenticate(user)

    def get_user(self, user_id: int) -> User | None:
        """Give the signed-in member of staff with their rights and groups, in one statement."""
        user: Any = User.objects.annotate(**_WITH_RIGHTS).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:  # who may do everything is asked for no right
            user._perm_cache = {*user.own_rights, *user.group_rights}
        return cast(User, user)

    def get_all_permissions(
        self, user_obj: User | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """Give somebody's own rights and those of their groups, in one statement a request."""
        is_plain = isinstance(user_obj, User) and user_obj.is_active and not user_obj.is_superuser
        if not is_plain or obj is not None or hasattr(user_obj, "_perm_cache"):
            return super().get_all_permissions(user_obj, obj)
        rights = set(_rights(user=user_obj).union(_rights(group__user=user_obj)))
        cast(Any, user_obj)._perm_cache = rights
        return rights


class OneTimeCodeBackend(BaseBackend):
    """People sign in by the code that was sent to the mobile in their file. No permissions."""

    def authenticate(
        self,
        request: HttpRequest | None,
        national_id: str | None = None,
        code: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Give the user of the person whose code this is, or None for an unknown person.

        Call it outside a transaction: a wrong try is committed before it is refused. Raises
        what `access.codes.verify_code` raises: WrongCode, CodeExpired, TooManyWrongTries.
        """
        if national_id is None or code is None:
            return None  # somebody else's credentials
        verify_code(purpose=CodePurpose.SIGN_IN, subject=national_id, code=code, now=timezone.now())
        person = person_for_sign_in(national_id)
        if person is None:
            return None
        user = user_of(person)
        return user if user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Give the signed-in person's user with the person, in one statement."""
        return (
            User.objects.select_related("person")
            .filter(pk=user_id, person__isnull=False, is_active=True)
            .first()
        )
