"""Withdrawing a ticket and rating it: the services, and the pages to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from saudi.hijri import HijriDate
from sawtak.errors import AlreadyRated, TransitionRefused
from sawtak.models import Ticket, TicketRating
from sawtak.selectors import events_of
from sawtak.services import (
    answer_ticket,
    ask_sender,
    close_ticket,
    rate_ticket,
    take_ticket,
    withdraw_ticket,
)
from tests.factories import StaffFactory
from tests.personas import head, outsider, sign_in, sign_in_staff
from tests.sawtak.tickets import MOBILE, NOW, code_sent, file, form, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stand at one instant."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def moved(ticket: Ticket, status: str) -> Ticket:
    """Bring a new ticket to a status as staff do."""
    step = {"ticket_id": ticket.pk, "agent": StaffFactory.create(), "seen_status": "new"}
    if status == "in_progress":
        return take_ticket(**step, now=NOW)
    if status == "awaiting_citizen":
        return ask_sender(**step, text="؟", now=NOW)
    if status == "answered":
        return answer_ticket(**step, text="رد", now=NOW)
    if status == "closed":
        return close_ticket(**step, reason="مكرر", now=NOW)
    return ticket


def own(client: Client, status: str = "new") -> Ticket:
    """Give a ticket of the person who is signed in with a browser."""
    person = head(mobile=MOBILE, birth_date=HijriDate(1404, 7, 1))
    sign_in(client, person)
    return moved(file(national_id=person.national_id), status)


def url(ticket: Ticket, step: str = "") -> str:
    return f"/sawtak/{ticket.reference}/{step}"


# Withdrawing -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["new", "in_progress", "awaiting_citizen"])
def test_open_ticket_is_withdrawn_once(status: str) -> None:
    ticket = moved(file(), status)
    for _click in range(2):
        ticket = withdraw_ticket(ticket_id=ticket.pk, now=NOW)
    assert ticket.status == "withdrawn"
    last = events_of(ticket)[-1]
    assert (last.from_status, last.to_status, last.actor_id) == (status, "withdrawn", None)
    assert [event.to_status for event in events_of(ticket)].count("withdrawn") == 1


@pytest.mark.parametrize("status", ["answered", "closed"])
def test_ticket_that_is_over_is_not_withdrawn(client: Client, status: str) -> None:
    ticket = own(client, status)
    with pytest.raises(TransitionRefused):
        withdraw_ticket(ticket_id=ticket.pk, now=NOW)
    assert "اسحب الطلب" not in page(client.get(url(ticket)))
    for send in (client.get, client.post):
        response = send(url(ticket, "withdraw/"), follow=True)
        assert "لا تستطيع سحب هذا الطلب الآن" in page(response)


def test_page_says_what_withdrawing_means_and_changes_nothing_before_the_press(
    client: Client,
) -> None:
    ticket = own(client)
    assert url(ticket, "withdraw/") in page(client.get(url(ticket)))
    assert "لن يصلك رد" in page(client.get(url(ticket, "withdraw/")))
    ticket.refresh_from_db()
    assert ticket.status == "new"
    response = client.post(url(ticket, "withdraw/"), follow=True)
    html = page(response)
    assert "سحبت الطلب. توقفنا عن العمل عليه." in html
    assert 'href="/sawtak/new/"' in html
    assert 'name="message"' not in html
    ticket.refresh_from_db()
    assert ticket.status == "withdrawn"


@pytest.mark.parametrize("step", ["withdraw/", "rate/"])
def test_others_get_404_and_who_filed_it_confirms_the_mobile_first(
    client: Client, step: str
) -> None:
    client.post("/sawtak/new/", form())
    ticket = moved(Ticket.objects.get(), "answered" if step == "rate/" else "new")
    data = {"stars": "1", "comment": "لم يفدني الرد"}
    stranger = Client()
    sign_in(stranger, outsider())
    for other in (Client(), stranger):
        assert other.post(url(ticket, step), data).status_code == 404
        assert other.get(url(ticket, step)).status_code == 404
    response = client.post(url(ticket, step), data)
    assert response.headers["Location"] == url(ticket, "code/")
    status = ticket.status
    ticket.refresh_from_db()
    assert ticket.status == status
    assert not TicketRating.objects.exists()
    client.post(url(ticket, "code/"), {"send": "1"})
    client.post(url(ticket, "code/"), {"code": code_sent()})
    assert ("لم يفدني الرد" in page(client.get(url(ticket)))) is (step == "rate/")


# Rating ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["answered", "closed"])
def test_rating_is_kept_once_and_never_changed(status: str) -> None:
    ticket = moved(file(), status)
    for _click in range(2):
        rating = rate_ticket(ticket_id=ticket.pk, stars=4, comment="شكرًا", now=NOW)
    assert (rating.stars, rating.comment, rating.rated_at) == (4, "شكرًا", NOW)
    with pytest.raises(AlreadyRated):
        rate_ticket(ticket_id=ticket.pk, stars=1, comment="شكرًا", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TicketRating.objects.update(stars=5)
    assert str(TicketRating.objects.get()) == f"4 of 5 for ticket {ticket.pk}"


@pytest.mark.parametrize("stars", [0, 6])
def test_database_takes_one_to_five(stars: int) -> None:
    ticket = moved(file(), "answered")
    with pytest.raises(IntegrityError), transaction.atomic():
        rate_ticket(ticket_id=ticket.pk, stars=stars, comment="", now=NOW)


def test_open_ticket_is_not_rated(client: Client) -> None:
    ticket = own(client)
    assert 'name="stars"' not in page(client.get(url(ticket)))
    response = client.post(url(ticket, "rate/"), {"stars": "5"}, follow=True)
    assert "بعد أن نرد عليه" in page(response)
    assert not TicketRating.objects.exists()


def test_sender_rates_and_staff_read_it(client: Client) -> None:
    ticket = own(client, "answered")
    wrong = page(client.post(url(ticket, "rate/"), {"stars": "6", "comment": "كان الرد واضحًا"}))
    assert "اختر رقمًا من 1 إلى 5." in wrong
    assert "كان الرد واضحًا" in wrong
    data = {"stars": "4", "comment": "كان الرد واضحًا"}
    html = page(client.post(url(ticket, "rate/"), data, follow=True))
    assert "4 من 5" in html
    assert "كان الرد واضحًا" in html
    assert 'name="stars"' not in html
    again = client.post(url(ticket, "rate/"), {"stars": "1"}, follow=True)
    assert "يبقى تقييمك الأول" in page(again)
    assert client.get(url(ticket, "rate/")).headers["Location"] == url(ticket)
    sign_in_staff(client, "agent")
    staff_page = page(client.get(f"/admin/sawtak/ticket/{ticket.pk}/change/"))
    assert "تقييم المرسل" in staff_page
    assert "4 من 5" in staff_page


def test_comment_is_optional_and_short(client: Client) -> None:
    ticket = own(client, "closed")
    long = page(client.post(url(ticket, "rate/"), {"stars": "2", "comment": "أ" * 501}))
    assert "500" in long
    client.post(url(ticket, "rate/"), {"stars": "2"})
    assert TicketRating.objects.get().comment == ""
