"""Reading the types of request: one statement over a few rows, at most once in a web request."""

from __future__ import annotations

from contextvars import ContextVar

from django.core.signals import request_finished, request_started

from sawtak.ticket_types.models import TicketType

_kept: ContextVar[dict[str, TicketType] | None] = ContextVar("ticket_types", default=None)
"""The types that this web request has read. Outside of one nothing is kept."""


def all_types() -> dict[str, TicketType]:
    """Give every type by its code, in order; what is offered no more too."""
    kept = _kept.get()
    if kept:
        return kept
    found = {each.code: each for each in TicketType.objects.order_by("order", "id")}
    if kept is not None:
        _kept.set(found)
    return found


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
    """Read the types anew from now on, in this web request too: some were written."""
    if _kept.get():
        _kept.set({})


def _begin(**_kwargs: object) -> None:
    _kept.set({})


def _end(**_kwargs: object) -> None:
    _kept.set(None)


request_started.connect(_begin, dispatch_uid="sawtak.ticket_types")
request_finished.connect(_end, dispatch_uid="sawtak.ticket_types")
