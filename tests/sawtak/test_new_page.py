"""The صوتك مسموع form: what it takes, what it refuses and in which words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from documents.models import Document
from notifications.models import Message
from saudi.hijri import HijriDate
from sawtak.models import Channel, Ticket, TicketMessage, TicketRepeat
from tests.personas import head, sign_in
from tests.sawtak.tickets import MOBILE, STRANGERS_ID, form, kept_tokens, page, png

NEW = "/sawtak/new/"

INVISIBLE = [
    "\u200b",
    "\u200f\u200e",
    "\u061c",
    "\ufeff",
    "\u3164",
    "\u2066\u2069",
]


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    """Keep the files of these tests in a folder of their own."""
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = storages
    return tmp_path


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


def errors_of(html: str) -> list[str]:
    return re.findall(r"<li><a href=\"#([a-z_]+)\">", html)


@pytest.mark.django_db
def test_visitor_gets_the_form_without_a_session(client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(NEW)
    assert response.status_code == 200
    assert len(captured) <= 1  # the types, where the page of this minute is drawn
    assert set(response.cookies) == {"csrf"}
    for name in form():
        assert f'name="{name}"' in page(response)


@pytest.mark.django_db
def test_two_forms_have_two_tokens(client: Client) -> None:
    assert token_of(page(client.get(NEW))) != token_of(page(client.get(NEW)))


@pytest.mark.django_db
def test_sent_form_leads_to_the_ticket_and_makes_no_session(client: Client) -> None:
    response = client.post(NEW, form(attachments=[png()]))
    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"/sawtak/{ticket.reference}/"
    assert (ticket.channel, ticket.mobile, ticket.national_id) == (
        Channel.WEB,
        MOBILE,
        STRANGERS_ID,
    )
    assert (ticket.birth_date, ticket.language) == (HijriDate(1404, 7, 1), "ar")
    assert Document.objects.get().name == "كشف.png"
    assert Session.objects.count() == 0
    assert set(response.cookies) == {"tickets"}
    assert response.cookies["tickets"]["httponly"]


@pytest.mark.django_db(transaction=True)
def test_submission_takes_five_statements_and_the_types(client: Client) -> None:
    head(national_id="1000000008", mobile=MOBILE)
    with CaptureQueriesContext(connection) as captured:
        assert client.post(NEW, form(national_id="1000000008")).status_code == 302
    statements = [query["sql"].split(maxsplit=1)[0] for query in captured]
    assert len(statements) == 8
    assert (statements.count("BEGIN"), statements.count("COMMIT")) == (1, 1)


@pytest.mark.django_db
def test_form_in_english_is_answered_in_english(client: Client) -> None:
    response = client.post("/en/sawtak/new/", form())
    assert response.headers["Location"].startswith("/en/sawtak/7")
    assert Ticket.objects.get().language == "en"
    assert Message.objects.get().body.startswith("Citizen Account: your request arrived.")


@pytest.mark.django_db
@pytest.mark.parametrize("national_id", ["1000000008", STRANGERS_ID])
def test_known_and_unknown_senders_get_the_same_answer(client: Client, national_id: str) -> None:
    head(national_id="1000000008", mobile=MOBILE, birth_date=HijriDate(1404, 7, 1))
    response = client.post(NEW, form(national_id=national_id))
    shown = page(client.get(response.headers["Location"]))
    reference = Ticket.objects.get().reference
    assert response.status_code == 302
    assert national_id not in shown
    assert reference in shown
    for word in ("تطابق", "السجل", "ناصر"):
        assert word not in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        pytest.param({"full_name": ""}, "id_full_name", id="no-name"),
        pytest.param({"mobile": "0112345678"}, "id_mobile", id="landline"),
        pytest.param({"mobile": "05OOOOOO01"}, "id_mobile", id="letter-o"),
        pytest.param({"mobile": "+201000000001"}, "id_mobile", id="foreign-mobile"),
        pytest.param({"national_id": "1000000009"}, "id_national_id", id="checksum"),
        pytest.param({"national_id": "100000000"}, "id_national_id", id="nine-digits"),
        pytest.param({"birth_day": "31"}, "id_birth_day", id="day-31"),
        pytest.param({"birth_month": "13"}, "id_birth_month", id="month-13"),
        pytest.param({"birth_year": "1984"}, "id_birth_year", id="gregorian-year"),
        pytest.param({"category": ""}, "id_category", id="no-type"),
        pytest.param({"category": "bribery"}, "id_category", id="unknown-type"),
        pytest.param({"message": "x" * 2001}, "id_message", id="2001-characters"),
    ],
)
def test_refused_field_is_named_in_the_summary_and_all_that_was_typed_stays(
    client: Client, fields: dict[str, str], wrong: str
) -> None:
    response = client.post(NEW, form(**fields))
    html = page(response)
    assert response.status_code == 200
    assert errors_of(html) == [wrong]
    assert html.count('class="invalid-feedback"') == 1
    assert "<title>خطأ" in html
    kept = form(**fields)
    for name in ("mobile", "national_id", "birth_day", "birth_year", "full_name", "token"):
        assert kept[name] in html
    assert kept["message"] in html
    assert Ticket.objects.count() == Message.objects.count() == 0


@pytest.mark.django_db
def test_empty_form_names_every_field(client: Client) -> None:
    html = page(client.post(NEW, {}))
    assert errors_of(html) == [
        "id_full_name",
        "id_mobile",
        "id_national_id",
        "id_birth_day",
        "id_category",
        "id_message",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", INVISIBLE)
def test_name_or_message_that_nobody_can_see_is_empty(client: Client, text: str) -> None:
    html = page(client.post(NEW, form(full_name=text, message=text)))
    assert errors_of(html) == ["id_full_name", "id_message"]


@pytest.mark.django_db
def test_joiner_inside_a_word_is_kept(client: Client) -> None:
    client.post(NEW, form(message="می\u200cخواهم"))
    assert TicketMessage.objects.get().text == "می\u200cخواهم"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"mobile": "٠٥٠٠٠٠٠٠٠٧", "national_id": "١٠٠٠٠٠٠٠٠٨"},
        {"mobile": "۰۵۰۰۰۰۰۰۰۷", "national_id": "۱۰۰۰۰۰۰۰۰۸"},
        {"mobile": "\u202a+966 50 000 0007\u202c", "national_id": "1000000008\u200f"},
        {"mobile": "00966500000007", "national_id": "10000٠٠٠٠٨"},
    ],
)
def test_numbers_are_understood_as_people_type_them(client: Client, fields: dict[str, str]) -> None:
    dates = {"birth_day": "٠١", "birth_month": "٧", "birth_year": "١٤٠٤"}
    assert client.post(NEW, form(**fields, **dates)).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.mobile, ticket.national_id) == (MOBILE, "1000000008")
    assert ticket.birth_date == HijriDate(1404, 7, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("25", "1", "1404"), ("30", "10", "1402"), ("30", "2", "1400"), ("29", "8", "1364")],
)
def test_hijri_date_is_kept_as_typed(client: Client, day: str, month: str, year: str) -> None:
    client.post(NEW, form(birth_day=day, birth_month=month, birth_year=year))
    assert str(Ticket.objects.get().birth_date) == f"{year}-{int(month):02}-{day}"


@pytest.mark.django_db
def test_refused_file_is_named_and_the_text_stays(client: Client, storage: Path) -> None:
    page_file = SimpleUploadedFile("هوية.pdf", b"<html>", content_type="application/pdf")
    html = page(client.post(NEW, form(attachments=[png(), page_file])))
    assert errors_of(html) == ["id_attachments"]
    assert "هوية.pdf" in html
    assert "لم تصل دفعة نوفمبر" in html
    assert "كشف.png" in html
    assert len(kept_tokens(html)) == 1  # tests/sawtak/test_kept_files.py
    assert len([each for each in storage.rglob("*") if each.is_file()]) == 1
    assert not Document.objects.exists()


# Once and only once (O13) ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_posts_at_once_are_one_ticket(storage: Path) -> None:
    barrier = Barrier(20)

    def post(_number: int) -> Any:
        browser = Client()
        data = form(attachments=[png()])
        barrier.wait(timeout=30)
        try:
            response = browser.post(NEW, data)
        finally:
            connection.close()
        return response.status_code, response.headers["Location"]

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(post, range(20)))
    reference = Ticket.objects.get().reference
    assert answers == {(302, f"/sawtak/{reference}/")}
    assert Message.objects.count() == Document.objects.count() == 1
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_retry_and_back_lead_to_the_same_ticket(client: Client) -> None:
    first = client.post(NEW, form()).headers["Location"]
    assert client.post(NEW, form()).headers["Location"] == first
    assert Client().post(NEW, form()).headers["Location"] == first


@pytest.mark.django_db
def test_changed_word_makes_another_ticket(client: Client) -> None:
    first = client.post(NEW, form()).headers["Location"]
    assert client.post(NEW, form(message="سؤال آخر")).headers["Location"] != first
    assert Message.objects.count() == 2


@pytest.mark.django_db
class TestBackInABrowserThatKeepsNoPages:
    """Back asks for the form anew, which has another token; the words are typed in again."""

    @staticmethod
    def _send(browser: Client, path: str = NEW, **fields: Any) -> str:
        html = page(browser.get(path))
        answer = browser.post(path, form(token=token_of(html), **fields))
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    def test_same_words_and_files_lead_to_the_first_ticket(self, storage: Path) -> None:
        browser = Client()
        first = self._send(browser, attachments=[png()])
        assert self._send(browser, attachments=[png()]) == first
        assert Ticket.objects.count() == Message.objects.count() == Document.objects.count() == 1

    def test_contact_form_too(self) -> None:
        browser = Client()
        contact = {"name": "ناصر", "subject": "سؤال"}
        first = self._send(browser, "/contact/", **contact)
        assert self._send(browser, "/contact/", **contact) == first
        assert self._send(browser, "/contact/", **contact | {"subject": "سؤال آخر"}) != first

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"message": "سؤال آخر"}, id="words"),
            pytest.param({"category": "other"}, id="type"),
            pytest.param({"full_name": "سعد ناصر التجريبي"}, id="name"),
            pytest.param({"birth_day": "2"}, id="birth-date"),
        ],
    )
    def test_anything_changed_is_another_request(self, changed: dict[str, Any]) -> None:
        browser = Client()
        first = self._send(browser)
        assert self._send(browser, **changed) != first
        assert Ticket.objects.count() == 2

    def test_files_that_come_later_join_the_request(self) -> None:
        browser = Client()
        first = self._send(browser)
        assert self._send(browser, attachments=[png()]) == first
        assert Document.objects.count() == Ticket.objects.count() == 1

    def test_another_browser_with_the_same_words_is_another_request(self) -> None:
        assert self._send(Client()) != self._send(Client())

    def test_same_words_two_hours_after_the_last_time_are_a_new_request(self) -> None:
        browser = Client()
        with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False) as clock:
            first = self._send(browser)
            clock.shift(2 * 60 * 60 - 1)
            assert self._send(browser) == first
            clock.shift(2 * 60 * 60 + 1)
            assert self._send(browser) != first


@pytest.mark.django_db
def test_form_without_a_token_works_once_a_day(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False):
        first = client.post(NEW, form(token="")).headers["Location"]
        assert client.post(NEW, form(token="")).headers["Location"] == first
    with time_machine.travel(datetime(2026, 11, 24, 21, 30, tzinfo=UTC), tick=False):
        assert client.post(NEW, form(token="")).headers["Location"] != first


@pytest.mark.django_db
def test_page_of_a_visitor_may_come_back_from_the_history(client: Client) -> None:
    assert client.get(NEW).headers["Cache-Control"] == "private, max-age=0"


# Limit -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_full_limit_is_refused_politely_with_the_form_kept(
    client: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "tickets_per_address_hour": 2}
    for number in range(5):
        client.post(NEW, form(mobile="1", token=str(number)))
    for number in range(2):
        assert client.post(NEW, form(token=str(number))).status_code == 302
    assert Ticket.objects.count() == 1, "what joins is counted too"
    response = client.post(NEW, form(token="3"))
    html = page(response)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 65 * 60
    assert "ما كتبته محفوظ" in html
    assert "لم تصل دفعة نوفمبر" in html
    assert TicketRepeat.objects.count() == 1
    elsewhere = client.post(NEW, form(token="3"), REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 302


@pytest.mark.django_db
def test_forwarded_header_of_a_client_does_not_pass_the_limit(
    client: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "tickets_per_address_hour": 1}
    client.post(NEW, form(token="1"), HTTP_X_FORWARDED_FOR="10.0.0.1")
    refused = client.post(NEW, form(token="2"), HTTP_X_FORWARDED_FOR="10.0.0.2")
    assert refused.status_code == 429


# Signed in -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_signed_in_person_finds_the_form_filled_in(client: Client) -> None:
    person = head(mobile=MOBILE)
    sign_in(client, person)
    html = page(client.get(NEW))
    for value in (person.full_name, "0500000007", person.national_id, "1404"):
        assert f'value="{value}"' in html
    assert '<option value="1" selected>' in html


@pytest.mark.django_db
def test_signed_in_person_has_one_token_a_session_and_no_stored_page(client: Client) -> None:
    sign_in(client, head())
    first = client.get(NEW)
    assert "no-store" in first.headers["Cache-Control"]
    assert token_of(page(first)) == token_of(page(client.get(NEW)))


@pytest.mark.django_db
def test_home_leads_to_the_form_and_to_tracking_without_a_cookie(client: Client) -> None:
    response = client.get("/sawtak/")
    assert response.status_code == 200
    assert not response.cookies
    assert 'href="/sawtak/new/"' in page(response)
    assert 'href="/sawtak/track/"' in page(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "is_chosen"),
    [pytest.param("registration", True, id="known"), pytest.param("lottery", False, id="unknown")],
)
def test_link_names_the_type_of_the_request(client: Client, asked: str, is_chosen: bool) -> None:
    html = client.get(NEW, {"category": asked}).content.decode()
    assert (f'value="{asked}" selected' in html) is is_chosen
    assert " selected" not in client.get(NEW).content.decode().replace('value="" selected', "")
