"""The contact page: every channel, and a form that opens a ticket."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from notifications.models import Message
from sawtak.models import Category, Channel, IdentityMatch, Ticket, TicketMessage
from tests.personas import head, sign_in
from tests.sawtak.tickets import MOBILE, page

CONTACT = "/contact/"


def letter(**fields: str) -> dict[str, str]:
    """Give the contact form as a browser posts it."""
    facts = {
        "token": "contact-token",
        "name": "منى علي التجريبية",
        "mobile": "٠٥٠٠٠٠٠٠٠٧",
        "subject": "سؤال عن موعد الصرف",
        "message": "متى تُصرف دفعة ديسمبر؟",
    }
    return facts | fields


@pytest.mark.django_db
def test_visitor_sees_every_channel_without_a_session_in_one_statement(client: Client) -> None:
    at_noon = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(at_noon, tick=False), CaptureQueriesContext(connection) as captured:
        html = page(client.get(CONTACT))
    assert len(captured) <= 1  # the figures, where the page of this minute is drawn
    for channel in ("19912", "@Citizen_care", "/sawtak/new/", "/sawtak/track/", "/help/"):
        assert channel in html
    assert "8:00\u00a0مساءً" in html


@pytest.mark.django_db
def test_each_channel_says_what_it_is_for_who_answers_and_when(client: Client) -> None:
    at_noon = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with time_machine.travel(at_noon, tick=False):
        html = page(client.get(CONTACT))
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", html, flags=re.DOTALL)
    assert len(rows) == 4
    assert all(row.count("<td data-label=") == 3 for row in rows)
    assert [len(re.findall("الأحد 29 نوفمبر", row)) for row in rows] == [0, 1, 1, 0]
    assert 'href="tel:19912"' in rows[0]
    assert 'href="https://x.com/Citizen_care"' in rows[3]


@pytest.mark.django_db
def test_addresses_that_the_programme_has_are_channels_too(
    client: Client, settings: Settings
) -> None:
    settings.PROGRAMME = replace(
        settings.PROGRAMME,
        email="care@example.gov.sa",
        address_ar="ص.ب. 1، الرياض",
        address_en="P.O. Box 1, Riyadh",
    )
    assert 'href="mailto:care@example.gov.sa"' in page(client.get(CONTACT))
    assert "ص.ب. 1، الرياض" in page(client.get(CONTACT))
    assert "P.O. Box 1, Riyadh" in page(client.get(f"/en{CONTACT}"))


@pytest.mark.django_db
def test_message_becomes_a_ticket_with_an_sms(client: Client) -> None:
    response = client.post(CONTACT, letter())
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == f"/sawtak/{ticket.reference}/"
    assert (ticket.channel, ticket.category) == (Channel.CONTACT, Category.OTHER)
    assert (ticket.full_name, ticket.subject) == ("منى علي التجريبية", "سؤال عن موعد الصرف")
    assert (ticket.mobile, ticket.national_id, ticket.birth_date) == (MOBILE, "", None)
    assert ticket.identity_match == IdentityMatch.NONE
    assert TicketMessage.objects.get().text == "متى تُصرف دفعة ديسمبر؟"
    assert ticket.reference in Message.objects.get().body
    assert ticket.reference in page(client.get(response.headers["Location"]))
    assert Session.objects.count() == 0


@pytest.mark.django_db
def test_double_click_is_one_ticket_and_another_message_another(client: Client) -> None:
    first = client.post(CONTACT, letter()).headers["Location"]
    assert client.post(CONTACT, letter()).headers["Location"] == first
    assert client.post(CONTACT, letter(subject="سؤال آخر")).headers["Location"] != first


@pytest.mark.django_db
def test_refused_fields_are_named_and_the_rest_stays(client: Client) -> None:
    html = page(client.post(CONTACT, letter(mobile="0112345678", subject="\u200b", name="123")))
    assert re.findall(r"<li><a href=\"#id_([a-z]+)\">", html) == ["name", "mobile", "subject"]
    assert "متى تُصرف دفعة ديسمبر؟" in html
    assert 'value="contact-token"' in html
    assert Ticket.objects.count() == 0


@pytest.mark.django_db
def test_long_subject_is_refused_with_its_length(client: Client) -> None:
    html = page(client.post(CONTACT, letter(subject="س" * 121)))
    assert "كتبت 121 حرفًا" in html
    assert client.post(CONTACT, letter(subject="س" * 120)).status_code == 302


@pytest.mark.django_db
def test_full_limit_is_refused_politely_with_the_message_kept(
    client: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "tickets_per_address_hour": 1}
    client.post(CONTACT, letter())
    response = client.post(CONTACT, letter(message="رسالة ثانية"))
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 65 * 60
    assert "رسالة ثانية" in page(response)


@pytest.mark.django_db
def test_signed_in_person_is_known_and_the_ticket_is_theirs(client: Client) -> None:
    person = head(mobile=MOBILE)
    sign_in(client, person)
    html = page(client.get(CONTACT))
    assert person.full_name in html
    assert "0500000007" in html
    location = client.post(CONTACT, letter()).headers["Location"]
    assert Ticket.objects.get().person == person
    assert "متى تُصرف دفعة ديسمبر؟" in page(client.get(location))
