"""Reading what staff keep of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce, NullIf

from access.beside import rows_beside
from beneficiaries.admin import SEE_SENSITIVE
from beneficiaries.models import User
from portal.people.models import PersonFlag
from portal.people.statuses import SENSITIVE_FLAGS, FlagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


SEE_FLAGS: Final = "portal.view_personflag"


@dataclass(frozen=True)
class ShownFlag:
    """A flag as one reader may see it; the reason is empty where it is not for them."""

    pk: int
    label: StrOrPromise
    reason: str
    until: date
    set_by: str
    set_at: datetime


def flags_beside(person: str, *, today: date) -> ArraySubquery:
    """Give the flags of a civil day as an annotation of a row; `person` names its person's id."""
    flags = PersonFlag.objects.filter(person=OuterRef(person), ended_at=None, until__gte=today)
    return rows_beside(
        flags.order_by("kind"),
        *("id", "kind", "reason", "until", "set_by_id", "set_at"),
        set_by=Coalesce(NullIf("set_by__display_name", Value("")), "set_by__username"),
    )


def shown_flags(flags: Iterable[dict[str, Any]], *, reader: User) -> list[ShownFlag]:
    """Give the flags that were read beside a row to whoever may see them.

    The reasons that the reader may not see are left out.
    """
    if not reader.has_perm(SEE_FLAGS):
        return []
    sees_all = reader.has_perm(SEE_SENSITIVE)
    return [
        ShownFlag(
            flag["id"],
            FlagKind(flag["kind"]).label,
            flag["reason"]
            if sees_all or flag["kind"] not in SENSITIVE_FLAGS or flag["set_by_id"] == reader.pk
            else "",
            date.fromisoformat(flag["until"]),
            flag["set_by"],
            datetime.fromisoformat(flag["set_at"]),
        )
        for flag in flags
    ]
