"""Calls, posts and letters: who it is, who may, and what is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone

from access.errors import LimitReached
from portal.contacts import services
from portal.contacts.errors import CallerNotMatched, ContactIsAnothers
from portal.contacts.models import Contact, ContactEvent
from portal.contacts.rules import names_somebody
from portal.contacts.services import Arrival
from portal.contacts.statuses import ContactChannel, ContactStep
from portal.models import WorkItem
from sawtak.models import Ticket
from tests import personas
from tests.factories import ResultFactory
from tests.portal.contacting import KNOWN, LIST, MOBILE, NEW, NOW, address, begun, page, sara, typed
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

NOT_MATCHED = "لا تطابق السجل"


# Who it is ------------------------------------------------------------------------------


def test_a_caller_is_known_by_three_facts_and_heard_to_the_end(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    person = sara()
    result = ResultFactory.create(person=person)
    answer = client.post(NEW, typed())
    contact = Contact.objects.get()
    assert answer.url == address(contact)
    assert (contact.person, contact.agent, contact.channel) == (person, agent, "phone")
    shown = page(client.get(address(contact)))
    assert person.full_name in shown
    assert "لم يثبت عقد الإيجار" in shown
    assert "0500000001" in shown  # the mobile of the answer is written already
    words = {"category": "payments", "message": "لم تصل الدفعة.", "mobile": "0500000001"}
    for _twice in range(2):
        client.post(address(contact), {"action": "ticket", **words})
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.identity_match, ticket.person) == ("phone", "full", person)
    assert tickets.texts_sent("ticket_received")
    assert WorkItem.objects.get(ticket=ticket).channel == "phone"
    ended = client.post(
        address(contact),
        {
            "action": "end",
            "outcome": "ticket",
            "problem": "لم تصل الدفعة",
            "cause": "الحساب موقوف",
            "solution": "تحديث الحساب في البنك",
        },
    )
    assert ended.url == NEW
    contact.refresh_from_db()
    assert (contact.outcome, contact.ticket, contact.known.uses) == ("ticket", ticket, 1)
    assert [event.step for event in contact.events.all()] == [
        *(ContactStep.STARTED, ContactStep.IDENTIFIED, ContactStep.TICKET, ContactStep.ENDED),
    ]
    assert result.pk
    assert "تحديث الحساب في البنك" in page(client.get(address(contact)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"national_id": "1000000024"},  # of nobody
        {"birth_day": "24"},
        {"mobile": "0500000002"},
    ],
    ids=["id", "birth-date", "mobile"],
)
def test_what_does_not_match_is_said_alike_and_kept(client: Client, wrong: dict[str, str]) -> None:
    personas.sign_in_staff(client, "agent")
    sara()
    form = typed(**wrong)
    shown = page(client.post(NEW, form))
    assert NOT_MATCHED in shown
    assert form["mobile"] in shown
    assert form["national_id"] in shown
    assert "سارة" not in shown
    contact = Contact.objects.get()
    assert contact.person is None
    assert contact.events.last().step == ContactStep.NOT_MATCHED
    # The same form again, now right, is the same contact.
    assert client.post(NEW, typed(submission=form["submission"])).url == address(contact)
    contact.refresh_from_db()
    assert contact.person is not None


def test_wrong_tries_are_counted_for_the_agent_and_for_the_person(client: Client) -> None:
    agent, other = personas.staff("agent"), personas.staff("agent")
    person = sara()
    facts: dict[str, Any] = {
        "national_id": person.national_id,
        "birth_date": person.birth_date,
        "now": NOW,
    }
    first, second = begun(agent), begun(other)
    for _number in range(5):
        with pytest.raises(CallerNotMatched):
            services.identify_caller(contact_id=first.pk, mobile="+966500000009", by=agent, **facts)
    with pytest.raises(LimitReached):  # the right one too: guessing has to end
        services.identify_caller(contact_id=first.pk, mobile=MOBILE, by=agent, **facts)
    assert services.identify_caller(contact_id=second.pk, mobile=MOBILE, by=other, **facts).person
    client.force_login(agent, backend=personas.STAFF_BACKEND)
    shown = page(client.post(NEW, typed()))
    assert "محاولات كثيرة" in shown or timezone.now() > NOW + timedelta(hours=1)


def test_who_is_not_identified_is_heard_and_told_nothing(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    person = sara()
    tickets.file(mobile=MOBILE, national_id=person.national_id)
    answer = client.post(NEW, typed(step="heard", mobile="0500000009", birth_day=""))
    assert answer.status_code == 200  # a day that is missing is asked for
    answer = client.post(
        NEW, typed(step="heard", mobile="0500000009", birth_day="", birth_month="", birth_year="")
    )
    contact = Contact.objects.get()
    shown = page(client.get(answer.url))
    assert person.full_name not in shown
    assert "0500000009" in shown
    assert 'value="continue"' not in shown
    words = {
        "category": "other",
        "message": "أريد أن أعرف متى تصل الدفعة.",
        "mobile": "0500000009",
        "full_name": "أم خالد",
        "national_id": "",
    }
    client.post(address(contact), {"action": "ticket", **words})
    ticket = Ticket.objects.get(mobile="+966500000009")
    assert (ticket.identity_match, ticket.person) == ("none", None)


# Who may, and what is kept --------------------------------------------------------------


def test_each_role_does_what_its_day_needs(client: Client) -> None:
    contact = begun(personas.staff("agent"))
    for role, may_see, may_take in (
        ("agent", True, True),
        ("caseworker", True, True),
        ("supervisor", True, True),
        ("auditor", True, False),
        ("approver", False, False),
        ("administrator", False, False),
        (None, False, False),
    ):
        personas.sign_in_staff(client, role)
        assert (client.get(NEW).status_code == 200) == may_take, role
        for url in (LIST, KNOWN, address(contact)):
            assert (client.get(url).status_code == 200) == may_see, (role, url)
        home = page(client.get("/admin/"))
        assert (f'href="{NEW}"' in home) == may_take, role
        words = {"action": "end", "outcome": "broken_off"}
        answer = client.post(address(contact), words)
        assert answer.status_code in ({200} if may_take else {403}), role
    contact.refresh_from_db()
    assert contact.is_open  # a colleague's is nobody else's to end
    with pytest.raises(ContactIsAnothers):
        services.start_contact(
            submission=contact.submission,
            arrival=Arrival(ContactChannel.PHONE),
            by=personas.staff("agent"),
            now=NOW,
        )


def test_the_database_keeps_what_happened() -> None:
    contact = begun(personas.staff("agent"))
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        ContactEvent.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(outcome="answered")
    with pytest.raises(IntegrityError), transaction.atomic():
        begun(contact.agent, ContactChannel.LETTER)
    assert begun(contact.agent, ContactChannel.LETTER, received_on=date(2026, 11, 20)).pk


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("هوية ٢٠٠٠٠٠٠٠٠٦", True),
        ("05 0000 0001", True),
        ("SA0380000000608010167519", True),
        ("منذ 3 أشهر بمبلغ 1200 ريال", False),
        ("19912", False),
    ],
)
def test_a_number_of_somebody_is_told_from_a_sum(text: str, names: bool) -> None:
    assert names_somebody(text) is names


def test_the_x_of_a_channel_does_not_turn_the_day_after_it(client: Client) -> None:
    """After a Latin letter the digits of the day would stand on its other side (UAX 9, W7)."""
    agent = personas.sign_in_staff(client, "agent")
    contact = begun(agent, ContactChannel.X, source="@sara")
    for address_of_page in (NEW, address(contact)):
        assert "<bdi>منشور في X</bdi> ·" in page(client.get(address_of_page))
