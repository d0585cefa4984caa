"""Two who work on a ticket at once, whose it is, and what staff note for each other (O29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from sawtak.errors import ReceiverMissing, TransitionRefused
from sawtak.selectors import version_of
from sawtak.services import (
    answer_ticket,
    close_ticket,
    hand_over_ticket,
    put_back_ticket,
    reply_from_sender,
    take_ticket,
)
from tests import personas
from tests.sawtak import tickets
from tests.sawtak.staff_pages import act, address, opened
from tests.storing import files_in

pytestmark = pytest.mark.django_db

LATER = tickets.NOW + timedelta(hours=1)
NOTE = "اتصل به الزميل صباحًا ولم يرد."


@pytest.fixture(autouse=True)
def arabic_and_files(tmp_path: Path) -> Iterator[None]:
    with files_in(tmp_path), translation.override("ar"):
        yield


def test_who_closes_from_an_old_page_is_refused_and_one_answer_is_told(client):
    first = personas.staff("agent", display_name="منى الأولى")
    second = personas.sign_in_staff(client, "agent")
    ticket = take_ticket(ticket_id=tickets.file().pk, agent=first, seen_status="new", now=LATER)
    old_page = opened(client, ticket)
    answer_ticket(ticket_id=ticket.pk, agent=first, text="رد", seen_status="in_progress", now=LATER)
    text = tickets.page(act(client, ticket, "close", old_page, reason="طلب مكرر."))
    assert "منى الأولى" in text
    assert "تم الرد" in text
    assert "طلب مكرر." in text  # what was typed
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == ("answered", 2)
    assert len(tickets.texts_sent("ticket_answered")) == 1
    assert not tickets.texts_sent("ticket_closed")
    refused = ticket.events.get(is_refused=True)
    assert (refused.kind, refused.actor, refused.to_status) == ("close", second, "answered")
    assert "محاولة مرفوضة" in text
    # The page now shows what is: the same reason from it counts.
    now = {"seen_status": "answered", "seen_version": version_of(ticket.pk)}
    assert act(client, ticket, "close", now, reason="طلب مكرر.").status_code == 302


def test_what_the_sender_adds_meanwhile_stops_an_answer_and_is_shown(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    old_page = opened(client, ticket)
    added = "وصلت الدفعة اليوم، شكرًا."
    reply_from_sender(ticket_id=ticket.pk, text=added, attachments=[], now=LATER)
    text = tickets.page(act(client, ticket, "answer", old_page, text="نعيد الإيداع غدًا."))
    assert "كتب المرسل" in text
    assert added in text
    assert "نعيد الإيداع غدًا." in text
    assert not tickets.texts_sent("ticket_answered")
    assert act(client, ticket, "answer", opened(client, ticket), text="وصلت.").status_code == 302


def test_a_ticket_is_handed_over_and_put_back(client):
    holder = personas.sign_in_staff(client, "agent")
    colleague = personas.staff("agent", display_name="سعد الزميل")
    ticket = take_ticket(ticket_id=tickets.file().pk, agent=holder, seen_status="new", now=LATER)
    seen = opened(client, ticket)
    act(client, ticket, "hand_over", seen, to=colleague.pk, why="يعرف الأسرة")
    ticket.refresh_from_db()
    assert (ticket.assigned_to, ticket.status) == (colleague, "in_progress")
    assert "سعد الزميل: يعرف الأسرة" in tickets.page(client.get(address(ticket)))
    # No longer theirs: neither offered nor done from the old page.
    assert 'value="hand_over"' not in tickets.page(client.get(address(ticket)))
    assert "لم يُحفظ" in tickets.page(act(client, ticket, "hand_over", seen))
    ticket.refresh_from_db()
    assert ticket.assigned_to == colleague
    personas.sign_in_staff(client, "supervisor")
    act(client, ticket, "hand_over", opened(client, ticket))
    ticket.refresh_from_db()
    assert ticket.assigned_to is None
    assert ticket.events.last().kind == "put_back"
    assert not tickets.texts_sent("ticket_answered")


def test_a_ticket_goes_only_to_who_answers_and_from_who_has_it():
    holder, other = personas.staff("agent"), personas.staff("agent")
    ticket = take_ticket(ticket_id=tickets.file().pk, agent=holder, seen_status="new", now=LATER)
    seen = {"ticket_id": ticket.pk, "note": "", "seen_status": "in_progress", "now": LATER}
    with pytest.raises(TransitionRefused):
        put_back_ticket(**seen, by=other)
    with pytest.raises(ReceiverMissing):
        hand_over_ticket(**seen, by=holder, to=personas.staff("auditor"))
    close_ticket(
        ticket_id=ticket.pk, agent=holder, reason="مكرر", seen_status="in_progress", now=LATER
    )
    with pytest.raises(TransitionRefused):
        hand_over_ticket(**(seen | {"seen_status": "closed"}), by=holder, to=other)


def test_a_note_is_for_staff_only_and_stays(client):
    agent = personas.sign_in_staff(client, "agent")
    person = personas.head()
    ticket = tickets.file(
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
        full_name=person.full_name,
    )
    assert act(client, ticket, "note", {}, note=NOTE).status_code == 302
    assert "يراها الموظفون وحدهم" in tickets.page(client.get(address(ticket)))
    assert NOTE in tickets.page(client.get(address(ticket)))
    assert (ticket.notes.get().author, ticket.messages.count()) == (agent, 1)
    assert not any(NOTE in text for text in tickets.texts_sent("ticket_received"))
    citizen = Client()
    personas.sign_in(citizen, person)
    for page in (f"/sawtak/{ticket.reference}/", "/profile/"):
        text = tickets.page(citizen.get(page))
        assert ticket.reference in text
        assert NOTE not in text
    tracked = {"reference": ticket.reference, "identifier": person.national_id}
    assert NOTE not in tickets.page(citizen.post("/sawtak/track/", tracked, follow=True))
    with pytest.raises(IntegrityError), transaction.atomic():
        ticket.notes.update(text="غيره")
    personas.sign_in_staff(client, "caseworker")
    assert act(client, ticket, "note", {}, note=NOTE).status_code == 403


def test_files_of_an_answer_are_checked_and_fetched_by_the_sender(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    ticket = tickets.file(
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
        full_name=person.full_name,
    )
    seen = opened(client, ticket)
    bad = SimpleUploadedFile("خطاب.png", b"MZ, no picture", content_type="image/png")
    refused = tickets.page(act(client, ticket, "answer", seen, text="الخطاب", attachments=bad))
    assert 'id="id_attachments_error"' in refused
    assert ticket.messages.count() == 1
    sent = act(client, ticket, "answer", seen, text="الخطاب", attachments=tickets.png("خطاب.png"))
    assert sent.status_code == 302
    kept = ticket.messages.last().attachments.get().document
    citizen = Client()
    url = f"/sawtak/{ticket.reference}/files/{kept.uuid}/"
    assert citizen.get(url).status_code == 404
    personas.sign_in(citizen, person)
    assert url in tickets.page(citizen.get(f"/sawtak/{ticket.reference}/"))
    assert citizen.get(url).status_code == 200
