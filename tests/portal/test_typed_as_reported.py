"""What people typed in the reported faults, through the pages (O01, O02, O04, O05, O10, O11)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from access import codes
from access.models import OneTimeCode
from beneficiaries.models import User
from notifications.models import Message
from saudi.hijri import HijriDate
from sawtak.models import Ticket
from tests.factories import PersonFactory
from tests.personas import sign_in_staff
from tests.sawtak.tickets import form

pytestmark = pytest.mark.django_db

NEW = "/sawtak/new/"
SIGN_IN = "/sign-in/"
CODE = "456456"


def page(response: Any) -> str:
    return unescape(response.content.decode())


def errors_of(html: str) -> list[str]:
    return re.findall(r"<li><a href=\"#([a-z_]+)\">", html)


def rows_not_in_ascii() -> int:
    """Count what the database holds in another form than its own (O04)."""
    counts = (
        ("beneficiaries_person", "national_id !~ '^[12][0-9]{9}$'"),
        ("beneficiaries_person", r"mobile <> '' AND mobile !~ '^\+9665[0-9]{8}$'"),
        ("sawtak_ticket", "national_id <> '' AND national_id !~ '^[12][0-9]{9}$'"),
        ("sawtak_ticket", r"mobile !~ '^\+9665[0-9]{8}$'"),
    )
    total = 0
    with connection.cursor() as cursor:
        for table, condition in counts:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}")
            total += cursor.fetchone()[0]
    return total


def born(text: str) -> dict[str, str]:
    year, month, day = text.split("-")
    return {"birth_day": day, "birth_month": str(int(month)), "birth_year": year}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1404-01-25", "25 محرم 1404\u00a0هـ"),
        ("1410-01-07", "7 محرم 1410\u00a0هـ"),
        ("1402-10-30", "30 شوال 1402\u00a0هـ"),
        ("1400-02-30", "30 صفر 1400\u00a0هـ"),
        ("1364-08-29", "29 شعبان 1364\u00a0هـ"),
        ("1420-01-01", "1 محرم 1420\u00a0هـ"),
    ],
)
def test_birth_date_is_stored_and_read_back_as_typed(
    client: Client, typed: str, shown: str
) -> None:
    """O01, without a script: the register's own date is matched, and staff read the same."""
    PersonFactory.create(
        national_id="1000000008", mobile="+966500000007", birth_date=HijriDate.parse(typed)
    )
    assert client.post(NEW, form(national_id="1000000008", **born(typed))).status_code == 302
    ticket = Ticket.objects.get()
    assert str(ticket.birth_date) == typed
    assert ticket.identity_match == "full"
    sign_in_staff(client, "agent")
    assert shown in page(client.get(f"/admin/sawtak/ticket/{ticket.pk}/change/"))


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("30", "12", "1433"),
        ("30", "05", "1446"),
        ("30", "02", "1441"),
        ("30", "03", "1440"),
        ("30", "09", "1444"),
        ("00", "05", "1440"),
        ("31", "05", "1440"),
        ("05", "13", "1440"),
        ("05", "00", "1440"),
    ],
)
def test_day_that_no_table_has_is_refused_on_its_field(
    client: Client, day: str, month: str, year: str
) -> None:
    """O02: the form is kept and nothing is stored, least of all the next month's first."""
    fields = form(birth_day=day, birth_month=month, birth_year=year)
    response = client.post(NEW, fields)
    wrong = "id_birth_month" if month in {"13", "00"} else "id_birth_day"
    assert response.status_code == 200
    assert errors_of(page(response)) == [wrong]
    assert fields["message"] in page(response)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("day", "month", "year"), [("29", "2", "1441"), ("30", "2", "1445"), ("30", "9", "1447")]
)
def test_day_that_only_a_gregorian_rule_would_refuse_is_taken(
    client: Client, day: str, month: str, year: str
) -> None:
    client.post(NEW, form(birth_day=day, birth_month=month, birth_year=year))
    assert Ticket.objects.get().birth_date == HijriDate(int(year), int(month), int(day))


@pytest.mark.parametrize("national_id", ["1000000008", "١٠٠٠٠٠٠٠٠٨", "۱۰۰۰۰۰۰۰۰۸", "10000٠٠٠٠٨"])
@pytest.mark.parametrize("code", ["456456", "٤٥٦٤٥٦", "۴۵۶۴۵۶"])
def test_every_script_signs_in_to_one_account(
    client: Client, monkeypatch: pytest.MonkeyPatch, national_id: str, code: str
) -> None:
    """O04: the same person, no second account, nothing but ASCII in the database."""
    monkeypatch.setattr(codes, "new_code", lambda: CODE)
    sara = PersonFactory.create(national_id="1000000008", mobile="+966500000001")
    asked = client.post(SIGN_IN, {"national_id": national_id})
    assert client.post(asked["Location"], {"code": code})["Location"] == "/profile/"
    assert User.objects.get().person == sara
    assert rows_not_in_ascii() == 0


@pytest.mark.parametrize(
    "mobile",
    [
        "0500000001",
        "500000001",
        "966500000001",
        "+966500000001",
        "00966500000001",
        "+9660500000001",
        "009660500000001",
        "05 0000 0001",
        "050-000-0001",
        "(050) 000 0001",
        "966-50-0000001",
        "٠٥٠٠٠٠٠٠٠١",
        "۰۵۰۰۰۰۰۰۰۱",
        "\u202a+966 50 000 0001\u202c",
        "\u200e0500000001",
        "0500000001\u200f",
        "\u20660500000001\u2069",
        "05\u00a00000\u00a00001",
        "+966\ufe0f500000001",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(client: Client, mobile: str) -> None:
    """O10 and O05 (a): the ticket, its SMS and tracking all have one stored form."""
    assert client.post(NEW, form(mobile=mobile)).status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.mobile == Message.objects.get().recipient == "+966500000001"
    tracked = Client().post(
        "/sawtak/track/", {"reference": ticket.reference, "identifier": mobile}, follow=True
    )
    assert ticket.reference in page(tracked)
    assert rows_not_in_ascii() == 0


@pytest.mark.parametrize("mobile", ["0520000001", "0570000001", "0574000001", "0579700001"])
def test_ranges_that_libraries_deny_are_taken(client: Client, mobile: str) -> None:
    client.post(NEW, form(mobile=mobile))
    assert Ticket.objects.get().mobile == f"+966{mobile[1:]}"


@pytest.mark.parametrize(
    "mobile",
    [
        "050000001",
        "05000000011",
        "0966500000001",
        "05OOOOOO01",
        "0112345678",
        "9200000000",
        "+201000000001",
        "+441632960001",
        "0500000001;ext=5",
        "++966500000001",
    ],
)
def test_what_is_no_saudi_mobile_is_an_error_of_its_field(client: Client, mobile: str) -> None:
    html = page(client.post(NEW, form(mobile=mobile)))
    assert errors_of(html) == ["id_mobile"]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "text", ["\u200b", "\u200f\u200e", "\u061c", "\ufeff", "\u3164", "\u2066\u2069"]
)
def test_text_that_nobody_can_see_is_missing_on_the_contact_form(client: Client, text: str) -> None:
    """O05 (b)."""
    fields = {"name": text, "mobile": "0500000001", "subject": text, "message": text}
    assert errors_of(page(client.post("/contact/", fields))) == [
        "id_name",
        "id_subject",
        "id_message",
    ]


@pytest.mark.parametrize("national_id", ["1000000008", "1000000016", "2000000006"])
def test_well_formed_ids_are_taken(client: Client, national_id: str) -> None:
    assert client.post(NEW, form(national_id=national_id)).status_code == 302


@pytest.mark.parametrize(
    "national_id",
    [
        "1000000009",
        "1000000080",
        "1234567890",
        "3000000007",
        "0000000000",
        "100000000",
        "10000000080",
    ],
)
def test_wrong_ids_have_one_arabic_message_on_their_field(client: Client, national_id: str) -> None:
    """O11."""
    html = page(client.post(NEW, form(national_id=national_id)))
    assert errors_of(html) == ["id_national_id"]
    assert html.count('class="invalid-feedback"') == 1
    assert not Ticket.objects.exists()


def test_swapped_digits_are_an_unknown_person(client: Client) -> None:
    """O11: 09 typed for 90 passes the check; nothing is told and nobody else gets an SMS."""
    PersonFactory.create(national_id="1000000099", mobile="+966500000001")
    known = client.post(SIGN_IN, {"national_id": "1000000099"})
    sent = Message.objects.exclude(recipient="").count()
    swapped = Client().post(SIGN_IN, {"national_id": "1000000909"})
    assert (swapped.status_code, swapped["Location"]) == (known.status_code, known["Location"])
    assert Message.objects.exclude(recipient="").count() == sent == 1
    assert OneTimeCode.objects.count() == 2


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [
        pytest.param({"accept-language": "en-US,en;q=0.9"}, "", id="english-browser"),
        pytest.param({}, "xx'", id="broken-cookie"),
        pytest.param({"accept-language": "en"}, "en", id="cookie-of-another-language"),
    ],
)
def test_first_page_is_arabic(client: Client, headers: dict[str, str], cookie: str) -> None:
    """O30: the address alone decides the language."""
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    html = page(client.get("/", headers=headers))
    assert '<html lang="ar" dir="rtl"' in html
