"""The list of tickets narrowed by type, by channel and by the days on which they were received."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from django.utils.translation import override

from sawtak.models import Channel, ReplyTemplate, Ticket, TicketType
from tests import personas
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LIST = "/admin/sawtak/ticket/"


@pytest.fixture(autouse=True)
def desk(client: Client) -> Any:
    personas.sign_in_staff(client, "supervisor")
    with override("ar"):
        yield client


def shown(client: Client, **query: str) -> set[str]:
    """Give the references of the list that an address narrows."""
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {ticket.reference for ticket in response.context["cl"].result_list}


def received(at: datetime) -> str:
    return tickets.file(now=at).reference


def test_type_and_channel_narrow_alone_and_together(client: Client) -> None:
    by_phone = tickets.file(category="payments")
    Ticket.objects.filter(pk=by_phone.pk).update(channel=Channel.PHONE)
    on_the_web = tickets.file(category="payments")
    about_data = tickets.file(category="sign_in")
    assert shown(client, category="payments") == {by_phone.reference, on_the_web.reference}
    assert shown(client, channel="web") == {on_the_web.reference, about_data.reference}
    assert shown(client, category="payments", channel="phone") == {by_phone.reference}
    assert shown(client, category="sign_in", channel="phone") == set()
    assert shown(client, category="payments", status="closed") == set()
    assert shown(client, channel="letter") == set(), "nothing ever came so"


def test_type_that_is_offered_no_more_still_narrows(client: Client) -> None:
    ticket = tickets.file(category="suspension")
    tickets.file(category="payments")
    kind = TicketType.objects.get(code="suspension")
    kind.is_active = False
    kind.save()
    assert shown(client, category="suspension") == {ticket.reference}


def test_days_are_civil_days_in_riyadh_with_both_ends_in_them(client: Client) -> None:
    before = received(datetime(2026, 11, 21, 20, 59, 59, tzinfo=UTC))
    first = received(datetime(2026, 11, 21, 21, 0, tzinfo=UTC))
    last = received(datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC))
    after = received(datetime(2026, 11, 23, 21, 0, tzinfo=UTC))
    assert shown(client, received_from="22/11/2026", received_to="23/11/2026") == {first, last}
    assert shown(client, received_from="2026-11-22") == {first, last, after}
    assert shown(client, received_to="٢٣/١١/٢٠٢٦") == {before, first, last}
    assert shown(client, received_from="۲۴/۱۱/۲۰۲۶ م") == {after}
    assert shown(client, received_from=" ", received_to="") == {before, first, last, after}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"received_from": "24/11/2026", "received_to": "2026-11-23"}, "هذا اليوم قبل اليوم الأول"),
        ({"received_from": "31/11/2026"}, "لا يوجد يوم كهذا"),
        ({"received_to": "1448-06-10"}, "السنة الميلادية"),
        ({"received_to": "أمس"}, "23/09/2027"),
        ({"received_from": "9999-12-31"}, "السنة الميلادية"),
        ({"received_from": "<b>1</b>"}, "23/09/2027"),
    ],
    ids=["reversed", "no-such-day", "hijri", "words", "year-9999", "markup"],
)
def test_span_that_cannot_be_is_said_and_shows_nothing(
    client: Client, query: dict[str, str], said: str
) -> None:
    ticket = tickets.file()
    response = client.get(LIST, query | {"category": "payments"})
    text = tickets.page(response)
    assert response.status_code == 200
    assert said in text.partition("list-filters")[2], "beside its field"
    assert "<title>خطأ" in text
    assert "صحّح ما عليه علامة" in text
    assert ticket.reference not in text
    for typed in query.values():
        assert f'value="{escape(typed)}"' in text
    assert '<option value="payments" selected>' in text


def test_form_keeps_the_views_and_the_next_page_keeps_the_form(client: Client) -> None:
    for _number in range(26):
        tickets.file()
    query = {"status": "all", "category": "payments", "received_from": "٢٤/١١/٢٠٢٦"}
    response = client.get(LIST, query)
    text = tickets.page(response)
    assert '<input type="hidden" name="status" value="all">' in text
    assert 'value="٢٤/١١/٢٠٢٦"' in text
    page = response.context["cl"].page
    assert len(page.rows) == 25
    assert len(shown(client, **query, p=page.next)) == 1


def test_nothing_that_fits_is_not_called_an_empty_list(client: Client) -> None:
    tickets.file()
    assert "اختر شروطًا أقل" in tickets.page(client.get(LIST, {"channel": "letter"}))
    assert "اختر شروطًا أقل" not in tickets.page(client.get(LIST))


def test_answer_to_all_of_a_list_reaches_what_it_shows_alone(client: Client) -> None:
    template = ReplyTemplate.objects.filter(is_active=True).first()
    assert template is not None
    wanted, other = tickets.file(category="sign_in"), tickets.file(category="payments")
    many = {"template": str(template.pk), "all": "1"}
    told = client.post(f"{LIST}many/?category=sign_in", many)
    assert "/many/" in told.headers["Location"]
    text = tickets.page(client.get(told.headers["Location"]))
    assert wanted.reference in text
    assert other.reference not in text
    faulty = client.post(f"{LIST}many/?received_from=31/11/2026", many)
    assert faulty.headers["Location"].startswith(f"{LIST}?")
