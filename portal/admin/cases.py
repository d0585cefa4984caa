"""The two kinds of cases in the staff site, with what the whole portal knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from objections.admin.cases import ObjectionAdmin
from objections.models import Objection
from portal.admin.queue_acts import WITH_PLACE, InQueue
from portal.work.kinds import WorkKind
from sawtak.admin import TicketAdmin
from sawtak.models import Ticket

SHOWN_TICKETS: Final = 5


@admin.register(Objection)
class CasePage(InQueue, ObjectionAdmin):
    """The case page with its place in the queue and the tickets of the person's household."""

    work_kind = WorkKind.OBJECTION
    refusals = (*ObjectionAdmin.refusals, *InQueue.refusals)
    case_related = (*ObjectionAdmin.case_related, WITH_PLACE)

    def case_context(
        self, request: HttpRequest, case: Objection, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        context = super().case_context(request, case, bound)
        if request.user.has_perm("sawtak.view_ticket"):
            tickets = Ticket.objects.filter(person__household_id=case.person.household_id)
            context["tickets"] = tickets.order_by("-received_at", "-id")[:SHOWN_TICKETS]
        return context


@admin.register(Ticket)
class TicketPage(InQueue, TicketAdmin):
    """A ticket's page with its place in the queue."""

    work_kind = WorkKind.TICKET
    refusals = (*TicketAdmin.refusals, *InQueue.refusals)
    case_related = (*TicketAdmin.case_related, WITH_PLACE)
