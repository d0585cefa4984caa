"""The page on which an objection is taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from objections import presenting
from objections.contested import filing_open_until, track_of
from objections.errors import LastChance, TransitionRefused
from objections.forms import WithdrawalForm
from objections.rules import days_left
from objections.selectors import with_whole_case
from objections.services import withdraw_objection
from objections.statuses import OPEN_STATUSES
from objections.views.citizens import Citizen, for_citizens
from saudi.gregorian import riyadh_date


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def withdraw(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """Say what withdrawing means and ask once more; only whoever filed may do it."""
    now = timezone.now()
    today = riyadh_date(now)
    objection = with_whole_case(citizen.user, reference)
    if objection is None or objection.filed_by_id != citizen.person.pk:
        raise Http404
    if objection.is_looked_at_again:
        return redirect("objections:withdraw_second_look", reference)
    if objection.status not in OPEN_STATUSES:
        messages.warning(request, _("This objection cannot be withdrawn any more."))
        return redirect("objections:detail", reference)
    again_until = filing_open_until(objection.contested, today=today)
    data = request.POST if request.method == "POST" else None
    form = WithdrawalForm(data, is_final=again_until is None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_objection(
                objection=objection,
                actor=citizen.user,
                knows_it_is_final=form.cleaned_data["understood"],
                now=now,
            )
        except TransitionRefused:
            messages.warning(request, _("This objection cannot be withdrawn any more."))
        except LastChance:  # the last day ended between the reading of the form and the lock
            return redirect("objections:withdraw", reference)
        else:
            messages.success(request, _("You withdrew your objection. We stopped studying it."))
        return redirect("objections:detail", reference)
    context = {
        "objection": objection,
        "title": presenting.title_of(objection.contested),
        "track": track_of(objection.contested),
        "again_until": again_until,
        "left": days_left(again_until, today=today) if again_until else 0,
        "form": form,
    }
    return render(request, "objections/withdraw.html", context)
