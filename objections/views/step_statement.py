"""Step 3 of an objection: the ground and the statement, kept as they are written.

The form alone is enough. With a script it is kept after each pause, too. Whatever is wrong with
the rest, what was typed stays with the draft, to be found on any device; only a text that this
page never showed is not written over (docs/adr/0025).
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from objections.errors import GroundNotOffered, WrittenElsewhere
from objections.forms import StatementForm
from objections.models import Ground, Objection
from objections.rules import WritingPage, mark_of
from objections.services import reach_step, save_statement
from objections.views.citizens import KEEP, Citizen, forget_unsent, unsent_for
from objections.views.frames import DOCUMENTS, STATEMENT, step_frame
from saudi.gregorian import format_both, format_time, riyadh_date
from saudi.languages import page_language

LEAVE: Final = "leave"
"""The action of the button that keeps what is written and leaves the steps."""

_PAGE_NAME: Final = re.compile(r"[0-9a-f]{8}")
_TURN: Final = re.compile(r"[0-9]{1,6}")


def statement_step(
    request: HttpRequest, citizen: Citizen, draft: Objection, now: datetime
) -> HttpResponseBase:
    """Show ground and statement; keep what comes, and go on when both are right."""
    grounds = list(Ground.objects.offered(draft.track))
    if request.method == "POST":
        return _written(request, draft, grounds, now)
    unsent = unsent_for(request)
    if unsent:
        text = _("You were signed out before you sent it. What you wrote is kept here.")
        messages.info(request, text)
    form = StatementForm(
        initial={"ground": draft.ground, "statement": draft.statement} | unsent, grounds=grounds
    )
    is_other = bool(unsent and draft.statement) and draft.statement != unsent["statement"]
    return _page(request, draft, form, now, other=draft.statement if is_other else "")


def _written(
    request: HttpRequest, draft: Objection, grounds: list[Ground], now: datetime
) -> HttpResponseBase:
    form = StatementForm(request.POST, grounds=grounds)
    form.full_clean()
    action = request.POST.get("action", "")
    other = ""
    try:
        _keep(request, draft, form, goes_on=action not in {KEEP, LEAVE})
    except WrittenElsewhere as refusal:
        other = refusal.statement
    if action == KEEP:
        return _kept_answer(draft, now) if not other else HttpResponse(status=HTTPStatus.CONFLICT)
    if not other and action == LEAVE and form.typed_statement is not None:
        text = _("Your draft is kept. You can finish it until the end of %(day)s, on any device.")
        messages.success(request, text % {"day": format_both(draft.deadline, page_language())})
        return redirect("portal:profile")
    if not other and form.is_valid():
        reach_step(objection=draft, step=DOCUMENTS)
        return redirect("objections:step", draft.uuid, "documents")
    return _page(request, draft, form, now, other=other)


def _keep(request: HttpRequest, draft: Objection, form: StatementForm, *, goes_on: bool) -> None:
    """Keep each of the two that can be kept. A field that was emptied on the way on is a mistake
    and takes nothing away. Raises WrittenElsewhere.
    """
    typed = form.typed_statement
    if typed is None or (goes_on and not typed):
        typed = draft.statement
    save = partial(save_statement, objection=draft, statement=typed, page=_page_in(request))
    try:
        save(ground=form.cleaned_data.get("ground", ""))
    except GroundNotOffered:
        form.add_error("ground", _("Choose one of the reasons in the list."))
        save(ground="")
    reach_step(objection=draft, step=STATEMENT)
    forget_unsent(request)


def _page_in(request: HttpRequest) -> WritingPage | None:
    """Give the page that was sent; None where it does not say which it is."""
    name, turn = request.POST.get("writing", ""), request.POST.get("turn", "")
    if not _PAGE_NAME.fullmatch(name):
        return None
    return WritingPage(
        name=name,
        turn=int(turn) if _TURN.fullmatch(turn) else 0,
        seen=request.POST.get("seen", ""),
    )


def _kept_answer(draft: Objection, now: datetime) -> HttpResponse:
    text = _("Kept at %(time)s") % {"time": format_time(now, page_language())}
    return JsonResponse({"seen": mark_of(draft.statement), "text": text})


def _page(
    request: HttpRequest, draft: Objection, form: StatementForm, now: datetime, *, other: str
) -> HttpResponse:
    """Draw the form. `other` is a text of another page that saving this one would replace."""
    offered = {code for code, _label in form.fields["ground"].choices}  # type: ignore[attr-defined]
    context = {
        **step_frame(draft.contested, draft, number=STATEMENT, today=riyadh_date(now)),
        "form": form,
        "other": other,
        "gone_ground": draft.ground_text if draft.ground not in offered else "",
        "writing": secrets.token_hex(4),
        "seen": mark_of(other or draft.statement),
        "back_url": reverse("objections:step", args=[draft.uuid, "profile"]),
    }
    status = HTTPStatus.CONFLICT if other and request.method == "POST" else HTTPStatus.OK
    return render(request, "objections/step_statement.html", context, status=status)
