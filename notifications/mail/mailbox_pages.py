"""The demonstration mailbox: every mail the portal sends there, for people and for scripts.

It shows codes and personal mail to anybody, so it exists in the demonstration without a mail
server only; the settings refuse that with a real gateway and for a host that is not loopback.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.mail.addresses import InvalidAddress, parse_address
from notifications.mail.models import MailboxMail

SHOWN_ON_SCREEN: Final = 10
MOST_IN_JSON: Final = 1_000
_MOST_DIGITS: Final = 18

_STYLED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
"""A mail brings its look in itself, as no page of ours does; nothing else may come with it."""


@never_cache
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """Show the mailbox, newest first. Raises Http404 outside the demonstration."""
    _ensure_demonstration()
    before = request.GET.get("before", "")
    is_id = before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS
    rows = received().filter(id__lt=before) if is_id else received()
    newest = list(rows[: SHOWN_ON_SCREEN + 1])
    shown = newest[:SHOWN_ON_SCREEN]
    older = urlencode({"before": shown[-1].pk}) if len(newest) > SHOWN_ON_SCREEN else ""
    context = {"mails": shown, "older_url": f"?{older}" if older else ""}
    return render(request, "notifications/mailbox.html", context)


@never_cache
@require_safe
def as_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail as a mail program shows its HTML."""
    _ensure_demonstration()
    response = HttpResponse(get_object_or_404(MailboxMail, pk=pk).html)
    response.headers["Content-Security-Policy"] = _STYLED
    return response


@never_cache
@require_safe
def mails_json(request: HttpRequest) -> JsonResponse:
    """Give the mails as JSON, newest first, of one address or of all; a bad address gets a 400."""
    _ensure_demonstration()
    typed = request.GET.get("to", "").strip()
    rows = received()
    if typed:
        try:
            rows = rows.filter(address=parse_address(typed))
        except InvalidAddress as fault:
            return JsonResponse({"error": "to", "reason": fault.reason}, status=400)
    found = [
        {
            "to": row.address,
            "from": row.sender,
            "subject": row.subject,
            "text": row.text,
            "html": row.html,
            "language": row.mail.language,
            "received_at": row.received_at.isoformat(),
        }
        for row in rows[:MOST_IN_JSON]
    ]
    return JsonResponse(found, safe=False)


def received() -> QuerySet[MailboxMail]:
    """Give what the mailbox received, newest first."""
    return MailboxMail.objects.select_related("mail").order_by("-id")


def _ensure_demonstration() -> None:
    if not settings.DEMO or settings.EMAIL_BY != "mailbox":
        raise Http404
