"""Following a request by its reference and an ID or mobile: the way in for a browser that
knows nothing yet.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import limits
from access.client import client_address
from access.errors import LimitReached
from access.refusals import refused
from portal.forms.tracking import TrackingForm
from portal.tracking import find_case
from saudi.gregorian import riyadh_date
from saudi.mobile import mask_mobile
from sawtak import grants
from sawtak.statuses import TicketStatus
from sawtak.visitor_page import framed, visitor_page

PAGE = "portal/track.html"
WRONG_PAIRS = "wrong_trackings"


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Show where a request is, without its texts.

    Every pair that does not belong together gets one answer: text, status and statements are the
    same for an unknown reference and for somebody else's (DOMAIN 17). The tries of an address
    come one after the other, so that many at once cannot pass the limit of wrong ones. A ticket
    that was found may then be opened by a code to its mobile.
    """
    if request.method != "POST":
        form = TrackingForm(initial={"reference": request.GET.get("reference", "")})
        return visitor_page(request, PAGE, lambda _token: {"form": form})
    form = TrackingForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, {"form": form})
    return _answer(request, form, timezone.now())


def _answer(request: HttpRequest, form: TrackingForm, now: datetime) -> HttpResponse:
    address = client_address(request)
    ceiling = settings.LIMITS["wrong_trackings_per_address_hour"]
    try:
        with transaction.atomic():
            limits.take_turn(WRONG_PAIRS, address, ceiling=ceiling, now=now)
            case = find_case(
                form.cleaned_data["reference"],
                form.cleaned_data["identifier"],
                today=riyadh_date(now),
            )
            if case is None:
                limits.count(WRONG_PAIRS, address, now=now)
    except LimitReached as refusal:
        context = {"form": form, "retry_at": refusal.retry_at}
        return refused(render(request, PAGE, context), refusal.retry_at)
    if case is None:
        form.add_error(
            None,
            _("We found no request with these two numbers together. Check both, then try again."),
        )
        return render(request, PAGE, {"form": form})
    ticket = case.ticket
    context = {
        "form": form,
        "case": case,
        "ticket": ticket,
        "waits_for_sender": ticket is not None and ticket.status == TicketStatus.AWAITING_CITIZEN,
        "masked_mobile": mask_mobile(ticket.mobile) if ticket else "",
    }
    response = framed(request, PAGE, "portal/_track.html", context)
    if ticket is not None:
        grants.remember(request, response, ticket.reference)
    return response
