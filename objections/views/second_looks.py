"""A second look at a decision: the page that asks for it, and the one that takes it back."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents.errors import FilesNotKept
from objections import presenting
from objections.contested import key_of
from objections.errors import SecondLookRefused, TooManyDocuments, TransitionRefused
from objections.forms import SecondLookForm
from objections.models import Objection
from objections.second_looks import LookStanding, look_of, look_standing
from objections.selectors import contest_states, with_whole_case
from objections.services import ask_second_look, withdraw_second_look
from objections.views.citizens import Citizen, for_citizens, forget_unsent, unsent_for
from objections.views.step_documents import too_many_text
from saudi.gregorian import riyadh_date


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def ask(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """Ask others to look at a decision again: one form, for whoever may see the case."""
    now = timezone.now()
    objection = _case_or_404(citizen, reference)
    kept = objection.documents.all().count()
    if request.method == "POST":
        form = SecondLookForm(request.POST, request.FILES, kept_documents=kept)
        if form.is_valid():
            try:
                return _asked(request, citizen, objection, form, now)
            except TooManyDocuments as refusal:
                form.add_error("documents", too_many_text(refusal))
            except FilesNotKept as refusal:
                form.add_error("documents", refusal.message)
            except SecondLookRefused:
                objection = _case_or_404(citizen, reference)
    else:
        form = SecondLookForm(initial=_unsent(request), kept_documents=kept)
    today = riyadh_date(now)
    standing = look_standing(objection, citizen.person, today=today)
    is_open = standing.kind == "open"
    context = {
        "objection": objection,
        "title": presenting.title_of(objection.contested),
        "standing": standing,
        "why_not": "" if is_open else presenting.no_second_look_text(standing),
        "form": form,
        "refused": presenting.refused_files(form.file_field.refused),
        "written": request.POST.get("statement", ""),
        "ways": [] if is_open else _ways(objection, citizen, standing, today),
    }
    status = HTTPStatus.OK
    if request.method == "POST" and not is_open:
        status = HTTPStatus.CONFLICT
    return render(request, "objections/second_look.html", context, status=status)


def _asked(
    request: HttpRequest,
    citizen: Citizen,
    objection: Objection,
    form: SecondLookForm,
    now: datetime,
) -> HttpResponseBase:
    ask_second_look(
        objection=objection,
        asked_by=citizen.person,
        actor=citizen.user,
        statement=form.cleaned_data["statement"],
        checked=form.cleaned_data["documents"],
        now=now,
    )
    forget_unsent(request)
    messages.success(
        request, _("Your request for a second look arrived. Somebody else studies it.")
    )
    return redirect("objections:detail", objection.reference or "")


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def withdraw(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """Say what taking a second look back means and ask once more; only who asked may do it."""
    objection = _case_or_404(citizen, reference)
    look = look_of(objection)
    if look is None or look.asked_by_id != citizen.person.pk:
        raise Http404
    if not look.is_open:
        messages.warning(request, _("This second look is over. Read the answer here."))
        return redirect("objections:detail", reference)
    if request.method == "POST":
        try:
            withdraw_second_look(
                objection=objection,
                asked_by=citizen.person,
                actor=citizen.user,
                now=timezone.now(),
            )
        except TransitionRefused:
            messages.warning(request, _("This second look is over. Read the answer here."))
        else:
            messages.success(request, _("You withdrew the second look. The first decision stays."))
        return redirect("objections:detail", reference)
    context = {
        "objection": objection,
        "title": presenting.title_of(objection.contested),
        "first": presenting.status_of_outcome(look.first.outcome),
    }
    return render(request, "objections/withdraw_second_look.html", context)


def _case_or_404(citizen: Citizen, reference: str) -> Objection:
    objection = with_whole_case(citizen.user, reference)
    if objection is None:
        raise Http404
    return objection


def _ways(
    objection: Objection, citizen: Citizen, standing: LookStanding, today: date
) -> list[presenting.Way]:
    contested = objection.contested
    states = contest_states([contested], viewer=citizen.person, today=today)
    return presenting.ways_on(objection, standing, states[key_of(contested)])


def _unsent(request: HttpRequest) -> dict[str, str]:
    """Give the text that was sent to this page after its session had ended, once."""
    unsent = unsent_for(request)
    if unsent:
        messages.info(
            request, _("You were signed out before you sent it. What you wrote is kept here.")
        )
    return {"statement": unsent["statement"]} if unsent else {}
