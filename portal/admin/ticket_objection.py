"""From a ticket to an objection that its sender confirms: choose the matter, look, prepare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.staff import row_number
from beneficiaries.models import User
from objections.admin.entering import ENTER
from objections.contested import track_of
from objections.errors import (
    AlreadyObjected,
    FilingWindowClosed,
    GroundNotOffered,
    NotContestable,
    ObjectionRefused,
)
from objections.forms import SaidStatementForm
from objections.models import Ground
from portal.ticket_drafts import (
    Matter,
    answer_with_draft,
    draft_from_ticket,
    matters_of,
    may_draft_from,
)
from saudi.direction import isolate_ltr
from saudi.forms import MessageField
from saudi.gregorian import format_both, riyadh_today
from saudi.languages import page_language
from sawtak.errors import TransitionRefused
from sawtak.models import Ticket
from sawtak.selectors import version_of
from sawtak.staff_acts import refusal_text as ticket_refusal
from sawtak.staff_forms import TEXT_CHARACTERS

if TYPE_CHECKING:
    from access.staff import CaseAdmin

    _Base = CaseAdmin
else:
    _Base = object

RIGHTS: Final = (ENTER, "sawtak.answer_ticket")


class DraftForm(SaidStatementForm):
    """Ground and statement of the draft, and the answer that leads to it."""

    answer = MessageField(
        label=gettext_lazy("The answer, with the way to the draft"),
        longest=TEXT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write the answer or the question.")},
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        direction = {"dir": "ltr", "lang": "en"} if language == "en" else {"dir": "rtl"}
        for name in ("statement", "answer"):
            self.fields[name].widget.attrs |= direction


class DraftPages(_Base):
    """Of the page of a ticket; it stands before the ticket's own."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/objection/", wrap(self.draft_view), name="sawtak_ticket_objection"),
            *super().get_urls(),
        ]

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the sender may object to; take the ground and the words of one."""
        if not request.user.has_perms(RIGHTS):
            raise PermissionDenied
        ticket = self.get_case(request, pk)
        if not may_draft_from(ticket):
            messages.error(
                request,
                _(
                    "This request cannot become an objection: it is done, or its"
                    " sender is not surely the person."
                ),
            )
            return HttpResponseRedirect(self.case_url(ticket))
        matters = matters_of(ticket.person, today=riyadh_today())
        chosen = _chosen(request, matters)
        if chosen is None:
            return self._page(request, ticket, matters=matters)
        if not chosen.is_open:
            messages.error(request, _why_not(chosen))
            return self._page(request, ticket, matters=matters)
        return self._form_page(request, ticket, chosen)

    def _form_page(self, request: HttpRequest, ticket: Ticket, chosen: Matter) -> HttpResponse:
        grounds = list(Ground.objects.offered(track_of(chosen.row)))
        is_new = chosen.state.kind != "draft"
        words = ticket.messages.filter(author=None).values_list("text", flat=True)
        form = DraftForm(
            request.POST if request.method == "POST" else None,
            grounds=grounds,
            language=ticket.language,
            initial={
                "statement": "\n\n".join(words)[:2000],
                "answer": answer_with_draft(ticket, chosen, is_new=is_new),
            },
        )
        if not is_new:  # what was begun stays: only the answer is sent
            for name in ("ground", "statement"):
                form.fields[name].required = False
        if request.method == "POST" and form.is_valid():
            done = self._prepare(request, ticket, chosen, form)
            if done is not None:
                return done
        return self._page(
            request,
            ticket,
            chosen=chosen,
            draft_form=form,
            is_new=is_new,
            version=request.POST.get("seen_version") or version_of(ticket.pk),
        )

    def _prepare(
        self, request: HttpRequest, ticket: Ticket, chosen: Matter, form: DraftForm
    ) -> HttpResponse | None:
        try:
            _draft, is_new = draft_from_ticket(
                ticket_id=ticket.pk,
                contested=chosen.row,
                **form.cleaned_data,
                by=cast(User, request.user),
                seen_version=request.POST.get("seen_version", ""),
                now=timezone.now(),
            )
        except TransitionRefused as refused:
            messages.error(request, ticket_refusal(refused))
            return None
        except ObjectionRefused as refused:
            messages.error(request, _refused_text(refused))
            return None
        text = _("The draft waits for the sender, who was told by SMS.")
        if not is_new:
            text = _("The sender has begun one. It stays as it is, and they were told by SMS.")
        messages.success(request, text)
        return HttpResponseRedirect(self.case_url(ticket))

    def _page(self, request: HttpRequest, ticket: Ticket, **context: Any) -> HttpResponse:
        frame = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            "admin/portal/ticket_objection.html",
            {**frame, "title": "", "opts": self.opts, "ticket": ticket, **context},
        )


def _chosen(request: HttpRequest, matters: list[Matter]) -> Matter | None:
    for track in ("result", "payment"):
        if track in request.GET:
            pk = row_number(request.GET[track])
            for each in matters:
                if track_of(each.row) == track and each.row.pk == pk:
                    return each
            raise Http404
    return None


def _why_not(matter: Matter) -> str:
    if matter.state.kind == "objected":
        return _("An objection to this is under way already.")
    day = format_both(matter.state.deadline, page_language())
    return _("The time to object to this passed on %(day)s. No draft can be made.") % {"day": day}


def _refused_text(refused: ObjectionRefused) -> str:
    if isinstance(refused, FilingWindowClosed):
        day = format_both(refused.deadline, page_language())
        return _("The time to object to this passed on %(day)s. No draft can be made.") % {
            "day": day
        }
    if isinstance(refused, AlreadyObjected):
        text = _("An objection to this is under way: %(reference)s.")
        return text % {"reference": isolate_ltr(refused.reference)}
    if isinstance(refused, GroundNotOffered):
        return _("This ground is offered no more. Choose another one.")
    assert isinstance(refused, NotContestable)  # noqa: S101  # the last of what it raises
    return _("This person cannot object to this.")


def draft_url(ticket: Ticket) -> str:
    """Give the address at which a ticket becomes a draft."""
    return reverse("admin:sawtak_ticket_objection", args=[ticket.pk])
