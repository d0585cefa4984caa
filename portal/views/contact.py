"""All ways to reach the programme, and a form that opens a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.errors import LimitReached
from access.refusals import refused
from portal.call_centre import coming_closure
from portal.channels import channels
from portal.forms.contact import ContactForm
from saudi.languages import page_language
from sawtak.filing import file_from_page, new_token, person_of, typed_token
from sawtak.models import Channel
from sawtak.visitor_page import visitor_page


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Name every channel and take a message, which becomes a ticket with a reference."""
    person = person_of(request)
    if request.method != "POST":
        if person is None:
            return visitor_page(
                request,
                "portal/contact.html",
                lambda token: {"form": ContactForm(), "token": token} | _around_the_form(),
            )
        known = {"name": person.full_name, "mobile": person.mobile}
        return _page(request, ContactForm(initial=known))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        return file_from_page(
            request, details=form.details(person), files=[], channel=Channel.CONTACT
        )
    except LimitReached as refusal:
        return _page(request, form, retry_at=refusal.retry_at)


def _around_the_form() -> dict[str, Any]:
    now, language = timezone.now(), page_language()
    return {
        "channels": channels(now, language),
        "coming_closure": coming_closure(now, language),
    }


def _page(
    request: HttpRequest, form: ContactForm, *, retry_at: datetime | None = None
) -> HttpResponse:
    context = _around_the_form() | {
        "form": form,
        "token": typed_token(request) or new_token(request),
        "retry_at": retry_at,
    }
    response = render(request, "portal/contact.html", context)
    return refused(response, retry_at) if retry_at else response
