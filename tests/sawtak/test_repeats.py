"""The same request sent again: it joins the open one, and tells nobody what they did not know."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from access.models import LimitCounter
from notifications.models import Message
from sawtak.models import Ticket, TicketAttachment, TicketMessage, TicketRepeat
from sawtak.rules import REPEAT_DAYS
from sawtak.services import Sender, withdraw_ticket
from tests.personas import head, sign_in, sign_in_staff
from tests.sawtak.tickets import MOBILE, NOW, file, form, page, png, texts_sent

NEW = "/en/sawtak/new/"
LONG = "لم تصل دفعة نوفمبر إلى حسابي حتى اليوم، واتصلت بالبنك فقال إن الحساب سليم ونشط."
SHORT = "لم تصل الدفعة."
JOINED = "You sent this before"

pytestmark = pytest.mark.django_db


def send(client: Client, token: str, **fields: Any) -> str:
    response = client.post(NEW, form(token=token, **fields))
    assert response.status_code == 302
    return str(response.headers["Location"])


def test_same_request_joins_the_open_one_and_says_so(client: Client) -> None:
    first = send(client, "one", message=LONG)
    assert JOINED not in page(client.get(first))
    other = Client()
    again = send(
        other, "two", message=f"  {LONG.replace('إ', 'ا')}\n", attachments=[png("ورقة.png")]
    )
    assert again == first
    ticket = Ticket.objects.get()
    told = page(other.get(again))
    assert JOINED in told
    assert ticket.reference in told
    assert LONG not in told, "an acknowledgement shows no words"
    assert TicketRepeat.objects.get().ticket == ticket
    assert TicketMessage.objects.filter(ticket=ticket).count() == 2
    assert TicketAttachment.objects.get().document.name == "ورقة.png"
    texts = texts_sent("ticket_received")
    assert len(texts) == 2
    assert all(ticket.reference in text for text in texts)
    # The same press once more is neither a repeat nor an SMS (O13).
    assert send(
        other, "two", message=f"  {LONG.replace('إ', 'ا')}\n", attachments=[png("ورقة.png")]
    )
    assert (TicketRepeat.objects.count(), Message.objects.count()) == (1, 2)
    assert LimitCounter.objects.filter(count__gt=2).count() == 0


def test_another_word_type_person_or_number_is_another_request(client: Client) -> None:
    send(client, "one", message=LONG)
    for number, change in enumerate(
        (
            {"message": f"{LONG} شكرًا"},
            {"category": "eligibility"},
            {"national_id": "1000000008"},
            {"mobile": "0500000009"},
            {"full_name": "ناصر سعيد التجريبي"},
            {"birth_day": "2"},
        )
    ):
        send(client, f"other-{number}", **{"message": LONG} | change)
    assert Ticket.objects.count() == 7
    assert not TicketRepeat.objects.exists()


def test_short_text_joins_only_what_its_sender_knows_of(client: Client) -> None:
    person = head(mobile=MOBILE)
    facts = {
        "message": SHORT,
        "national_id": person.national_id,
        "birth_day": str(person.birth_date.day),
        "birth_month": str(person.birth_date.month),
        "birth_year": str(person.birth_date.year),
    }
    first = send(client, "one", **facts)
    stranger = Client()
    theirs = send(stranger, "two", **facts)
    assert theirs != first, "whoever guesses the words learns nothing"
    assert JOINED not in page(stranger.get(theirs))
    assert send(client, "three", **facts) == first, "this browser filed it"
    owner = Client()
    sign_in(owner, person)
    assert send(owner, "four", **facts) == first, "theirs, by their own mobile"
    assert (Ticket.objects.count(), TicketRepeat.objects.count()) == (2, 2)


@pytest.mark.parametrize(("days", "tickets"), [(REPEAT_DAYS, 1), (REPEAT_DAYS + 1, 2)])
def test_days_in_which_it_joins(days: int, tickets: int) -> None:
    file(message=LONG, now=NOW)
    file(message=LONG, now=NOW + timedelta(days=days), sender=Sender())
    assert Ticket.objects.count() == tickets


def test_ticket_that_is_over_takes_no_repeat_and_staff_never_join() -> None:
    first = file(message=LONG)
    assert file(message=LONG).pk != first.pk, "without a sender nothing is joined"
    for each in Ticket.objects.all():
        withdraw_ticket(ticket_id=each.pk, now=NOW)
    file(message=LONG, sender=Sender())
    assert Ticket.objects.count() == 3


def test_staff_read_how_often_it_came(client: Client) -> None:
    ticket = file(message=LONG)
    for _n in range(2):
        file(message=LONG, sender=Sender())
    sign_in_staff(client, "agent")
    html = page(client.get(f"/en/admin/sawtak/ticket/{ticket.pk}/change/"))
    assert "Sent again" in html


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_ticket() -> None:
    made: list[int] = []
    start = threading.Barrier(3)

    def press() -> None:
        try:
            start.wait()
            made.append(file(message=LONG, sender=Sender()).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(made) == 3
    assert len(set(made)) == Ticket.objects.count() == 1
    assert TicketRepeat.objects.count() == 2
