"""Reading what staff keep of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

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

    flag: PersonFlag
    label: StrOrPromise
    reason: str


def open_flags(person_id: int | None, *, today: date) -> list[PersonFlag]:
    """Give the flags that stand beside a person's name on a civil day: one statement."""
    if person_id is None:
        return []
    rows = PersonFlag.objects.filter(person_id=person_id, ended_at=None, until__gte=today)
    return list(rows.select_related("set_by").order_by("kind"))


def shown_flags(flags: Iterable[PersonFlag], *, reader: User) -> list[ShownFlag]:
    """Leave out the reasons that the reader may not see."""
    sees_all = reader.has_perm(SEE_SENSITIVE)
    return [
        ShownFlag(
            flag,
            FlagKind(flag.kind).label,
            flag.reason
            if sees_all or flag.kind not in SENSITIVE_FLAGS or flag.set_by_id == reader.pk
            else "",
        )
        for flag in flags
    ]
