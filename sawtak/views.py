"""The pages of صوتك مسموع but for that of one ticket (`sawtak.ticket_views`).

Nobody needs an account and filing makes no session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from access.codes import verify_code
from access.errors import (
    CodeExpired,
    CodeSentRecently,
    LimitReached,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from access.models import CodePurpose
from access.refusals import refused
from documents.errors import FilesNotKept
from documents.serving import attachment_response
from notifications.statuses import Lane
from notifications.waking import could_wake
from saudi.gregorian import format_time
from saudi.languages import page_language
from saudi.mobile import mask_mobile
from sawtak import grants
from sawtak.filing import file_from_page, keep_files, new_token, person_of, typed_token
from sawtak.forms import TicketCodeForm, TicketForm, initial_of, late_message
from sawtak.help.selectors import answers_for
from sawtak.models import Channel, Ticket, TicketAttachment
from sawtak.rules import ANSWER_WORKING_DAYS
from sawtak.services import code_subject, send_ticket_code
from sawtak.ticket_types.selectors import offered_types
from sawtak.ticket_views import find_ticket
from sawtak.visitor_page import visitor_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what صوتك مسموع is, and lead to the form and to tracking."""
    return render(
        request,
        "sawtak/home.html",
        {"types": offered_types(), "answer_days": ANSWER_WORKING_DAYS},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a request from anybody; a signed-in person finds what is known of them filled in."""
    if request.method != "POST":
        asked = {"category": request.GET.get("category", ""), "message": late_message(request.GET)}
        person = person_of(request)
        if person is None:
            return visitor_page(
                request, "sawtak/new.html", lambda token: _page(TicketForm(initial=asked), token)
            )
        known = TicketForm(initial=asked | initial_of(person))
        return render(request, "sawtak/new.html", _page(known, new_token(request)))
    token = typed_token(request) or new_token(request)
    form = TicketForm(request.POST, request.FILES, files_owner=f"form:{token}")
    if not form.is_valid():
        return _sent_form_page(request, form, token)
    try:
        return file_from_page(
            request,
            details=form.details(),
            files=form.cleaned_data["attachments"],
            channel=Channel.WEB,
        )
    except LimitReached as refusal:
        return _sent_form_page(request, form, token, retry_at=refusal.retry_at)
    except FilesNotKept as refusal:
        form.add_error("attachments", refusal.message)
        return _sent_form_page(request, form, token)


def _sent_form_page(
    request: HttpRequest, form: TicketForm, token: str, *, retry_at: datetime | None = None
) -> HttpResponse:
    """Show a form that was not taken, with all that was written and chosen."""
    keep_files(request, form, now=timezone.now())
    context = _page(form, token) | {"retry_at": retry_at}
    response = render(request, "sawtak/new.html", context)
    return refused(response, retry_at) if retry_at else response


def _page(form: TicketForm, token: str) -> dict[str, Any]:
    names = [name for name in form.fields if name != "website"]
    split_at = names.index("category")
    category = str(form["category"].value() or "")
    return {
        "form": form,
        "category": category,
        "about_you": [form[name] for name in names[:split_at]],
        "about_request": [form[name] for name in names[split_at:]],
        "answers": answers_for(category),
        "token": token,
        "answer_days": ANSWER_WORKING_DAYS,
    }


# The code -------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a code to the ticket's mobile, or take the one that was typed (`code`).

    Opening or reloading the page sends nothing (O20 c).
    """
    now = timezone.now()
    found, may_read = find_ticket(request, reference, now)
    if may_read and request.method != "POST":
        return redirect("sawtak:ticket", reference=reference)
    if request.method == "POST" and "code" not in request.POST:
        return _send(request, found, now)
    form = TicketCodeForm(request.POST) if request.method == "POST" else TicketCodeForm()
    if form.is_bound and form.is_valid() and _is_proved(form, found, now):
        grants.keep_proof(request, reference, now=now)
        return redirect("sawtak:ticket", reference=reference)
    context = {
        "form": form,
        "ticket": found,
        "masked_mobile": mask_mobile(found.mobile),
        "sms_waits": not could_wake(Lane.CODES),
    }
    return render(request, "sawtak/code.html", context)


def _send(request: HttpRequest, found: Ticket, now: datetime) -> HttpResponse:
    try:
        send_ticket_code(ticket=found, now=now)
    except CodeSentRecently as refusal:
        seconds = refusal.retry_after_seconds
        text = ngettext(
            "The code we sent still works. You can ask for another in %(count)d second.",
            "The code we sent still works. You can ask for another in %(count)d seconds.",
            seconds,
        )
        messages.info(request, text % {"count": seconds})
    except (TooManyCodes, TooManyWrongTries) as refusal:
        messages.error(request, _too_many(refusal.retry_at))
    return redirect("sawtak:code", reference=found.reference)


def _is_proved(form: TicketCodeForm, found: Ticket, now: datetime) -> bool:
    """Try the code and word the refusal beside its field."""
    try:
        verify_code(
            purpose=CodePurpose.TICKET,
            subject=code_subject(found),
            code=form.cleaned_data["code"],
            now=now,
        )
    except WrongCode as refusal:
        left = refusal.tries_left
        text = (
            ngettext(
                "The code is not right. Compare it with the message. You have %(count)d try left.",
                "The code is not right. Compare it with the message. You have %(count)d tries "
                "left.",
                left,
            )
            if left
            else _("The code is not right, and you have no tries left. Ask for a new code.")
        )
        form.add_error("code", text % {"count": left} if left else text)
    except CodeExpired:
        form.add_error("code", _("This code no longer works. Ask for a new one."))
    except TooManyWrongTries as refusal:
        form.add_error("code", _too_many(refusal.retry_at))
    else:
        return True
    return False


def _too_many(retry_at: datetime) -> str:
    time = format_time(retry_at, page_language())
    return _("Too many wrong tries. Try again after %(time)s.") % {"time": time}


@never_cache
@require_GET
def attachment(request: HttpRequest, reference: str, uuid: UUID) -> FileResponse:
    """Give a file of a ticket to whoever may read all of it."""
    found, may_read = find_ticket(request, reference, timezone.now())
    if not may_read:
        raise Http404
    kept = get_object_or_404(
        TicketAttachment.objects.select_related("document"),
        Q(message__ticket=found) | Q(message__ticket__merged_into=found),
        document__uuid=uuid,
    )
    return attachment_response(kept.document, opened_by=None)
