"""Tickets of tests: filed and moved by the services, so that each is one the product can make."""

from __future__ import annotations

import io
import itertools
import re
from datetime import UTC, datetime
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from documents.intake import CheckedFile, check_upload
from notifications.models import Message
from saudi.hijri import HijriDate
from sawtak.models import Category, Channel, Ticket
from sawtak.services import Sender, TicketDetails, file_ticket

NOW: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOBILE: Final = "+966500000007"
STRANGERS_ID: Final = "1000000024"
"""Well formed and not in the register."""

_numbers = itertools.count(1)


def details(**fields: Any) -> TicketDetails:
    """Give what a sender who is not in the register wrote."""
    facts: dict[str, Any] = {
        "mobile": MOBILE,
        "full_name": "ناصر سعد التجريبي",
        "national_id": STRANGERS_ID,
        "birth_date": HijriDate(1404, 7, 1),
        "category": Category.PAYMENTS,
        "message": "لم تصل دفعة نوفمبر إلى حسابي.",
    }
    return TicketDetails(**facts | fields)


def file(
    *,
    key: str = "",
    attachments: list[CheckedFile] | None = None,
    now: datetime = NOW,
    address: str = "",
    language: str = "ar",
    sender: Sender | None = None,
    **fields: Any,
) -> Ticket:
    """File a ticket; each call is another submission unless `key` says the same."""
    return file_ticket(
        details=details(**fields),
        attachments=attachments or [],
        submission_key=key or f"key{next(_numbers)}",
        channel=Channel.WEB,
        language=language,
        now=now,
        address=address,
        sender=sender,
    )


def png(name: str = "كشف.png", colour: str = "green") -> SimpleUploadedFile:
    """Give a small picture as a browser uploads it."""
    body = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(body, "PNG")
    return SimpleUploadedFile(name, body.getvalue(), content_type="image/png")


def checked(name: str = "كشف.png", colour: str = "green") -> CheckedFile:
    """Give a picture that was checked."""
    return check_upload(png(name, colour))


def form(**fields: Any) -> dict[str, Any]:
    """Give the public form as a browser posts it."""
    facts: dict[str, Any] = {
        "token": "form-token-1",
        "mobile": "0500000007",
        "full_name": "ناصر سعد التجريبي",
        "national_id": STRANGERS_ID,
        "birth_day": "1",
        "birth_month": "7",
        "birth_year": "1404",
        "category": "payments",
        "message": "لم تصل دفعة نوفمبر إلى حسابي.",
    }
    return facts | fields


def texts_sent(template: str) -> list[str]:
    """Give the texts that wait in the outbox, oldest first."""
    messages = Message.objects.filter(template=template).order_by("id")
    return list(messages.values_list("body", flat=True))


def code_sent() -> str:
    """Give the newest code for a ticket."""
    found = re.search(r"\d{6}", texts_sent("ticket_code")[-1])
    assert found is not None
    return found.group()


def page(response: Any) -> str:
    """Give a page's text."""
    return str(response.content.decode())


def kept_tokens(html: str) -> list[str]:
    """Give the tokens of the files that a form which is shown again has already."""
    return re.findall(r'name="attachments_kept" value="([^"]+)"', html)
