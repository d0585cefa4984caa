"""Tickets in the staff site: the list, and a ticket with its conversation on one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.cells import number_cell, reference_cell
from access.lists import MineFilter, QueueGround, WaitingFilter
from access.searches import SearchColumns
from access.staff import CaseAction, CaseAdmin, overtaken_text
from beneficiaries.models import User
from documents.serving import attachment_response
from sawtak.errors import TextMissing, TransitionRefused
from sawtak.models import Ticket, TicketAttachment, TicketEvent
from sawtak.rules import REOPENED_FROM
from sawtak.services import answer_ticket, ask_sender, close_ticket, take_ticket
from sawtak.staff_forms import AnswerForm, CloseForm
from sawtak.statuses import TRANSITIONS, WAITING_STATUSES, TicketStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


OPEN_ATTACHMENTS = ("sawtak.view_ticketattachment", "documents.open_document")


def staff_label(status: str) -> str:
    """Word a status for staff; two of the labels speak to the sender."""
    if status == TicketStatus.AWAITING_CITIZEN:
        return gettext("Waiting for the sender")
    if status == TicketStatus.WITHDRAWN:
        return gettext("Withdrawn by the sender")
    return str(TicketStatus(status).label)


def is_reopening(event: TicketEvent) -> bool:
    """Tell whether the sender opened an answered or closed ticket again by this step."""
    return event.from_status in REOPENED_FROM and event.to_status == TicketStatus.IN_PROGRESS


def step_label(event: TicketEvent) -> str:
    """Word a step of a ticket's history for staff."""
    if is_reopening(event):
        return gettext("Opened again by the sender")
    step = (event.from_status, event.to_status)
    if step == (TicketStatus.AWAITING_CITIZEN, TicketStatus.IN_PROGRESS):
        return gettext("The sender replied")
    return staff_label(event.to_status)


def identity_label(ticket: Ticket) -> str:
    """Word for staff whether the sender is in the register; the contact form asks for no ID."""
    if not ticket.national_id:
        return gettext("No ID was given")
    return capfirst(str(ticket.get_identity_match_display()))


class TicketStatusFilter(WaitingFilter):
    """By status; what waits for staff or for the sender by default."""

    statuses = [(status.value, lazy(staff_label, str)(status.value)) for status in TicketStatus]
    waiting = WAITING_STATUSES


class TicketMineFilter(MineFilter):
    """By agent."""

    waiting = WAITING_STATUSES


class TicketAdmin(QueueGround, CaseAdmin):
    """The list of tickets and the page where an agent answers.

    The portal registers it, with what other apps know of a ticket.
    """

    list_display = ("number", "sender", "matter", "identity", "state", "received", "agent")
    list_filter = (TicketMineFilter, TicketStatusFilter)
    list_select_related = ("assigned_to",)
    queue_order = ("received_at", "id")
    queue_filter = TicketStatusFilter
    search_help_text = _("Request number, national ID, mobile or name")
    search_columns = SearchColumns(
        reference="reference", national_id="national_id", mobile="mobile", name="folded_name"
    )
    case_template = "admin/sawtak/ticket.html"
    case_related: ClassVar[tuple[str, ...]] = ("person__household", "assigned_to", "rating")
    """What is read together with a ticket for its page."""
    refusals: ClassVar[tuple[type[Exception], ...]] = (TransitionRefused, TextMissing)

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
            message__ticket_id=pk,
            document__uuid=uuid,
        )
        return attachment_response(attachment.document, opened_by=cast(User, request.user))

    def get_case(self, request: HttpRequest, pk: int) -> Ticket:
        return get_object_or_404(Ticket.objects.select_related(*self.case_related), pk=pk)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return {
            "take": CaseAction("sawtak.take_ticket", self._take),
            "answer": CaseAction("sawtak.answer_ticket", self._answer, AnswerForm),
            "ask": CaseAction("sawtak.answer_ticket", self._ask, AnswerForm),
            "close": CaseAction("sawtak.close_ticket", self._close, CloseForm),
        }

    def _take(self, request: HttpRequest, case: Ticket, form: None, now: datetime) -> StrOrPromise:
        take_ticket(
            ticket_id=case.pk,
            agent=cast(User, request.user),
            seen_status=request.POST.get("seen_status", ""),
            now=now,
        )
        return _("You took the ticket.")

    def _answer(
        self, request: HttpRequest, case: Ticket, form: AnswerForm, now: datetime
    ) -> StrOrPromise:
        answer_ticket(
            ticket_id=case.pk,
            agent=cast(User, request.user),
            text=form.cleaned_data["text"],
            seen_status=request.POST.get("seen_status", ""),
            now=now,
        )
        return _("The answer is on the ticket's page and the sender was told by SMS.")

    def _ask(
        self, request: HttpRequest, case: Ticket, form: AnswerForm, now: datetime
    ) -> StrOrPromise:
        ask_sender(
            ticket_id=case.pk,
            agent=cast(User, request.user),
            text=form.cleaned_data["text"],
            seen_status=request.POST.get("seen_status", ""),
            now=now,
        )
        return _("The sender was asked by SMS.")

    def _close(
        self, request: HttpRequest, case: Ticket, form: CloseForm, now: datetime
    ) -> StrOrPromise:
        close_ticket(
            ticket_id=case.pk,
            agent=cast(User, request.user),
            reason=form.cleaned_data["reason"],
            seen_status=request.POST.get("seen_status", ""),
            now=now,
        )
        return _("The ticket is closed and the sender was told by SMS.")

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, TransitionRefused):
            label = staff_label(refused.status)
            return overtaken_text(status=label, by=refused.by, at=refused.at)
        return str(_("Not saved: write the text first."))

    def case_context(
        self, request: HttpRequest, case: Ticket, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = request.user
        can_go_to = TRANSITIONS[case.status]
        events = list(case.events.select_related("actor"))
        return {
            "ticket": case,
            "identity": identity_label(case),
            "conversation": case.messages.select_related("author").prefetch_related(
                Prefetch(
                    "attachments", queryset=TicketAttachment.objects.select_related("document")
                )
            ),
            "may_see_conversation": user.has_perm("sawtak.view_ticketmessage"),
            "may_see_events": user.has_perm("sawtak.view_ticketevent"),
            "events": events,
            "was_reopened": any(is_reopening(event) for event in events),
            "other_tickets": Ticket.objects.filter(mobile=case.mobile)
            .exclude(pk=case.pk)
            .order_by("-received_at")[:5],
            "may_open_documents": user.has_perms(OPEN_ATTACHMENTS),
            "may_take": case.assigned_to_id is None
            and case.status in {TicketStatus.NEW, TicketStatus.IN_PROGRESS}
            and user.has_perm("sawtak.take_ticket"),
            "may_answer": TicketStatus.ANSWERED in can_go_to
            and user.has_perm("sawtak.answer_ticket"),
            "may_close": TicketStatus.CLOSED in can_go_to and user.has_perm("sawtak.close_ticket"),
            "answer_form": bound["ask"] if bound["ask"].is_bound else bound["answer"],
            "close_form": bound["close"],
        }
