"""Where gateways report. Nothing here is read by people."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from notifications.gateways.twilio_codes import (
    ALARMING,
    DOUBTFUL_NUMBER,
    STATUSES,
    UNREACHABLE,
)
from notifications.receipts import take_report
from notifications.statuses import MessageStatus

logger = logging.getLogger(__name__)

_SID_LENGTH = 34


@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest) -> HttpResponse:
    """Take a status of Twilio's, signed over our public address (O21).

    The signature is checked against PUBLIC_URL, whatever host the request says it came to: a
    proxy ends TLS and may change the host, and a client may claim any. No token, no entry.
    """
    if not is_signed_by_twilio(request):
        return HttpResponse(status=403)
    facts = request.POST
    sid = facts.get("MessageSid", "")
    if facts.get("AccountSid") != settings.TWILIO_ACCOUNT_SID or len(sid) != _SID_LENGTH:
        logger.warning("a signed report of another account, or without an id, was refused")
        return HttpResponse(status=400)
    reported = facts.get("MessageStatus", "")
    status = STATUSES.get(reported)
    code = facts.get("ErrorCode", "") if status == MessageStatus.FAILED else ""
    number = int(code) if code.isascii() and code.isdigit() else 0
    is_new = take_report(
        gateway="twilio",
        gateway_id=sid,
        reported=reported,
        status=status,
        error=code,
        makes_number_doubtful=number in DOUBTFUL_NUMBER,
        is_worth_a_later_try=number in UNREACHABLE,
        now=timezone.now(),
    )
    if is_new and number in ALARMING:
        logger.error("sms alarm: twilio reports code %s", number)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """Take a reply to one of our messages: acknowledged, and answered with nothing."""
    if not is_signed_by_twilio(request):
        return HttpResponse(status=403)
    return HttpResponse("<Response/>", content_type="text/xml")


def is_signed_by_twilio(request: HttpRequest) -> bool:
    """Tell whether Twilio signed this request for our public address."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not settings.TWILIO_AUTH_TOKEN or not signature:
        return False
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return bool(validator.validate(url, request.POST, signature))
