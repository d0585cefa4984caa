"""Tickets in the staff site: who may see, take, answer, ask and close, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from documents.models import DocumentOpening
from sawtak.models import Ticket
from sawtak.services import take_ticket
from sawtak.statuses import TicketStatus
from tests import personas
from tests.sawtak import tickets
from tests.storing import files_in

pytestmark = pytest.mark.django_db

LIST = "/admin/sawtak/ticket/"
TEXT = "نُعيد إيداع الدفعة يوم 10 ديسمبر."


@pytest.fixture(autouse=True)
def attachments(tmp_path: Path) -> Iterator[None]:
    with files_in(tmp_path), translation.override("ar"):
        yield


def address(ticket: Ticket) -> str:
    return reverse("admin:sawtak_ticket_change", args=[ticket.pk])


def act(client: Client, ticket: Ticket, action: str, **fields: str) -> Any:
    seen = {"action": action, "seen_status": ticket.status}
    return client.post(address(ticket), seen | fields)


def status_of(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


# What staff read of the sender --------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said", "unsaid"),
    [
        pytest.param({}, "ليست في السجل", "لم يُكتب رقم هوية", id="unknown-id"),
        pytest.param(
            {"national_id": "", "birth_date": None},
            "لم يُكتب رقم هوية",
            "ليست في السجل",
            id="no-id",
        ),
    ],
)
def test_a_sender_without_an_id_is_not_called_unknown(client, fields, said, unsaid):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file(**fields)
    for where in (LIST, address(ticket)):
        text = tickets.page(client.get(where))
        assert said in text
        assert unsaid not in text


# What an agent does ------------------------------------------------------------


def test_an_agent_takes_a_ticket(client):
    agent = personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    response = act(client, ticket, "take")
    assert response.url == address(ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assigned_to) == (TicketStatus.IN_PROGRESS, agent)
    assert "أخذت الطلب." in tickets.page(client.get(response.url))


def test_an_answer_is_on_the_page_and_told_by_sms(client):
    agent = personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    act(client, ticket, "answer", text=TEXT)
    assert status_of(ticket) == TicketStatus.ANSWERED
    assert ticket.messages.get(author=agent).text == TEXT
    assert len(tickets.texts_sent("ticket_answered")) == 1


def test_a_question_waits_for_the_sender(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    act(client, ticket, "ask", text="ما رقم حسابك الجديد؟")
    assert status_of(ticket) == TicketStatus.AWAITING_CITIZEN
    assert "بانتظار رد المرسل" in tickets.page(client.get(address(ticket)))
    assert len(tickets.texts_sent("ticket_question")) == 1


def test_a_ticket_is_closed_with_its_reason(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    act(client, ticket, "close", reason="طلب مكرر.")
    assert status_of(ticket) == TicketStatus.CLOSED
    assert ticket.events.last().reason == "طلب مكرر."
    assert len(tickets.texts_sent("ticket_closed")) == 1


ACTIONS = [
    ("take", {}),
    ("answer", {"text": TEXT}),
    ("ask", {"text": TEXT}),
    ("close", {"reason": "طلب مكرر."}),
]


@pytest.mark.parametrize("role", ["caseworker", "auditor"])
@pytest.mark.parametrize(("action", "fields"), ACTIONS)
def test_a_clerk_without_the_right_is_refused(client, role, action, fields):
    personas.sign_in_staff(client, role)
    ticket = tickets.file()
    assert act(client, ticket, action, **fields).status_code == 403
    assert status_of(ticket) == TicketStatus.NEW
    assert ticket.events.count() == 1


@pytest.mark.parametrize(("action", "fields"), ACTIONS)
def test_staff_in_no_role_see_no_ticket(client, action, fields):
    personas.sign_in_staff(client)
    ticket = tickets.file()
    assert client.get(LIST).status_code == 403
    assert client.get(address(ticket)).status_code == 403
    assert act(client, ticket, action, **fields).status_code == 403


def test_who_may_only_read_is_offered_nothing(client):
    personas.sign_in_staff(client, "auditor")
    text = tickets.page(client.get(address(tickets.file())))
    assert 'name="action"' not in text
    assert "دورك للقراءة فقط" in text


def test_an_unknown_action_is_a_bad_request(client):
    personas.sign_in_staff(client, "agent")
    assert act(client, tickets.file(), "delete").status_code == 400


# What is refused ------------------------------------------------------------------


def test_an_overtaken_answer_says_who_and_when_and_keeps_the_text(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    faster = personas.staff("agent", display_name="سعد الأسرع")
    take_ticket(ticket_id=ticket.pk, agent=faster, seen_status="new", now=tickets.NOW)
    text = tickets.page(act(client, ticket, "answer", text=TEXT))
    assert (
        "لم يُحفظ: سبقك \u2068سعد الأسرع\u2069 وغيّر الحالة إلى «قيد المعالجة»"
        " في 24 نوفمبر 2026\u00a0م 12:00\u00a0ظهرًا." in text
    )
    assert TEXT in text
    assert status_of(ticket) == TicketStatus.IN_PROGRESS
    assert not tickets.texts_sent("ticket_answered")


def test_a_closed_ticket_takes_no_answer(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    act(client, ticket, "close", reason="طلب مكرر.")
    ticket.refresh_from_db()
    text = tickets.page(act(client, ticket, "answer", text=TEXT))
    assert "لم يُحفظ" in text
    assert "لم يُرسل ما كتبته" in text
    assert TEXT in text
    assert status_of(ticket) == TicketStatus.CLOSED


def test_an_answer_that_is_too_long_is_kept_also_where_the_ticket_was_closed_meanwhile(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    act(client, ticket, "close", reason="طلب مكرر.")
    text = tickets.page(act(client, ticket, "answer", text=TEXT + "س" * 2000))
    assert "لم يُرسل ما كتبته" in text
    assert TEXT in text


def test_an_empty_answer_is_refused_beside_its_field(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    text = tickets.page(act(client, ticket, "answer", text="\u200b"))
    assert 'id="id_text_error"' in text
    assert "<title>خطأ" in text
    assert status_of(ticket) == TicketStatus.NEW


def test_a_refused_reason_stays_as_typed(client):
    personas.sign_in_staff(client, "agent")
    typed = "سبب طويل " * 40
    text = tickets.page(act(client, tickets.file(), "close", reason=typed))
    assert 'id="id_reason_error"' in text
    assert typed.strip() in text


# Lists and search --------------------------------------------------------------------


def test_the_list_begins_with_what_waits(client):
    personas.sign_in_staff(client, "agent")
    waiting, closed = tickets.file(), tickets.file()
    act(client, closed, "close", reason="طلب مكرر.")
    shown = tickets.page(client.get(LIST))
    assert waiting.reference in shown
    assert closed.reference not in shown
    assert closed.reference in tickets.page(client.get(LIST, {"status": "all"}))
    assert closed.reference in tickets.page(client.get(LIST, {"status": "closed"}))


def test_the_filter_of_mine_and_of_nobody(client):
    personas.sign_in_staff(client, "agent")
    mine, nobodys = tickets.file(), tickets.file()
    act(client, mine, "take")
    assert nobodys.reference not in tickets.page(client.get(LIST, {"mine": "1"}))
    assert mine.reference not in tickets.page(client.get(LIST, {"mine": "none"}))


@pytest.mark.parametrize(
    "term", ["1000000024", "١٠٠٠٠٠٠٠٢٤", "۱۰۰۰۰۰۰۰۲۴", "٠٥٠٠٠٠٠٠٠٧", "+966 50 000 0007", "ناصر سعد"]
)
def test_search_finds_a_ticket_in_any_spelling(client, term):
    personas.sign_in_staff(client, "agent")
    wanted = tickets.file()
    other = tickets.file(
        national_id="1000000016", mobile="+966500000009", full_name="خالد علي التجريبي"
    )
    shown = tickets.page(client.get(LIST, {"q": term}))
    assert wanted.reference in shown
    assert other.reference not in shown


def test_search_looks_through_closed_tickets_too(client):
    personas.sign_in_staff(client, "agent")
    closed = tickets.file()
    act(client, closed, "close", reason="طلب مكرر.")
    assert closed.reference in tickets.page(client.get(LIST, {"q": closed.reference}))


def test_a_search_that_finds_nothing_says_what_to_do(client):
    personas.sign_in_staff(client, "agent")
    assert "لم نجد شيئًا" in tickets.page(client.get(LIST, {"q": "1000000024"}))


@pytest.mark.parametrize("pk", ["0", "99999999", "9" * 30, "abc"])
def test_a_ticket_that_is_not_there_is_404(client, pk):
    personas.sign_in_staff(client, "agent")
    assert client.get(f"{LIST}{pk}/change/").status_code == 404


# Attachments ---------------------------------------------------------------------------


def attachment_address(ticket: Ticket) -> str:
    attached = ticket.messages.get().attachments.get()
    return reverse("admin:sawtak_ticket_document", args=[ticket.pk, attached.document.uuid])


def test_an_opened_attachment_is_recorded(client):
    agent = personas.sign_in_staff(client, "agent")
    ticket = tickets.file(attachments=[tickets.checked()])
    response = client.get(attachment_address(ticket))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert DocumentOpening.objects.get().opened_by == agent


@pytest.mark.parametrize("role", ["auditor", "caseworker", None])
def test_without_the_right_an_attachment_is_not_given(client, role):
    personas.sign_in_staff(client, role)
    ticket = tickets.file(attachments=[tickets.checked()])
    assert client.get(attachment_address(ticket)).status_code == 403
    assert not DocumentOpening.objects.exists()


def test_an_attachment_belongs_to_its_ticket(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file(attachments=[tickets.checked()])
    other = tickets.file()
    wrong = attachment_address(ticket).replace(f"/{ticket.pk}/", f"/{other.pk}/")
    assert client.get(wrong).status_code == 404


def test_a_caseworker_sees_the_ticket_but_not_its_conversation(client):
    personas.sign_in_staff(client, "caseworker")
    text = tickets.page(client.get(address(tickets.file())))
    assert "ناصر سعد التجريبي" in text
    assert "لم تصل دفعة نوفمبر" not in text


def test_what_does_not_match_the_register_warns_the_agent(client):
    personas.sign_in_staff(client, "agent")
    assert "لم نتأكد أن المرسل هو صاحب الهوية" in tickets.page(client.get(address(tickets.file())))
