"""The demonstration phone: every SMS the `phone` gateway received, for people and for scripts.

It shows one-time codes to anybody, so it exists with DEMO on only, which the settings refuse for
a real gateway and for a host that is not loopback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import Count, F, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.models import PhoneMessage
from notifications.statuses import MessageStatus
from saudi.forms import MobileField
from saudi.gregorian import riyadh_date
from saudi.mobile import InvalidMobile, parse_mobile

SHOWN_ON_SCREEN: Final = 30
NUMBERS_ON_SCREEN: Final = 100
MOST_IN_JSON: Final = 1_000
MOST_DIGITS_OF_AN_ID: Final = 18


class NumberForm(forms.Form):
    """Chooses whose phone is looked at; it is only read where something was typed."""

    mobile = MobileField(label=_("Mobile number"))


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in the list beside the messages."""

    mobile: str
    messages: int
    last_at: datetime
    is_shown: bool


@dataclass(frozen=True, slots=True)
class PhoneDay:
    """The messages of one day, newest first."""

    day: date
    messages: list[PhoneMessage] = field(repr=False)


@never_cache
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """Show the phone, of one number or of all. Raises Http404 outside the demonstration."""
    _ensure_demonstration()
    form = NumberForm(request.GET) if request.GET.get("mobile", "").strip() else NumberForm()
    mobile = form.cleaned_data["mobile"] if form.is_bound and form.is_valid() else ""
    is_refused = form.is_bound and not form.is_valid()
    before = request.GET.get("before", "")
    rows = received(mobile).filter(id__lt=before) if _is_row_id(before) else received(mobile)
    newest = [] if is_refused else [*rows[: SHOWN_ON_SCREEN + 1]]
    context = {
        "form": form,
        "mobile": mobile,
        "days": list(_by_day(newest[:SHOWN_ON_SCREEN])),
        "older_url": _older_url(mobile, newest),
        "is_refused": is_refused,
        "numbers": list(_numbers(shown=mobile)),
        "sender": settings.SMS_SENDER,
        "delivered": MessageStatus.DELIVERED,
        "has_mailbox": settings.EMAIL_BY == "mailbox",
    }
    return render(request, "notifications/phone.html", context)


@never_cache
@require_safe
def messages_json(request: HttpRequest) -> JsonResponse:
    """Give the phone's messages as JSON, newest first; a number that is none gets a 400."""
    _ensure_demonstration()
    typed = request.GET.get("mobile", "").strip()
    try:
        mobile = parse_mobile(typed) if typed else ""
    except InvalidMobile as fault:
        return JsonResponse({"error": "mobile", "reason": fault.reason}, status=400)
    return JsonResponse([_as_json(row) for row in received(mobile)[:MOST_IN_JSON]], safe=False)


def received(mobile: str = "") -> QuerySet[PhoneMessage]:
    """Give what the phone received, newest first, for one number or for all."""
    rows = PhoneMessage.objects.select_related("message").order_by("-id")
    return rows.filter(recipient=mobile) if mobile else rows


def _is_row_id(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS_OF_AN_ID


def _ensure_demonstration() -> None:
    if not settings.DEMO:
        raise Http404


def _as_json(row: PhoneMessage) -> dict[str, str]:
    # Between the phone's transaction and the worker's record the message is not yet marked sent.
    is_recorded = row.message.sent_at is not None
    return {
        "to": row.recipient,
        "body": row.body,
        "queued_at": row.message.queued_at.isoformat(),
        "sent_at": (row.message.sent_at or row.received_at).isoformat(),
        "status": row.message.status if is_recorded else MessageStatus.SENT.value,
    }


def _older_url(mobile: str, newest: list[PhoneMessage]) -> str:
    """Lead to what is older than what the screen shows; empty where nothing is."""
    if len(newest) <= SHOWN_ON_SCREEN:
        return ""
    query = {"mobile": mobile} if mobile else {}
    return f"?{urlencode({**query, 'before': newest[SHOWN_ON_SCREEN - 1].pk})}"


def _by_day(rows: Iterable[PhoneMessage]) -> Iterable[PhoneDay]:
    for day, of_the_day in groupby(rows, key=lambda row: riyadh_date(row.received_at)):
        yield PhoneDay(day=day, messages=list(of_the_day))


def _numbers(*, shown: str) -> Iterable[PhoneNumber]:
    latest = (
        PhoneMessage.objects.values(number=F("recipient"))
        .annotate(messages=Count("id"), last=Max("id"), last_at=Max("received_at"))
        .order_by("-last")[:NUMBERS_ON_SCREEN]
    )
    for row in latest:
        yield PhoneNumber(
            mobile=row["number"],
            messages=row["messages"],
            last_at=row["last_at"],
            is_shown=row["number"] == shown,
        )
