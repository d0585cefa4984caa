"""Objections on paper and by phone: find the person, write it down, read it back (DOMAIN 6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from documents.errors import FilesNotKept
from objections.admin.exemptions import EXEMPT, contested_or_404, grant_url, row_url
from objections.contested import key_of, track_of, window_of
from objections.entered_forms import CallForm, ConsentForm, PaperForm, WhoForm, entry_fault
from objections.errors import (
    AlreadyObjected,
    EntryRefused,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
    ObjectionRefused,
    TooManyDocuments,
)
from objections.models import Contested, Ground, Objection
from objections.presenting import matter_of
from objections.selectors import contest_states
from objections.services.entered import Entry, enter_call, enter_paper, was_refused_before
from objections.statuses import FilingChannel
from saudi.gregorian import format_both, riyadh_date
from saudi.languages import page_language

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

ENTER: Final = "objections.enter_objection"

_SHOWN_ROWS: Final = 60
_SHOWN_KINDS: Final = frozenset({"open", "again", "draft", "closed", "objected"})

_READ_BACK: Final = ("ground", "statement", "wanted", "promised_document", "days")
_MISSING: Final = {
    "new_documents": gettext_lazy("Scan a document on which no objection to this was decided."),
}
"""What a refusal says of a part that is there and is not enough."""


class EnteringPages(_Base):
    """The two steps in which staff enter an objection, below the list of objections."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("enter/", wrap(self.who_view), name="objections_objection_enter"),
            path(
                "enter/<slug:channel>/<slug:track>/<int:pk>/<int:filer>/",
                wrap(self.entry_view),
                name="objections_objection_entry",
            ),
            *super().get_urls(),
        ]

    def who_view(self, request: HttpRequest) -> HttpResponse:
        """Find who objects by their ID, sent by POST, and show what they can object to."""
        if not request.user.has_perm(ENTER):
            raise PermissionDenied
        form = WhoForm(request.POST) if request.method == "POST" else WhoForm()
        person, rows = None, []
        if form.is_bound and form.is_valid():
            national_id = form.cleaned_data["national_id"]
            person = Person.objects.filter(national_id=national_id).first()
            if person is None:
                text = _("Nobody in the register has this ID. Compare it with the card.")
                form.add_error("national_id", text)
            else:
                rows = _rows_of(person, form.cleaned_data["channel"])
        context = {
            **self._frame(request, _("Enter an objection")),
            "who_form": form,
            "found": person,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/objections/enter.html", context)

    def entry_view(
        self, request: HttpRequest, channel: str, track: str, pk: int, filer: int
    ) -> HttpResponse:
        """Take what the paper says, or what the caller says and then agrees to."""
        if not request.user.has_perm(ENTER):
            raise PermissionDenied
        if channel not in {FilingChannel.PAPER.value, FilingChannel.PHONE.value}:
            raise Http404
        row = contested_or_404(track, pk)
        household = row.person.household_id
        person = get_object_or_404(Person, pk=filer, household_id=household)
        is_paper = channel == FilingChannel.PAPER
        kind: Any = PaperForm if is_paper else CallForm
        grounds = list(Ground.objects.offered(track_of(row)))
        context = self._entry_context(request, row, person, channel)
        facts: dict[str, Any] = {"grounds": grounds, "is_again": was_refused_before(row)}
        if request.method != "POST":
            return self._entry_page(request, context, kind(**facts))
        form = kind(request.POST, request.FILES, **facts)
        action = request.POST.get("action", "")
        consent = ConsentForm(request.POST if action == "file" else None)
        if not form.is_valid() or action == "change":
            return self._entry_page(request, context, form)
        if not is_paper and not (action == "file" and consent.is_valid()):
            return self._read_back(request, context, form, consent)
        try:
            filed = _enter(form, row, person, by=cast(User, request.user), now=timezone.now())
        except ObjectionRefused as refusal:
            return self._refused(request, context, form, refusal)
        except FilesNotKept as refusal:
            form.add_error("documents", refusal.message)
            return self._entry_page(request, context, form)
        text = _("The objection is filed under %(reference)s. The person was told by SMS.")
        messages.success(request, text % {"reference": filed.reference})
        return HttpResponseRedirect(self.entered_url(request, filed))

    def entered_url(self, request: HttpRequest, filed: Objection) -> str:
        """Give the page that follows an entered objection: its own."""
        return reverse("admin:objections_objection_change", args=[filed.pk])

    def _refused(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        form: forms.Form,
        refusal: ObjectionRefused,
    ) -> HttpResponse:
        """Say what stands in the way; what was typed stays."""
        language = page_language()
        if isinstance(refusal, FilingWindowClosed):
            context = context | {"closed": refusal}
        elif isinstance(refusal, EntryRefused):
            written = format_both(refusal.day, language) if refusal.day else ""
            form.add_error(*entry_fault(refusal.why, written))
        elif isinstance(refusal, IncompleteObjection):
            for name in refusal.missing:
                text = _MISSING.get(name) or _("Fill this in.")
                form.add_error("wanted" if name not in form.fields else name, text)
        elif isinstance(refusal, TooManyDocuments):
            text = _("An objection can have up to %(limit)s documents.")
            form.add_error("documents", text % {"limit": refusal.limit})
        elif isinstance(refusal, AlreadyObjected):
            text = _("It was objected to already: %(reference)s.")
            form.add_error(None, text % {"reference": refusal.reference})
        elif isinstance(refusal, NotContestable):
            form.add_error(None, _("This person cannot object to it, or nothing is left to."))
        else:
            raise refusal
        return self._entry_page(request, context, form)

    def _entry_page(
        self, request: HttpRequest, context: dict[str, Any], form: forms.Form
    ) -> HttpResponse:
        template = "admin/objections/entry.html"
        return TemplateResponse(request, template, context | {"entry_form": form})

    def _read_back(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        form: CallForm,
        consent: ConsentForm,
    ) -> HttpResponse:
        """Show what is read back to the caller word by word."""
        code = form.cleaned_data["ground"]
        sent = [
            (name, value)
            for name in (*_READ_BACK, "submission")
            for value in request.POST.getlist(name)
        ]
        more = {
            "entry_form": form,
            "consent_form": consent,
            "ground": Ground.objects.get(track=track_of(context["row"]), code=code),
            "statement": form.cleaned_data["statement"],
            "wanted": form.cleaned_data["wanted"],
            "days": form.cleaned_data["days"],
            "promised": form.cleaned_data.get("promised_document", ""),
            "sent": sent,
        }
        return TemplateResponse(request, "admin/objections/read_back.html", context | more)

    def _entry_context(
        self, request: HttpRequest, row: Contested, person: Person, channel: str
    ) -> dict[str, Any]:
        is_paper = channel == FilingChannel.PAPER
        title = _("An objection on paper") if is_paper else _("An objection by phone")
        return {
            **self._frame(request, title),
            "row": row,
            "row_url": row_url(row),
            "filer": person,
            "matter": matter_of(row),
            "window": window_of(row),
            "is_paper": is_paper,
            "may_exempt": request.user.has_perm(EXEMPT),
            "grant_url": grant_url(row),
        }

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}


def _enter(
    form: PaperForm | CallForm, row: Contested, person: Person, *, by: User, now: datetime
) -> Objection:
    data = form.cleaned_data
    entry = Entry(
        contested=row,
        filed_by=person,
        ground=data["ground"],
        statement=data["statement"],
        submission=data["submission"],
    )
    if isinstance(form, PaperForm):
        return enter_paper(
            entry=entry,
            received_on=data["received_on"],
            checked=data["documents"],
            new_documents=data.get("new_documents", ()),
            by=by,
            now=now,
        )
    return enter_call(
        entry=entry,
        documents=data["wanted"],
        days=data["days"],
        has_consent=True,
        by=by,
        now=now,
        promised=data.get("promised_document", ""),
    )


def _rows_of(person: Person, channel: str) -> list[dict[str, Any]]:
    """Give what somebody can object to, and what they came too late for, the newest first."""
    whose = {"person__household_id": person.household_id} if person.is_head else {"person": person}
    rows: list[Contested] = []
    for model in (EligibilityResult, PaymentLine):
        found = model.objects.current().filter(**whose).select_related("person", "cycle")
        rows += found.order_by("-cycle__code", "person_id")[:_SHOWN_ROWS]
    states = contest_states(rows, viewer=person, today=riyadh_date(timezone.now()))
    shown = [(row, states[key_of(row)]) for row in rows if states[key_of(row)].kind in _SHOWN_KINDS]
    shown.sort(key=lambda each: each[1].deadline, reverse=True)
    return [
        {
            "row": row,
            "state": state,
            "matter": matter_of(row),
            "url": reverse(
                "admin:objections_objection_entry",
                args=[channel, track_of(row), row.pk, person.pk],
            ),
        }
        for row, state in shown
    ]
