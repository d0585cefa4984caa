"""Reading the types of request: one statement over a few rows, at most once in some seconds.

A process keeps what it read (access.kept), so that the form costs no statement on the day of the
announcement, and an export none for each row.
"""

from __future__ import annotations

from typing import Final

from access.kept import Kept
from sawtak.ticket_types.models import TicketType

TYPES: Final = Kept(
    lambda: {each.code: each for each in TicketType.objects.order_by("order", "id")}
)


def all_types() -> dict[str, TicketType]:
    """Give every type by its code, in order; what is offered no more too."""
    return TYPES.rows()


def offered_types() -> list[TicketType]:
    """Give what may be chosen, in order."""
    return [each for each in all_types().values() if each.is_active]


def type_choices(*, with_past: bool = False) -> list[tuple[str, str]]:
    """Give code and name of what is offered, for staff also of what was; in order."""
    return [(each.code, each.label) for each in all_types().values() if each.is_active or with_past]


def type_name(code: str) -> str:
    """Name a type in the language of the page; a code that no row has is its own name."""
    found = all_types().get(code)
    return found.label if found else code


def is_sensitive_type(code: str) -> bool:
    """Tell whether a type is named only to its sender and to staff."""
    found = all_types().get(code)
    return found is not None and found.is_sensitive
