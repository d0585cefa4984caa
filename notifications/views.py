"""Where gateways report. Nothing here is read by people."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from notifications.gateways import unifonic_codes
from notifications.gateways.twilio_codes import (
    ALARMING,
    DOUBTFUL_NUMBER,
    STATUSES,
    UNREACHABLE,
)
from notifications.receipts import take_report
from notifications.replies import LONGEST_REPLY, Reply, take_reply
from notifications.statuses import MessageStatus

logger = logging.getLogger(__name__)

_SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_LONGEST_CODE: Final = 9
_ID_LENGTH = 20
_LONGEST_FACT = 60


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
    if facts.get("AccountSid") != settings.TWILIO_ACCOUNT_SID or not _SID.fullmatch(sid):
        logger.warning("a signed report of another account, or without an id, was refused")
        return HttpResponse(status=400)
    reported = facts.get("MessageStatus", "")
    status = STATUSES.get(reported)
    code = facts.get("ErrorCode", "")[:_LONGEST_CODE] if status == MessageStatus.FAILED else ""
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
    """Take a reply to one of our messages; whatever comes of it is an SMS of its own.

    Signed as a status is. The acknowledgement is the same whoever wrote whatever.
    """
    if not is_signed_by_twilio(request):
        return HttpResponse(status=403)
    facts = request.POST
    sid = facts.get("MessageSid", "")
    if facts.get("AccountSid") != settings.TWILIO_ACCOUNT_SID or not _SID.fullmatch(sid):
        logger.warning("a signed reply to another account, or without an id, was refused")
        return HttpResponse(status=400)
    take_reply(
        Reply(
            gateway="twilio",
            gateway_id=sid,
            sender=facts.get("From", ""),
            text=facts.get("Body", "")[:LONGEST_REPLY],
            at=timezone.now(),
        )
    )
    return HttpResponse("<Response/>", content_type="text/xml")


@csrf_exempt
@require_POST
def unifonic_status(request: HttpRequest) -> HttpResponse:
    """Take a status of Unifonic's, which comes with our secret (docs/sms-gateways.md).

    The names of what is posted are documented for an earlier version only (`MessageID`, `DLR`),
    and in no case for sure, so forms and JSON are read, and names whatever their capitals. What
    the network says counts before what the platform does.
    """
    if not has_unifonic_s_secret(request):
        return HttpResponse(status=403)
    facts = _facts_in(request)
    gateway_id = facts.get("messageid", "")
    if not (gateway_id.isascii() and gateway_id.isdigit() and len(gateway_id) <= _ID_LENGTH):
        logger.warning("a report of Unifonic's without an id was refused")
        return HttpResponse(status=400)
    reported = facts.get("dlr") or facts.get("status", "")
    status = unifonic_codes.status_of_word(reported)
    code = facts.get("errorcode", "") if status == MessageStatus.FAILED else ""
    if code == unifonic_codes.ACCEPTED:
        code = ""
    is_new = take_report(
        gateway="unifonic",
        gateway_id=gateway_id,
        reported=reported,
        status=status,
        error=code,
        makes_number_doubtful=code in unifonic_codes.DOUBTFUL_NUMBER,
        now=timezone.now(),
    )
    if is_new and code in unifonic_codes.ALARMING:
        logger.error("sms alarm: unifonic reports code %s", code)
    return HttpResponse("OK", content_type="text/plain")  # 200 alone ends its repeating


def has_unifonic_s_secret(request: HttpRequest) -> bool:
    """Tell whether a report came with our secret: in its address, or as it is set in the account.

    An `Authorization` header may be a bearer's or hold the secret as password. No secret set, no
    entry.
    """
    secret = settings.UNIFONIC_CALLBACK_TOKEN
    offered = request.GET.get("token", "") or _offered_in(request.headers.get("Authorization", ""))
    return bool(secret) and constant_time_compare(offered, secret)


def _offered_in(header: str) -> str:
    """Read the secret of an Authorization header; empty where there is none."""
    kind, _space, value = header.partition(" ")
    if kind.lower() != "basic":
        return value.strip() if kind.lower() == "bearer" else ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no text in it
        return ""


def _facts_in(request: HttpRequest) -> dict[str, str]:
    """Give what was posted, as a form or as one JSON object, with names in small letters."""
    posted: Mapping[str, object] = request.POST.dict()
    if request.content_type == "application/json":
        try:
            content = json.loads(request.body)
        except (ValueError, RecursionError):  # no JSON, or nested without end
            content = None
        posted = content if isinstance(content, dict) else {}
    return {name.lower(): "" if value is None else _text(value) for name, value in posted.items()}


def _text(value: object) -> str:
    """Give a short text that can be stored: JSON may hold halves of characters."""
    return str(value)[:_LONGEST_FACT].encode(errors="replace").decode()


def is_signed_by_twilio(request: HttpRequest) -> bool:
    """Tell whether Twilio signed this request for our public address."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not settings.TWILIO_AUTH_TOKEN or not signature:
        return False
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return bool(validator.validate(url, request.POST, signature))
