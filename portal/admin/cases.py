"""An objection in the staff site, with what the whole portal knows of its household."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from objections.admin.cases import ObjectionAdmin
from objections.models import Objection
from sawtak.models import Ticket

SHOWN_TICKETS: Final = 5


@admin.register(Objection)
class CasePage(ObjectionAdmin):
    """The case page with the tickets of the person's household beside it."""

    def case_context(
        self, request: HttpRequest, case: Objection, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        context = super().case_context(request, case, bound)
        if request.user.has_perm("sawtak.view_ticket"):
            tickets = Ticket.objects.filter(person__household_id=case.person.household_id)
            context["tickets"] = tickets.order_by("-received_at", "-id")[:SHOWN_TICKETS]
        return context
