"""The home page: true dates, no cookie, few statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.views.home import next_payment_day
from tests.factories import CycleFactory
from tests.personas import head, sign_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def _cycles() -> None:
    for code, announced_on, deadline in (
        ("2026-11", date(2026, 10, 29), date(2027, 1, 27)),
        ("2026-10", date(2026, 9, 29), date(2026, 12, 28)),
        ("2026-08", date(2026, 7, 29), date(2026, 10, 27)),
    ):
        CycleFactory.create(code=code, announced_on=announced_on, filing_deadline=deadline)
    CycleFactory.create(code="2026-12")


def text_of(client: Client, path: str = "/en/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.usefixtures("_cycles")
class TestDates:
    def test_newest_announced_cycle_with_its_last_filing_day(self, client: Client) -> None:
        text = text_of(client)
        assert "The results of November 2026 are announced" in text
        assert "until the end of Wednesday 27 January 2027 (19 Sha'ban 1448 AH)" in text

    def test_coming_dates_are_those_of_the_data_in_order(self, client: Client) -> None:
        text = text_of(client)
        october = text.index("Last day to object to the results of October 2026")
        november = text.index("Last day to object to the results of November 2026")
        assert text.index("Usual day of payment") < october < november
        assert "August 2026" not in text
        assert "December 2026" not in text.replace("28 December 2026", "").replace(
            "10 December 2026", ""
        )

    def test_last_day_is_today_until_midnight(
        self, client: Client, clock: time_machine.Coordinates
    ) -> None:
        clock.move_to(datetime(2026, 12, 28, 20, 59, 59, tzinfo=UTC))
        assert "results of October 2026" in text_of(client)
        clock.move_to(datetime(2026, 12, 28, 21, 0, tzinfo=UTC))
        assert "results of October 2026" not in text_of(client)

    def test_closed_newest_cycle_says_so(
        self, client: Client, clock: time_machine.Coordinates
    ) -> None:
        clock.move_to(datetime(2027, 2, 1, tzinfo=UTC))
        assert "The time to object to them ended" in text_of(client)

    def test_arabic_names_the_cycle_as_people_do(self, client: Client) -> None:
        text = text_of(client, "/")
        assert "أُعلنت نتائج دورة نوفمبر 2026" in text
        assert "19 شعبان 1448\u00a0هـ" in text


@pytest.mark.parametrize(
    ("today", "payment"),
    [
        (date(2026, 11, 10), date(2026, 11, 10)),
        (date(2026, 11, 11), date(2026, 12, 10)),
        (date(2026, 12, 11), date(2027, 1, 10)),
    ],
    ids=["on-the-day", "the-day-after", "into-the-new-year"],
)
def test_next_usual_day_of_payment(today: date, payment: date) -> None:
    assert next_payment_day(today) == payment


def test_opens_before_anything_was_announced(client: Client) -> None:
    text = text_of(client)
    assert "are announced" not in text
    assert "Usual day of payment" in text


def test_says_whether_the_call_centre_is_open(
    client: Client, clock: time_machine.Coordinates
) -> None:
    assert "Open now, closes at 8:00\u00a0PM" in text_of(client)
    clock.move_to(datetime(2026, 11, 26, 18, 0, tzinfo=UTC))  # Thursday evening
    assert "Closed now, opens on Sunday at 8:00\u00a0AM" in text_of(client)


def test_visitor_gets_no_cookie_and_one_statement(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/")
    assert not response.cookies
    assert len(queries) == 1
    assert "max-age=300" in response["Cache-Control"]


def test_questions_lead_to_their_answers(client: Client) -> None:
    answers = text_of(client, "/en/help/")
    for anchor in ("not-eligible", "window", "changed-mobile", "accepted"):
        assert f'href="/en/help/#{anchor}"' in text_of(client)
        assert f'id="{anchor}"' in answers


def test_signed_in_person_is_led_to_their_file(client: Client) -> None:
    sign_in(client, head())
    response = client.get("/en/")
    assert '<a class="btn btn-white btn-lg" href="/en/profile/">' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
