"""Tickets in the staff site: the list, and a ticket with its conversation on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from access.cells import number_cell, reference_cell
from access.filters import DaysFilter
from access.lists import QueueGround
from access.searches import SearchColumns
from access.staff import CaseAction, CaseAdmin
from beneficiaries.models import User
from documents.serving import attachment_response
from sawtak.answering.composing import template_choices
from sawtak.answering.joined import joined_context
from sawtak.answering.pages import ComposerPages
from sawtak.bulk.pages import BulkAnswerPages
from sawtak.filters import (
    TicketChannelFilter,
    TicketMineFilter,
    TicketStatusFilter,
    TicketTypeFilter,
)
from sawtak.models import Ticket, TicketAttachment, TicketRepeat
from sawtak.selectors import messages_of, version_among
from sawtak.services.handing import may_give_away
from sawtak.staff_acts import (
    ANSWER,
    CLOSE,
    NOTE,
    REFUSALS,
    TAKE,
    bound_form,
    refusal_text,
    ticket_acts,
)
from sawtak.staff_forms import AnswerForm
from sawtak.statuses import TRANSITIONS, TicketStatus
from sawtak.wording import identity_label, is_reopening

OPEN_ATTACHMENTS = ("sawtak.view_ticketattachment", "documents.open_document")
_REPEATED_AT = ArraySubquery(
    TicketRepeat.objects.filter(ticket=OuterRef("pk")).order_by("id").values("sent_at")
)


class TicketAdmin(BulkAnswerPages, ComposerPages, QueueGround, CaseAdmin):
    """The list of tickets and the page where an agent answers.

    The portal registers it, with what other apps know of a ticket.
    """

    list_display = ("number", "sender", "matter", "identity", "state", "received", "agent")
    list_filter = (
        *(TicketMineFilter, TicketStatusFilter),
        *(TicketTypeFilter, TicketChannelFilter, DaysFilter),
    )
    list_tabs = 2
    list_select_related = ("assigned_to",)
    queue_order = ("received_at", "id")
    queue_filter = TicketStatusFilter
    search_help_text = _("Request number, national ID, mobile or name")
    search_columns = SearchColumns(
        reference="reference", national_id="national_id", mobile="mobile", name="folded_name"
    )
    case_template = "admin/sawtak/ticket.html"
    case_related: ClassVar[tuple[str, ...]] = (
        "person__household",
        "assigned_to",
        "rating",
        "merged_into",
    )
    """What is read together with a ticket for its page."""
    refusals: ClassVar[tuple[type[Exception], ...]] = REFUSALS

    @admin.display(description=_("Reference"))
    def number(self, ticket: Ticket) -> SafeString:
        return reference_cell(ticket.reference)

    @admin.display(description=_("Sender"))
    def sender(self, ticket: Ticket) -> SafeString:
        return format_html(
            '<span class="person">{}</span><span class="sub">{}</span>',
            ticket.full_name,
            number_cell(ticket.national_id),
        )

    @admin.display(description=_("Type"))
    def matter(self, ticket: Ticket) -> SafeString:
        return format_html(
            '{}<span class="sub">{}</span>', ticket.get_category_display(), ticket.subject
        )

    @admin.display(description=_("Identity"))
    def identity(self, ticket: Ticket) -> str:
        return identity_label(ticket)

    @admin.display(description=_("Status"))
    def state(self, ticket: Ticket) -> SafeString:
        return render_to_string("admin/sawtak/status.html", {"status": ticket.status})

    @admin.display(description=_("Received"))
    def received(self, ticket: Ticket) -> SafeString:
        return render_to_string("admin/sawtak/received.html", {"ticket": ticket})

    @admin.display(description=_("Assigned to"))
    def agent(self, ticket: Ticket) -> str:
        return str(ticket.assigned_to) if ticket.assigned_to else "–"

    # The ticket ----------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        attachment = path(
            "<int:pk>/documents/<uuid:uuid>/",
            self.admin_site.admin_view(self.document_view),
            name="sawtak_ticket_document",
        )
        return [attachment, *super().get_urls()]

    def document_view(self, request: HttpRequest, pk: int, uuid: Any) -> Any:
        """Give an attachment to staff with the right, and record that it was opened."""
        if not request.user.has_perms(OPEN_ATTACHMENTS):
            raise PermissionDenied
        attachment = get_object_or_404(
            TicketAttachment.objects.select_related("document"),
            Q(message__ticket=pk) | Q(message__ticket__merged_into=pk),
            document__uuid=uuid,
        )
        return attachment_response(attachment.document, opened_by=cast(User, request.user))

    def get_case(self, request: HttpRequest, pk: int) -> Ticket:
        case: Ticket = get_object_or_404(self.case_rows(), pk=pk)
        return case

    def case_rows(self) -> QuerySet[Any]:
        """Give the tickets with what the page of one reads together with it."""
        return Ticket.objects.select_related(*self.case_related).annotate(repeated_at=_REPEATED_AT)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return ticket_acts()

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Any,
        data: QueryDict | None = None,
    ) -> forms.Form:
        return bound_form(request, form, case, data)

    def refusal_text(self, refused: Exception) -> str:
        return refusal_text(refused)

    def case_context(
        self, request: HttpRequest, case: Ticket, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = cast(User, request.user)
        can_go_to = TRANSITIONS[case.status]
        may_see_events = user.has_perm("sawtak.view_ticketevent")
        events = list(case.events.select_related("actor", "other"))
        conversation = list(
            messages_of(case)
            .select_related("author", "ticket")
            .prefetch_related(
                Prefetch(
                    "attachments", queryset=TicketAttachment.objects.select_related("document")
                )
            )
        )
        may_answer = TicketStatus.ANSWERED in can_go_to and user.has_perm(ANSWER)
        answer_form = cast(AnswerForm, bound["ask"] if bound["ask"].is_bound else bound["answer"])
        if may_answer and answer_form.is_bound:
            answer_form.file_field.keep()
        may_see_notes = user.has_perm("sawtak.view_ticketnote")
        may_give = case.assigned_to_id is not None and may_give_away(case, user)
        return {
            "ticket": case,
            "identity": identity_label(case),
            "version": version_among(case, events, conversation),
            "conversation": conversation,
            "may_see_conversation": user.has_perm("sawtak.view_ticketmessage"),
            "may_see_events": may_see_events,
            "events": events,
            "notes": case.notes.select_related("author") if may_see_notes else [],
            "may_note": user.has_perm(NOTE),
            "note_form": bound["note"],
            "was_reopened": any(is_reopening(event) for event in events),
            "other_tickets": Ticket.objects.filter(mobile=case.mobile)
            .exclude(pk=case.pk)
            .order_by("-received_at")[:5],
            "may_open_documents": user.has_perms(OPEN_ATTACHMENTS),
            "may_take": case.assigned_to_id is None
            and case.status in {TicketStatus.NEW, TicketStatus.IN_PROGRESS}
            and user.has_perm(TAKE),
            "may_hand_over": may_give and user.has_perm(TAKE),
            "hand_over_form": bound["hand_over"],
            "may_answer": may_answer,
            "templates": template_choices(case) if may_answer else [],
            **joined_context(case, user, events, conversation, bound),
            "may_close": TicketStatus.CLOSED in can_go_to and user.has_perm(CLOSE),
            "answer_form": answer_form,
            "close_form": bound["close"],
        }
