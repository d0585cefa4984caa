"""How a page files a ticket: one form token, one ticket, one address to go on to.

The صوتك مسموع form and the contact form share it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac

from access import limits
from access.client import client_address
from access.errors import LimitReached
from beneficiaries.models import Person, User
from documents.forms import KeepsFiles
from documents.intake import CheckedFile
from saudi.gregorian import riyadh_date
from saudi.languages import page_language
from sawtak import grants
from sawtak.models import Channel
from sawtak.rules import submission_key
from sawtak.services import Sender, TicketDetails, file_ticket

TOKEN_LENGTH = 64
KEPT_LIMIT = "kept_forms"


def signed_in_user(request: HttpRequest) -> User | None:
    """Give who is signed in, opening no session for a browser that has none."""
    if not grants.has_session(request):
        return None
    return request.user if request.user.is_authenticated else None


def person_of(request: HttpRequest) -> Person | None:
    """Give the signed-in person; staff are none."""
    user = signed_in_user(request)
    return None if user is None else user.person


def new_token(request: HttpRequest) -> str:
    """Give the token that tells this form from every other.

    The page of a signed-in person is in no cache, so Back asks for it again: its token is that
    of the session, and sending the same words again is still the same request. Anybody else's
    page comes back from the browser's history with the token it had; a browser that keeps no pages
    and asks for it again gets the token of the form it sent last (O13 d, e). Other words are
    another request whatever the token is.
    """
    if signed_in_user(request) is not None:
        return salted_hmac("sawtak.form", request.session.session_key or "").hexdigest()
    return grants.last_token(request) or secrets.token_urlsafe(18)


def keep_files(request: HttpRequest, form: KeepsFiles, *, now: datetime) -> None:
    """Keep the good files of a form that is shown again, as often as an address may in an hour."""
    field, takes_new = form.file_field, True
    if field.new:
        ceiling = settings.LIMITS["kept_forms_per_address_hour"]
        try:
            limits.count_below(KEPT_LIMIT, client_address(request), ceiling=ceiling, now=now)
        except LimitReached:
            takes_new = False
    field.keep(takes_new=takes_new)


def typed_token(request: HttpRequest) -> str:
    """Give the token that came with a form; a missing one is empty."""
    return request.POST.get("token", "")[:TOKEN_LENGTH]


def _sender_of(request: HttpRequest, now: datetime) -> Sender:
    """Say which tickets this browser may know of without a further proof."""
    references = [*grants.known_references(request), *grants.proved(request, now=now)]
    person = person_of(request)
    if person is None:
        return Sender(references)
    return Sender(references, person_id=person.pk, mobile=person.mobile)


def file_from_page(
    request: HttpRequest,
    *,
    details: TicketDetails,
    files: Sequence[CheckedFile],
    channel: Channel,
) -> HttpResponse:
    """File what a page sent and lead to the ticket, which this browser may then know of.

    Raises:
        LimitReached: the address has filed as many as it may in an hour.
    """
    now = timezone.now()
    # Without a token (a form written by hand) the day stands in for it: the same words on
    # another day are another request.
    token = typed_token(request) or riyadh_date(now).isoformat()
    birth_date = "" if details.birth_date is None else str(details.birth_date)
    key = submission_key(
        token=token,
        parts=(
            details.mobile,
            details.full_name,
            details.national_id,
            birth_date,
            details.category,
            details.subject,
            details.message,
        ),
        file_hashes=[file.sha256 for file in files],
    )
    ticket = file_ticket(
        details=details,
        attachments=files,
        submission_key=key,
        channel=channel,
        language=page_language(),
        now=now,
        address=client_address(request),
        sender=_sender_of(request, now),
    )
    response = redirect("sawtak:ticket", reference=ticket.reference)
    grants.remember(request, response, ticket.reference, token=typed_token(request))
    return response
