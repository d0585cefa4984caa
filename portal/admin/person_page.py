"""What a person's page has beside the register: why it is opened, notes, flags, messages, calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.staff import ShowAdmin, moment_text, row_number
from beneficiaries.models import Person, User
from notifications.models import Message
from objections.blind import names_hidden_case
from portal.admin.messages import message_tag
from portal.contacts.models import Contact
from portal.contacts.presenting import contact_tag
from portal.forms.people import EndForm, FlagForm, NoteForm, WhyForm
from portal.people import services
from portal.people.errors import DayRefused, EndedBefore, FlagIsSet, PersonRefused
from portal.people.models import PersonNote
from portal.people.selectors import shown_flags
from portal.people.statuses import FlagKind, ViewWhy
from saudi.direction import isolate

FREELY: Final = "portal.open_person_freely"
WRITE_NOTE: Final = "portal.write_personnote"
SET_FLAG: Final = "portal.set_personflag"

SHOWN_NOTES: Final = 12
SHOWN_MESSAGES: Final = 8
SHOWN_CONTACTS: Final = 8

_GIVEN: Final = "why_opened"
"""The reasons that somebody gave for files, in their session: by the person's key the reason, its
words and until when it holds."""
_MOST_GIVEN: Final = 20

_Write = Callable[[Person, Any, User, datetime], str]


class KeptOfPerson(ShowAdmin):
    """The page of a person, opened for a reason, on which notes and flags are written."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a file to whoever has a reason, and log it; do what its forms ask for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk, now = row_number(object_id), timezone.now()
        given = None if request.user.has_perm(FREELY) else _given(request, pk, now)
        if given is None and not request.user.has_perm(FREELY):
            return self._ask_why(request, pk, now)
        person = self.get_shown(request, pk)
        more: dict[str, Any] = {}
        if request.method == "POST":
            answer = self._write(request, person, now)
            if isinstance(answer, HttpResponse):
                return answer
            more = answer
        self._log(request, pk, given, now)
        return self.show_response(request, person, **more)

    def _log(
        self, request: HttpRequest, pk: int, given: dict[str, str] | None, now: datetime
    ) -> None:
        user = cast(User, request.user)
        if given is None:
            services.log_work(person_id=pk, by=user, now=now)
        else:
            why, reason = ViewWhy(given["why"]), given["reason"]
            services.log_reason(person_id=pk, by=user, why=why, reason=reason, now=now)

    def _ask_why(self, request: HttpRequest, pk: int, now: datetime) -> HttpResponse:
        """Ask somebody whose role needs a reason for it, before anything of the file is shown."""
        if not Person.objects.filter(pk=pk).exists():
            raise Http404
        form = WhyForm(request.POST if request.POST.get("action") == "why" else None)
        if form.is_bound and form.is_valid():
            _keep_given(request, pk, form.cleaned_data, now)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Opening a file"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/portal/why.html", context)

    # What is written on it ------------------------------------------------------------

    def _write(
        self, request: HttpRequest, person: Person, now: datetime
    ) -> HttpResponse | dict[str, Any]:
        """Do one act; give the answer, or the form that stays on the page."""
        acts: dict[str, tuple[str, type[forms.Form], str, _Write]] = {
            "note": (WRITE_NOTE, NoteForm, "note_form", _note),
            "strike": (WRITE_NOTE, EndForm, "end_form", _strike),
            "flag": (SET_FLAG, FlagForm, "flag_form", _flag),
            "unflag": (SET_FLAG, EndForm, "end_form", _unflag),
        }
        name = request.POST.get("action", "")
        if name not in acts:
            raise PermissionDenied
        right, kind, place, act = acts[name]
        if not request.user.has_perm(right):
            raise PermissionDenied
        form = kind(request.POST)
        if form.is_valid():
            try:
                done = act(person, form.cleaned_data, cast(User, request.user), now)
            except PersonRefused as refused:
                field = "until" if isinstance(refused, DayRefused) else None
                form.add_error(field, _refusal_text(refused))
            except ObjectDoesNotExist as error:
                raise Http404 from error
            else:
                messages.success(request, done)
                return HttpResponseRedirect(request.path)
        return {place: form, "faulty": form}

    # What is shown --------------------------------------------------------------------

    def show_context(self, request: HttpRequest, shown: Any) -> dict[str, Any]:
        """Give what staff keep of a person and what reached them, to whoever may see each."""
        user = cast(User, request.user)
        context: dict[str, Any] = {
            "note_form": NoteForm(),
            "flag_form": FlagForm(),
            "may_note": user.has_perm(WRITE_NOTE),
            "may_flag": user.has_perm(SET_FLAG),
            "person_flags": shown_flags(shown.open_flags, reader=user),
        }
        if user.has_perm("portal.view_personnote"):
            notes = PersonNote.objects.filter(person=shown).select_related("written_by", "ended_by")
            context["notes"] = notes.order_by("-id")[:SHOWN_NOTES]
        if user.has_perm("notifications.view_message") or user.has_perm("portal.take_contact"):
            sent = Message.objects.filter(person_id=shown.pk).exclude(
                names_hidden_case(user, "body")
            )
            newest = sent.order_by("-queued_at", "-id")[:SHOWN_MESSAGES]
            context["sms"] = [(each, message_tag(each.status)) for each in newest]
        if user.has_perm("portal.view_contact"):
            rows = Contact.objects.filter(person=shown).select_related("agent", "known")
            context["contacts"] = [
                (each, contact_tag(each)) for each in rows.order_by("-id")[:SHOWN_CONTACTS]
            ]
        return context


def _note(person: Person, data: Any, by: User, now: datetime) -> str:
    services.write_note(person=person, text=data["text"], by=by, now=now)
    return _("The note is written.")


def _strike(person: Person, data: Any, by: User, now: datetime) -> str:
    services.strike_note(
        person=person, note_id=data["row"], reason=data["end_reason"], by=by, now=now
    )
    return _("The note is struck out.")


def _flag(person: Person, data: Any, by: User, now: datetime) -> str:
    services.set_flag(
        person=person,
        kind=FlagKind(data["kind"]),
        reason=data["flag_reason"],
        until=data["until"],
        by=by,
        now=now,
    )
    return _("The flag is set.")


def _unflag(person: Person, data: Any, by: User, now: datetime) -> str:
    services.end_flag(person=person, flag_id=data["row"], reason=data["end_reason"], by=by, now=now)
    return _("The flag is taken away.")


def _refusal_text(refused: PersonRefused) -> str:
    if isinstance(refused, FlagIsSet):
        return _("Not saved: %(who)s set this flag on %(when)s.") % {
            "who": isolate(refused.by),
            "when": moment_text(refused.at),
        }
    if isinstance(refused, EndedBefore) and refused.at is not None:
        return _("Not saved: %(who)s ended this on %(when)s.") % {
            "who": isolate(refused.by),
            "when": moment_text(refused.at),
        }
    return _("Write a day from tomorrow to a year from now.")


def _given(request: HttpRequest, pk: int, now: datetime) -> dict[str, str] | None:
    """Give the reason that its reader gave for this file a short while ago."""
    given: dict[str, dict[str, str]] = request.session.get(_GIVEN, {})
    kept = given.get(str(pk))
    with suppress(KeyError, TypeError, ValueError):
        if kept is not None and datetime.fromisoformat(kept["until"]) > now:
            return kept
    return None


def _keep_given(request: HttpRequest, pk: int, data: Any, now: datetime) -> None:
    until: timedelta = services.REASON_HOLDS
    given = {key: kept for key, kept in request.session.get(_GIVEN, {}).items() if key != str(pk)}
    newest = dict(list(given.items())[1 - _MOST_GIVEN :])
    request.session[_GIVEN] = newest | {
        str(pk): {
            "why": data["why"],
            "reason": data["reason"],
            "until": (now + until).isoformat(),
        }
    }
