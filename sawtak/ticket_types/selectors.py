"""Reading the types of request: one statement over a few rows, at most once in some seconds.

A process keeps what it read for KEPT_SECONDS, so that the form costs no statement on the day of
the announcement, and an export none for each row. A change is on every page within that time; in
the process of whoever changed it, at once.
"""

from __future__ import annotations

import time
from typing import Final

from sawtak.ticket_types.models import TicketType

KEPT_SECONDS: Final = 15


class _Known:
    """What this process read last, and until when it is taken for true."""

    types: dict[str, TicketType] | None = None
    until: float = 0.0


def all_types() -> dict[str, TicketType]:
    """Give every type by its code, in order; what is offered no more too."""
    known, now = _Known.types, time.monotonic()
    if known is None or now >= _Known.until:
        known = {each.code: each for each in TicketType.objects.order_by("order", "id")}
        _Known.types, _Known.until = known, now + KEPT_SECONDS
    return known


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


def forget_types(**_kwargs: object) -> None:
    """Read the types anew from now on: some were written."""
    _Known.types = None
