"""Tickets that belong together: linked, joined into one, a second matter split off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from sawtak.errors import NotTogether
from sawtak.models import Ticket, TicketLink
from sawtak.rules import hindrance_to_join
from sawtak.selectors import conversation_of
from sawtak.services import answer_ticket, close_ticket, reply_from_sender
from sawtak.services.joining import merge_ticket
from tests import personas
from tests.sawtak import tickets
from tests.sawtak.staff_pages import act, address, opened

pytestmark = pytest.mark.django_db

LATER = tickets.NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _arabic():
    with translation.override("ar"):
        yield


def proved(client: Client, ticket: Ticket) -> Client:
    """Give a browser that proved a ticket's mobile by the code."""
    client.post("/sawtak/track/", {"reference": ticket.reference, "identifier": ticket.mobile})
    client.post(f"/sawtak/{ticket.reference}/code/", {"send": "1"})
    client.post(f"/sawtak/{ticket.reference}/code/", {"code": tickets.code_sent()})
    return client


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        ({"national_ids": ("", "1000000024")}, ""),
        ({"mobiles": ("+966500000007", "+966500000008")}, "mobile"),
        ({"national_ids": ("1000000016", "1000000024")}, "person"),
        ({"statuses": ("new", "answered")}, "ended"),
        ({"are_merged": True}, "ended"),
        ({"statuses": ("withdrawn", "new")}, "done"),
    ],
)
def test_only_what_one_sender_sent_comes_together(changed, why):
    facts = {
        "mobiles": ("+966500000007", "+966500000007"),
        "national_ids": ("1000000024", "1000000024"),
        "statuses": ("new", "in_progress"),
        "are_merged": False,
    }
    assert hindrance_to_join(**facts | changed) == why


def test_a_duplicate_goes_into_the_other_ticket_with_its_words(client):
    personas.sign_in_staff(client, "agent")
    first = tickets.file(message="لم تصل دفعة نوفمبر.")
    second = tickets.file(message="أسأل مرة أخرى عن الدفعة.", now=LATER)
    reply_from_sender(
        ticket_id=first.pk, text="وما زلت أنتظر.", attachments=[], now=LATER + timedelta(hours=1)
    )
    seen = opened(client, second)
    assert act(client, second, "merge", seen, into=first.reference).status_code == 302
    second.refresh_from_db()
    assert (second.status, second.merged_into) == ("closed", first)
    words = [turn.message.text for turn in conversation_of(first)]
    assert words == ["لم تصل دفعة نوفمبر.", "أسأل مرة أخرى عن الدفعة.", "وما زلت أنتظر."]
    assert [event.kind for event in second.events.all()] == ["moved", "merged"]
    assert first.events.last().kind == "took_in"
    assert tickets.texts_sent("ticket_merged") == [
        f"حساب المواطن: ضممنا طلبك {second.reference} إلى طلبك {first.reference}."
        f" تابعهما برقم {first.reference}."
    ]
    assert not tickets.texts_sent("ticket_closed")
    assert "أسأل مرة أخرى" in tickets.page(client.get(address(first)))
    # A second press of the old page joins nothing once more.
    assert "لم يُحفظ" in tickets.page(act(client, second, "merge", seen, into=first.reference))
    assert len(tickets.texts_sent("ticket_merged")) == 1


def test_the_sender_of_a_joined_ticket_is_led_to_the_other(client):
    first, second = tickets.file(message="الأول"), tickets.file(message="الثاني")
    merge_ticket(
        ticket_id=second.pk,
        into_id=first.pk,
        by=personas.staff("agent"),
        seen_status="new",
        now=LATER,
    )
    # Who knows of it without the proof reads no other number.
    client.post("/sawtak/track/", {"reference": second.reference, "identifier": second.mobile})
    assert first.reference not in tickets.page(client.get(f"/sawtak/{second.reference}/"))
    proved(client, second)
    page = tickets.page(client.get(f"/sawtak/{second.reference}/"))
    assert f"/sawtak/{first.reference}/" in page
    assert 'name="message"' not in page
    # The same proof opens the one that goes on, with both conversations.
    page = tickets.page(client.get(f"/sawtak/{first.reference}/"))
    assert "الأول" in page
    assert "الثاني" in page
    answered = client.post(f"/sawtak/{second.reference}/", {"message": "من صفحة قديمة"})
    assert answered.url == f"/sawtak/{first.reference}/"
    assert first.messages.last().text == "من صفحة قديمة"
    assert Ticket.objects.get(pk=second.pk).status == "closed"


def test_what_was_joined_before_goes_along_and_different_senders_do_not(client):
    agent = personas.sign_in_staff(client, "agent")
    one, two, three = tickets.file(), tickets.file(), tickets.file()
    for ticket, into in ((one, two), (two, three)):
        merge_ticket(ticket_id=ticket.pk, into_id=into.pk, by=agent, seen_status="new", now=LATER)
    one.refresh_from_db()
    assert one.merged_into == three
    assert len(conversation_of(three)) == 3
    stranger = tickets.file(mobile="+966500000099")
    seen = opened(client, stranger)
    text = tickets.page(act(client, stranger, "merge", seen, into=three.reference))
    assert "جوالين مختلفين" in text
    assert three.reference in text  # what was typed
    with pytest.raises(NotTogether, match="same"):
        merge_ticket(ticket_id=three.pk, into_id=three.pk, by=agent, seen_status="new", now=LATER)
    assert "لا يوجد طلب بهذا الرقم" in tickets.page(
        act(client, stranger, "merge", seen, into="7000000000")
    )


def test_two_tickets_are_linked_for_staff_and_unlinked(client):
    personas.sign_in_staff(client, "agent")
    one, two = tickets.file(), tickets.file(mobile="+966500000099")
    for _again in range(2):
        act(client, two, "link", {}, other=one.reference)
    assert TicketLink.objects.count() == 1
    for this, other in ((one, two), (two, one)):
        assert other.reference in tickets.page(client.get(address(this)))
        assert this.events.filter(kind="linked", other=other).count() == 1
    assert two.reference not in tickets.page(proved(Client(), one).get(f"/sawtak/{one.reference}/"))
    act(client, one, "unlink", {}, other=str(two.pk))
    assert not TicketLink.objects.exists()
    personas.sign_in_staff(client, "auditor")
    assert act(client, one, "link", {}, other=two.reference).status_code == 403


def test_a_second_matter_gets_a_ticket_of_its_own(client):
    agent = personas.sign_in_staff(client, "agent")
    ticket = tickets.file(message="لم تصل الدفعة.")
    later = LATER + timedelta(days=1)
    reply_from_sender(ticket_id=ticket.pk, text="وتغيّر جوالي.", attachments=[], now=later)
    chosen = ticket.messages.last()
    seen = opened(client, ticket)
    typed = {"said": [str(chosen.pk)], "category": "sign_in"}
    assert 'name="said"' in tickets.page(act(client, ticket, "split", seen, category="sign_in"))
    assert act(client, ticket, "split", seen, **typed).status_code == 302
    second = Ticket.objects.exclude(pk=ticket.pk).get()
    assert (second.category, second.mobile, second.status) == ("sign_in", ticket.mobile, "new")
    assert [each.text for each in second.messages.all()] == ["وتغيّر جوالي."]
    assert second.received_at == later
    assert ticket.messages.count() == 2
    assert second.events.last().kind == "split_off"
    told = tickets.texts_sent("ticket_split")
    assert len(told) == 1
    assert second.reference in told[0]
    assert second.reference in tickets.page(client.get(address(ticket)))
    assert "لم يُحفظ" in tickets.page(act(client, ticket, "split", seen, **typed))
    assert Ticket.objects.count() == 2
    answer_ticket(ticket_id=second.pk, agent=agent, text="رد", seen_status="new", now=later)
    close_ticket(ticket_id=second.pk, agent=agent, reason="تم", seen_status="answered", now=later)
    ticket.refresh_from_db()
    assert ticket.status == "new"
