"""What the list of tickets is narrowed by, each held by an index (docs/adr/0011)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from access.filters import ColumnFilter
from access.lists import MineFilter, WaitingFilter
from sawtak.models import Channel, Ticket
from sawtak.statuses import WAITING_STATUSES, TicketStatus
from sawtak.ticket_types.selectors import type_choices
from sawtak.wording import staff_label


class TicketStatusFilter(WaitingFilter):
    """By status; what waits for staff or for the sender by default."""

    statuses = [(status.value, lazy(staff_label, str)(status.value)) for status in TicketStatus]
    waiting = WAITING_STATUSES


class TicketMineFilter(MineFilter):
    """By agent."""

    waiting = WAITING_STATUSES


class TicketColumnFilter(ColumnFilter):
    """By a column whose values come and go with the years.

    The newest ticket of the choice is said too. A type that went out of use lies below all that
    came since; the planner does not know that, and would read through it from the newest on.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        of_choice = {self.column: chosen}
        newest = Ticket.objects.filter(**of_choice).order_by("-received_at", "-id")
        until = Subquery(newest.values("received_at")[:1])
        return queryset.filter(**of_choice, received_at__lte=until)


class TicketTypeFilter(TicketColumnFilter):
    """By type of request, also one that is offered no more."""

    title = gettext_lazy("type")
    parameter_name = column = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return type_choices(with_past=True)


class TicketChannelFilter(TicketColumnFilter):
    """By how it came in."""

    title = gettext_lazy("channel")
    parameter_name = column = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Channel.choices)
