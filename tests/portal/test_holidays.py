"""Holidays in the staff site, and on the pages that follow them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client

from objections.clock import case_clock
from objections.models import Objection
from objections.statuses import ObjectionStatus
from saudi.models import Holiday
from sawtak import visitor_page
from sawtak.timeline import due_on
from tests import personas

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_off_table")]

LIST = "/admin/saudi/holiday/"
ADD = f"{LIST}add/"
NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""Tuesday noon in Riyadh."""


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def drawn_anew() -> None:
    visitor_page._drawn.clear()


def page(response: Any) -> str:
    return str(response.content.decode())


def form(**fields: str) -> dict[str, str]:
    facts = {
        "day": "٢٥/١١/٢٠٢٦",
        "name_ar": "يوم حداد",
        "name_en": "Day of mourning",
        "is_day_off": "on",
    }
    return facts | fields


def address(day: date) -> str:
    return f"{LIST}{Holiday.objects.get(day=day).pk}/change/"


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_day_off_is_added_with_both_calendars_and_logged(client: Client, role: str) -> None:
    user = personas.sign_in_staff(client, role)
    response = client.post(ADD, form(), follow=True)
    added = Holiday.objects.get(day=date(2026, 11, 25))
    assert (added.name_ar, added.is_day_off, added.is_estimate) == ("يوم حداد", True, False)
    html = page(response)
    assert "الأربعاء 15 جمادى الآخرة 1448\u00a0هـ، الموافق 25 نوفمبر 2026\u00a0م" in html
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (user, str(added.pk))
    history = page(client.get(f"{LIST}{added.pk}/history/"))
    assert "من غيّر هذا اليوم" in history
    assert str(user) in history


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("05/06/2027", date(2027, 6, 5)),
        ("2027-06-05", date(2027, 6, 5)),
        ("١٣\u200f/٦\u200f/٢٠٢٧", date(2027, 6, 13)),
        ("2027/06/13 م", date(2027, 6, 13)),
    ],
)
def test_typed_day_is_never_the_month(client: Client, typed: str, stored: date) -> None:
    """The fifth of June is typed 05/06 (O03 c); Eastern digits and marks are understood."""
    personas.sign_in_staff(client, "supervisor")
    client.post(ADD, form(day=typed))
    assert Holiday.objects.get(name_en="Day of mourning").day == stored


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "اكتب التاريخ"),
        ("\u200f", "اكتب التاريخ"),
        ("13/13/2027", "لا يوجد يوم كهذا"),
        ("03/12/1446 هـ", "اكتب اليوم والشهر والسنة"),
        ("03/12/1446", "اكتب السنة الميلادية"),
        ("5 June 2027", "اكتب اليوم والشهر والسنة"),
        ("25/11/2062", "اكتب يومًا بين سنتي 2025 و2028"),
        ("23/09/2027", "هذا اليوم في القائمة"),
    ],
)
def test_day_that_cannot_be_is_refused_and_kept_on_screen(
    client: Client, typed: str, error: str
) -> None:
    personas.sign_in_staff(client, "supervisor")
    before = Holiday.objects.count()
    html = page(client.post(ADD, form(day=typed)))
    assert error in html
    assert "Day of mourning" in html
    assert Holiday.objects.count() == before


def test_holiday_on_which_work_is_done_stays_in_the_list(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    where = address(date(2027, 2, 22))
    assert "الموافق 22 فبراير 2027\u00a0م" in page(client.get(where))
    response = client.post(
        where, {"name_ar": "يوم التأسيس", "name_en": "Founding Day", "day": "01/01/2030"}
    )
    assert response.status_code == 302
    changed = Holiday.objects.get(day=date(2027, 2, 22))
    assert not changed.is_day_off
    assert "يوم عمل" in page(client.get(LIST))
    assert client.get(where.replace("change", "delete")).status_code == 403
    assert client.post(where.replace("change", "delete")).status_code == 403


def test_the_page_of_a_new_day_has_an_order_as_its_title(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    text = page(client.get(ADD))
    assert "<h1>أضف يوم إجازة</h1>" in text
    assert re.search('<input[^>]*name="name_en"[^>]*dir="ltr"', text)


def test_past_days_are_on_request(client: Client) -> None:
    personas.sign_in_staff(client, "auditor")
    assert "22 فبراير 2026" not in page(client.get(LIST))
    past = page(client.get(f"{LIST}?days=past"))
    assert "22 فبراير 2026" in past
    assert "5 رمضان 1447" in past


@pytest.mark.parametrize("role", ["auditor", "agent", "caseworker", "approver", None])
def test_who_keeps_no_days_changes_none(client: Client, role: str | None) -> None:
    personas.sign_in_staff(client, role)
    where = address(date(2027, 2, 22))
    may_read = role == "auditor"
    assert client.get(LIST).status_code == (200 if may_read else 403)
    assert client.get(where).status_code == (200 if may_read else 403)
    assert client.post(ADD, form()).status_code == 403
    assert client.post(where, form(is_day_off="")).status_code == 403
    assert Holiday.objects.get(day=date(2027, 2, 22)).is_day_off
    assert not LogEntry.objects.exists()


def test_citizen_and_visitor_see_no_list(client: Client) -> None:
    assert client.get(LIST).status_code == 302
    personas.sign_in(client, personas.head())
    assert client.get(LIST).status_code == 302


def test_pages_and_clocks_follow_what_staff_wrote(client: Client) -> None:
    staff = Client()
    personas.sign_in_staff(staff, "supervisor")
    assert due_on(NOON) == date(2026, 11, 29)
    staff.post(ADD, form(day="24/11/2026"))
    staff.post(ADD, form(day="25/11/2026"))
    assert due_on(NOON) == date(2026, 11, 30)
    case = Objection(status=ObjectionStatus.SUBMITTED, submitted_at=NOON)
    clock = case_clock(case, today=date(2026, 11, 30))
    assert clock is not None
    assert clock.elapsed_days == 3  # Thursday, Sunday, Monday
    for url in ("/contact/", "/"):
        html = page(client.get(url))
        assert "مغلق اليوم: يوم حداد. نعود الخميس الساعة 8:00\u00a0صباحًا" in html
    assert "نرد قبل نهاية يوم الاثنين 30 نوفمبر" in page(client.get("/contact/"))


def test_coming_closure_is_told_on_the_contact_page(client: Client) -> None:
    assert "نغلق" not in page(client.get("/contact/"))
    with time_machine.travel(datetime(2027, 2, 20, 9, tzinfo=UTC), tick=False):
        html = page(client.get("/contact/"))
        assert "نغلق الاثنين 22 فبراير: يوم التأسيس." in html
    with time_machine.travel(datetime(2027, 2, 23, 9, tzinfo=UTC), tick=False):
        html = page(client.get("/en/contact/"))
        assert "We are closed from Thursday 4 March to Saturday 13 March: Eid al-Fitr" in html
    with time_machine.travel(datetime(2027, 3, 7, 9, tzinfo=UTC), tick=False):
        html = page(client.get("/en/contact/"))
        assert "We are closed" not in html
        assert (
            "Closed today: Eid al-Fitr Holiday. We are back on Sunday 14 March at 8:00\u00a0AM"
            in html
        )
