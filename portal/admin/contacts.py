"""Calls, posts and letters in the staff site: the page of one, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell, reference_cell, two_lines
from access.errors import LimitReached
from access.lists import ChoiceFilter
from access.searches import SearchColumns
from access.staff import CaseAction, CaseAdmin, moment_text, read_row_number
from beneficiaries.models import User
from portal.contacts import services
from portal.contacts.errors import ContactRefused, OutcomeRefused
from portal.contacts.known import suggested_problems
from portal.contacts.models import Contact, KnownProblem
from portal.contacts.overview import open_contacts, overview_of
from portal.contacts.presenting import (
    TITLES,
    contact_tag,
    offered_outcomes,
    refusal_words,
    who_text,
)
from portal.contacts.statuses import ContactChannel, ContactStep, Outcome
from portal.forms.contacts import (
    FORM_OF,
    KEYS,
    CallerForm,
    ContinueForm,
    IdentifyForm,
    NewTicketForm,
    OutcomeForm,
    ReasonForm,
)
from portal.people.selectors import flags_beside, shown_flags
from saudi.gregorian import riyadh_today
from sawtak.errors import TextMissing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TAKE: Final = "portal.take_contact"
END: Final = "portal.end_contact"
_TYPED: Final = "caller_typed"
"""What was typed of a caller who did not match, for the form of their request: in the session,
because it is personal data, and of the newest contact only."""


class MyContactsFilter(ChoiceFilter):
    """Whose contact it was."""

    title = gettext_lazy("taken by")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Mine"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(agent=request.user.pk) if self.value() else queryset


class OutcomeFilter(ChoiceFilter):
    """How it ended, or that it has not."""

    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Not ended")), *Outcome.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if not chosen:
            return queryset
        return queryset.filter(outcome="" if chosen == "open" else chosen)


class ContactChannelFilter(ChoiceFilter):
    """How it came."""

    title = gettext_lazy("how it came")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ContactChannel.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(channel=self.value()) if self.value() else queryset


@admin.register(Contact)
class ContactAdmin(CaseAdmin):
    """The list of contacts, the page on which one begins, and the page on which it is worked."""

    list_title = gettext_lazy("Calls, posts and letters")
    list_display = ("who_cell", "channel_text", "began", "state", "case_cell", "agent_text")
    list_filter = (MyContactsFilter, OutcomeFilter, ContactChannelFilter)
    list_select_related = ("person", "agent", "ticket", "objection")
    ordering = ("-started_at", "-id")
    search_help_text = gettext_lazy("National ID, mobile or name of an identified person")
    search_columns = SearchColumns(
        national_id="person__national_id", mobile="person__mobile", name="person__folded_name"
    )
    case_template = "admin/portal/contact.html"
    refusals = (ContactRefused, LimitReached, TextMissing)

    @admin.display(description=gettext_lazy("Person"))
    def who_cell(self, contact: Contact) -> SafeString:
        number = contact.person.national_id if contact.person is not None else ""
        return two_lines(who_text(contact), number_cell(number), is_name=True)

    @admin.display(description=gettext_lazy("How it came"))
    def channel_text(self, contact: Contact) -> str:
        return str(ContactChannel(contact.channel).label)

    @admin.display(description=gettext_lazy("Began"))
    def began(self, contact: Contact) -> SafeString | str:
        return moment_cell(contact.started_at)

    @admin.display(description=gettext_lazy("Outcome"))
    def state(self, contact: Contact) -> SafeString:
        return contact_tag(contact)

    @admin.display(description=gettext_lazy("Case"))
    def case_cell(self, contact: Contact) -> SafeString | str:
        case = contact.objection or contact.ticket
        return reference_cell(case.reference) if case is not None else number_cell("")

    @admin.display(description=gettext_lazy("Taken by"))
    def agent_text(self, contact: Contact) -> str:
        return str(contact.agent)

    # A contact begins ----------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("new/", wrap(self.new_view), name="portal_contact_new"), *super().get_urls()]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Take a call, a post or a letter, and ask who it is."""
        if not request.user.has_perm(TAKE):
            raise PermissionDenied
        channel = request.GET.get("channel", "")
        kind = FORM_OF.get(channel, CallerForm)
        form = kind()
        if request.method == "POST":
            form = kind(request.POST, must_identify=request.POST.get("step") != "heard")
            if form.is_valid():
                url = self._begin(request, form)
                if url:
                    return HttpResponseRedirect(url)
        return TemplateResponse(
            request,
            "admin/portal/contact_new.html",
            {
                **self.admin_site.each_context(request),
                "title": TITLES[kind.channel],
                "opts": self.opts,
                "form": form,
                "channel": kind.channel.value,
                "channels": [(each.value, TITLES[each]) for each in ContactChannel],
                "unfinished": _shown(open_contacts(cast(User, request.user))),
            },
        )

    def _begin(self, request: HttpRequest, form: CallerForm) -> str:
        """Begin a contact and identify its person; give the page that follows, or nothing."""
        user, now, data = cast(User, request.user), timezone.now(), form.cleaned_data
        try:
            contact = services.start_contact(
                submission=data["submission"], arrival=form.arrival(), by=user, now=now
            )
            _keep_typed(request, contact, data)
            if request.POST.get("step") != "heard":
                services.identify_caller(
                    contact_id=contact.pk,
                    national_id=data["national_id"],
                    birth_date=data["birth"],
                    mobile=data["mobile"],
                    by=user,
                    now=now,
                )
        except (ContactRefused, LimitReached) as refused:
            form.add_error(None, self.refusal_text(refused))
            return ""
        return self.case_url(contact)

    # A contact is worked -------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> Any:
        rows = Contact.objects.select_related(
            "person__household", "agent", "ticket", "objection", "known"
        ).prefetch_related("events__actor", "events__ticket", "events__objection")
        flags = flags_beside("person_id", today=riyadh_today())
        return get_object_or_404(rows.annotate(open_flags=flags), pk=pk)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return {
            "identify": CaseAction(TAKE, self._identify, IdentifyForm),
            "continue": CaseAction(TAKE, self._continue, ContinueForm),
            "ticket": CaseAction(TAKE, self._ticket, NewTicketForm),
            "end": CaseAction(TAKE, self._end, OutcomeForm),
            "end_for": CaseAction(END, self._end_for, ReasonForm),
        }

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Contact,
        data: QueryDict | None = None,
    ) -> forms.Form:
        if form is ContinueForm:
            return ContinueForm(data, tickets=self._overview(request, case).tickets)
        if form is NewTicketForm:
            typed = {} if case.person else _typed_of(request, case)
            mobile = case.person.mobile if case.person else typed.get("mobile", "")
            return NewTicketForm(data, person=case.person, initial={**typed, "mobile": mobile})
        if form is OutcomeForm:
            return OutcomeForm(data, offered=offered_outcomes(case))
        return form(data)

    def redrawn_form(
        self, request: HttpRequest, form: type[forms.Form] | None, case: Contact
    ) -> forms.Form | None:
        """Look for known problems, or take the words of one, without ending the contact."""
        if form is not OutcomeForm or not {"find", "use"} & set(request.POST):
            return None
        names = ("outcome", "problem", "cause", "solution")
        first = {name: request.POST.get(name, "") for name in names}
        used = read_row_number(request.POST.get("use", ""))
        if used is not None:
            known = KnownProblem.objects.filter(pk=used, is_active=True).first()
            if known is not None:
                first |= {name: getattr(known, name) for name in names[1:]}
        return OutcomeForm(offered=offered_outcomes(case), initial=first)

    def _identify(
        self, request: HttpRequest, case: Contact, form: IdentifyForm, now: datetime
    ) -> StrOrPromise:
        data = form.cleaned_data
        services.identify_caller(
            contact_id=case.pk,
            national_id=data["national_id"],
            birth_date=data["birth"],
            mobile=data["registered_mobile"],
            by=cast(User, request.user),
            now=now,
        )
        return _("The person is identified.")

    def _continue(
        self, request: HttpRequest, case: Contact, form: ContinueForm, now: datetime
    ) -> StrOrPromise:
        ticket = services.continue_ticket(
            contact_id=case.pk,
            ticket_id=form.cleaned_data["ticket"],
            text=form.cleaned_data["words"],
            by=cast(User, request.user),
            now=now,
        )
        return _("The words are in request %(reference)s.") % {"reference": ticket.reference}

    def _ticket(
        self, request: HttpRequest, case: Contact, form: NewTicketForm, now: datetime
    ) -> StrOrPromise:
        ticket = services.open_ticket(
            contact_id=case.pk,
            details=form.details(),
            language=case.person.language if case.person else "ar",
            by=cast(User, request.user),
            now=now,
        )
        text = _("The request is filed under %(reference)s. Its sender was told by SMS.")
        return text % {"reference": ticket.reference}

    def _end(
        self, request: HttpRequest, case: Contact, form: OutcomeForm, now: datetime
    ) -> StrOrPromise:
        data = form.cleaned_data
        try:
            ended = services.end_contact(
                contact_id=case.pk,
                outcome=Outcome(data["outcome"]),
                problem=data["problem"],
                cause=data["cause"],
                solution=data["solution"],
                by=cast(User, request.user),
                now=now,
            )
        except OutcomeRefused as refused:
            form.add_error(refused.field, refusal_words(refused))
            raise
        if ended.known is not None and not ended.known.is_active:
            messages.warning(
                request,
                _("This problem is out of use. Read why before you use its solution."),
            )
        return _("Written down. Ready for the next one.")

    def _end_for(
        self, request: HttpRequest, case: Contact, form: ReasonForm, now: datetime
    ) -> StrOrPromise:
        services.end_for_colleague(
            contact_id=case.pk,
            reason=form.cleaned_data["reason"],
            by=cast(User, request.user),
            now=now,
        )
        return _("It is ended. Its agent sees your reason.")

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, LimitReached):
            text = _("Too many tries. This can be asked again from %(when)s.")
            return text % {"when": moment_text(refused.retry_at)}
        return refusal_words(refused)

    def case_url(self, case: Contact) -> str:
        """Lead to the next one after the end; stay on one that goes on or was a colleague's."""
        case.refresh_from_db(fields=["outcome"])
        if case.is_open or case.events.filter(step=ContactStep.ENDED_FOR).exists():
            return super().case_url(case)
        return reverse("admin:portal_contact_new")

    def case_context(
        self, request: HttpRequest, case: Any, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = cast(User, request.user)
        may_work = case.is_open and case.agent_id == user.pk and user.has_perm(TAKE)
        outcome = bound["end"]
        sought = outcome["problem"].value() if {"find", "use"} & set(request.POST) else ""
        typed = [form for form in bound.values() if form.is_bound]
        has_touched = bool(case.ticket_id or case.objection_id)
        if not typed:
            first = outcome["problem"] if has_touched or sought else bound["ticket"]["category"]
            first.field.widget.attrs["autofocus"] = True
        return {
            "title": who_text(case),
            "contact": case,
            "state": contact_tag(case),
            "channel": ContactChannel(case.channel).label,
            "overview": self._overview(request, case),
            "events": [
                {"step": ContactStep(event.step).label, "event": event}
                for event in case.events.all()
            ],
            "may_work": may_work,
            "end_for_form": bound["end_for"],
            "may_end_for": case.is_open and case.agent_id != user.pk and user.has_perm(END),
            "identify_form": bound["identify"],
            "continue_form": bound["continue"],
            "ticket_form": bound["ticket"],
            "outcome_form": outcome,
            "has_touched": has_touched,
            "sought": sought,
            "suggested": suggested_problems(sought or "") if may_work else [],
            "keys": KEYS,
            "unfinished": _shown(open_contacts(user, other_than=case.pk)),
            "person_flags": shown_flags(case.open_flags, reader=user),
        }

    def _overview(self, request: HttpRequest, case: Contact) -> Any:
        """Read what the page shows of its person, once a request."""
        kept = getattr(request, "contact_overview", None)
        if kept is None or kept[0] != (case.pk, case.person_id):
            read = overview_of(case, viewer=cast(User, request.user), now=timezone.now())
            kept = ((case.pk, case.person_id), read)
            request.contact_overview = kept  # type: ignore[attr-defined]
        return kept[1]


def _shown(contacts: list[Contact]) -> list[tuple[Contact, str]]:
    return [(contact, who_text(contact)) for contact in contacts]


def _keep_typed(request: HttpRequest, contact: Contact, data: Mapping[str, Any]) -> None:
    """Keep what was typed of a caller, so that nobody types it again for their request."""
    request.session[_TYPED] = {
        "contact": contact.pk,
        "national_id": data.get("national_id") or "",
        "mobile": data.get("mobile") or "",
    }


def _typed_of(request: HttpRequest, contact: Contact) -> dict[str, str]:
    typed: dict[str, Any] = request.session.get(_TYPED, {})
    if typed.get("contact") != contact.pk:
        return {}
    return {name: typed[name] for name in ("national_id", "mobile")}
