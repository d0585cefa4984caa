"""What a sender does with a ticket besides writing: withdraw it, and rate it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sawtak.errors import AlreadyRated, TransitionRefused
from sawtak.forms import RatingForm, ReplyForm
from sawtak.presenting import reply_words
from sawtak.services import rate_ticket, withdraw_ticket
from sawtak.statuses import TRANSITIONS, TicketStatus
from sawtak.ticket_views import find_ticket, keep_draft, rating_draft, ticket_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what withdrawing means and ask once more."""
    now = timezone.now()
    found, may_read = find_ticket(request, reference, now)
    if not may_read:
        messages.warning(request, _("Confirm your mobile first. Then you can withdraw it."))
        return redirect("sawtak:code", reference=reference)
    is_possible = TicketStatus.WITHDRAWN in TRANSITIONS[found.status]
    if is_possible and request.method != "POST":
        return render(request, "sawtak/withdraw.html", {"ticket": found})
    try:
        if request.method == "POST":
            withdraw_ticket(ticket_id=found.pk, now=now)
            is_possible = True
    except TransitionRefused:
        is_possible = False
    if is_possible:
        messages.success(request, _("You withdrew the request. We stopped working on it."))
    else:
        messages.warning(request, _("This request cannot be withdrawn now. Read its status."))
    return redirect("sawtak:ticket", reference=reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the rating that the ticket's page asks for."""
    now = timezone.now()
    found, may_read = find_ticket(request, reference, now)
    if request.method != "POST":
        return redirect("sawtak:ticket", reference=reference)
    if not may_read:
        keep_draft(request, rating_draft(reference), request.POST.get("comment", ""))
        messages.warning(request, _("Confirm your mobile again. Then rate the answer."))
        return redirect("sawtak:code", reference=reference)
    form = RatingForm(request.POST)
    if not form.is_valid():
        reply = ReplyForm(words=reply_words(found.status))
        return ticket_page(request, found, may_read, now, reply, rating_form=form)
    try:
        rate_ticket(ticket_id=found.pk, now=now, **form.cleaned_data)
    except AlreadyRated:
        messages.info(request, _("You rated this request before. Your first rating stays."))
    except TransitionRefused:
        messages.warning(request, _("You can rate this request when we have answered it."))
    else:
        messages.success(request, _("We kept your rating. It helps us to do better."))
    return redirect("sawtak:ticket", reference=reference)
