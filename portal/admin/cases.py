"""The two kinds of cases in the staff site, with what the whole portal knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from access.staff import read_row_number
from beneficiaries.models import User
from objections.admin.cases import ObjectionAdmin
from objections.models import Objection
from portal.admin.queue_acts import WITH_PLACE, InQueue
from portal.admin.ticket_objection import RIGHTS as DRAFT_RIGHTS
from portal.admin.ticket_objection import DraftPages, draft_url
from portal.contacts.errors import ContactRefused
from portal.contacts.models import Contact
from portal.contacts.services import note_objection
from portal.people.selectors import flags_beside
from portal.ticket_drafts import may_draft_from
from portal.work.kinds import WorkKind
from saudi.gregorian import riyadh_today
from sawtak.admin import TicketAdmin
from sawtak.models import Ticket

SHOWN_TICKETS: Final = 5


@admin.register(Objection)
class CasePage(InQueue, ObjectionAdmin):
    """The case page with its place in the queue and the tickets of the person's household."""

    work_kind = WorkKind.OBJECTION
    refusals = (*ObjectionAdmin.refusals, *InQueue.refusals)
    case_related = (*ObjectionAdmin.case_related, WITH_PLACE)

    def case_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Give the cases with the flags of their people."""
        flags = flags_beside("person_id", today=riyadh_today())
        rows: QuerySet[Any] = super().case_rows(request).annotate(open_flags=flags)
        return rows

    def case_context(
        self, request: HttpRequest, case: Objection, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        context = super().case_context(request, case, bound)
        if request.user.has_perm("sawtak.view_ticket"):
            tickets = Ticket.objects.filter(person__household_id=case.person.household_id)
            context["tickets"] = tickets.order_by("-received_at", "-id")[:SHOWN_TICKETS]
        return context

    def entered_url(self, request: HttpRequest, filed: Objection) -> str:
        """Lead back to the contact in which an objection was entered."""
        named = read_row_number(request.GET.get("contact", ""))
        if named is not None:
            user = cast(User, request.user)
            contact = Contact.objects.filter(pk=named, agent=user).first()
            if contact is not None and contact.person_id == filed.filed_by_id:
                with suppress(ContactRefused):  # it was ended meanwhile: the objection stands
                    now = timezone.now()
                    note_objection(contact_id=contact.pk, objection=filed, by=user, now=now)
                    return reverse("admin:portal_contact_change", args=[contact.pk])
        return super().entered_url(request, filed)


@admin.register(Ticket)
class TicketPage(DraftPages, InQueue, TicketAdmin):
    """A ticket's page with its place in the queue."""

    work_kind = WorkKind.TICKET
    refusals = (*TicketAdmin.refusals, *InQueue.refusals)
    case_related = (*TicketAdmin.case_related, WITH_PLACE)

    def case_rows(self) -> QuerySet[Any]:
        """Give the tickets with the flags of their people."""
        flags = flags_beside("person_id", today=riyadh_today())
        rows: QuerySet[Any] = super().case_rows().annotate(open_flags=flags)
        return rows

    def case_context(
        self, request: HttpRequest, case: Ticket, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        may_draft = request.user.has_perms(DRAFT_RIGHTS) and may_draft_from(case)
        return {
            **super().case_context(request, case, bound),
            "draft_url": draft_url(case) if may_draft else "",
        }
