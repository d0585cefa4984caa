"""Contacts of tests: Sara, who calls, and what an agent types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse

from beneficiaries.models import Person, User
from portal.contacts import services
from portal.contacts.models import Contact
from portal.contacts.services import Arrival
from portal.contacts.statuses import ContactChannel
from saudi.hijri import HijriDate
from tests import personas

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NEW = "/admin/portal/contact/new/"
LIST = "/admin/portal/contact/"
KNOWN = "/admin/portal/knownproblem/"
MOBILE = "+966500000001"


def sara() -> Person:
    return personas.head(
        national_id="1000000008",
        mobile=MOBILE,
        birth_date=HijriDate(1404, 1, 25),
        full_name="سارة أحمد التجريبية",
    )


def typed(**facts: str) -> dict[str, str]:
    """Give what an agent types while Sara is on the phone."""
    return {
        "submission": str(uuid4()),
        "national_id": "١٠٠٠٠٠٠٠٠٨",
        "birth_day": "25",
        "birth_month": "1",
        "birth_year": "1404",
        "mobile": "0500000001",
        "step": "identify",
    } | facts


def page(response: Any) -> str:
    return str(response.content.decode())


def begun(by: User, channel: ContactChannel = ContactChannel.PHONE, **facts: Any) -> Contact:
    return services.start_contact(
        submission=uuid4(), arrival=Arrival(channel, **facts), by=by, now=NOW
    )


def address(contact: Contact) -> str:
    return reverse("admin:portal_contact_change", args=[contact.pk])
