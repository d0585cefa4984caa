"""What staff keep of a person: notes, flags, who opened the file and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Person
from portal.contacts.services import Arrival, start_contact
from portal.contacts.statuses import ContactChannel
from portal.people import services
from portal.people.errors import EndedBefore
from portal.people.models import PersonFlag, PersonNote, PersonView
from portal.people.statuses import FlagKind
from sawtak.models import Ticket
from tests import personas
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LOG = "/admin/portal/personview/"
NOTE = "جارتها ترد على الجوال عنها."
ASKED = "لماذا تفتح هذا الملف؟"


def page(response: Any) -> str:
    return str(response.content.decode())


def address(person: Person) -> str:
    return reverse("admin:beneficiaries_person_change", args=[person.pk])


def whys() -> list[str]:
    return list(PersonView.objects.order_by("id").values_list("why", flat=True))


# Who opened it --------------------------------------------------------------------------


def test_each_look_is_logged_with_what_it_was_for(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    person = personas.head(full_name="سارة أحمد التجريبية")
    client.get(address(person))
    ticket = tickets.file(mobile=person.mobile, national_id=person.national_id)
    Ticket.objects.filter(pk=ticket.pk).update(assigned_to=agent, person=person)
    client.get(address(person))
    contact = start_contact(
        submission=uuid4(),
        arrival=Arrival(ContactChannel.PHONE),
        by=agent,
        now=timezone.now(),
    )
    type(contact).objects.filter(pk=contact.pk).update(person=person)
    client.get(address(person))
    assert whys() == ["work", "case", "contact"]
    assert {view.user for view in PersonView.objects.all()} == {agent}
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonView.objects.update(why="audit")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonView.objects.all().delete()


def test_who_has_no_cases_says_why_before_a_file_opens(client: Client) -> None:
    auditor = personas.sign_in_staff(client, "auditor")
    person, other = personas.head(city="الرياض"), personas.outsider()
    asked = page(client.get(address(person)))
    assert ASKED in asked
    assert person.full_name not in asked
    assert person.mobile[-8:] not in asked
    refused = client.post(address(person), {"action": "why", "why": "audit", "reason": " "})
    assert ASKED in page(refused)
    assert client.get(reverse("admin:beneficiaries_person_change", args=[0])).status_code == 404
    assert whys() == []
    given = {"action": "why", "why": "audit", "reason": "تدقيق رقم 12"}
    opened = client.post(address(person), given, follow=True)
    assert person.full_name in page(opened)
    client.get(address(person))
    views = PersonView.objects.all()
    assert {(view.user, view.why, view.reason) for view in views} == {
        (auditor, "audit", "تدقيق رقم 12")
    }
    assert len(views) == 2
    assert ASKED in page(client.get(address(other)))  # the reason was for the one file
    session = client.session
    kept = session["why_opened"][str(person.pk)]
    kept["until"] = (timezone.now() - timedelta(minutes=1)).isoformat()
    session.save()
    assert ASKED in page(client.get(address(person)))
    # A note is written by nobody who has not opened the file, and not by an auditor at all.
    client.post(address(person), given)
    assert client.post(address(person), {"action": "note", "text": "x"}).status_code == 403


def test_the_log_is_read_by_who_answers_for_it(client: Client) -> None:
    person = personas.head(national_id="1000000008", full_name="سارة أحمد التجريبية")
    agent = personas.staff("agent", display_name="منال")
    services.log_work(person_id=person.pk, by=agent, now=timezone.now())
    services.log_work(person_id=personas.outsider().pk, by=agent, now=timezone.now())
    for role, may in (
        *(("supervisor", True), ("auditor", True)),
        *(("agent", False), ("caseworker", False), ("approver", False), ("administrator", False)),
    ):
        personas.sign_in_staff(client, role)
        assert (client.get(LOG).status_code == 200) == may, role
    personas.sign_in_staff(client, "auditor")
    found = client.post(LOG, {"q": "١٠٠٠٠٠٠٠٠٨"}, follow=True)
    assert len(found.context["cl"].result_list) == 1
    assert "منال" in page(found)
    assert len(client.get(LOG, {"by": agent.pk}).context["cl"].result_list) == 2
    assert len(client.get(LOG, {"day": "yesterday"}).context["cl"].result_list) == 0
    assert len(client.get(LOG, {"day": "today", "why": "work"}).context["cl"].result_list) == 2


# Notes and flags ------------------------------------------------------------------------


def test_a_note_stays_as_written_and_no_citizen_reads_it(client: Client) -> None:
    personas.sign_in_staff(client, "agent", display_name="منال")
    person = personas.head()
    for _twice in range(2):
        client.post(address(person), {"action": "note", "text": NOTE})
    note = PersonNote.objects.get()
    assert NOTE in page(client.get(address(person)))
    assert "اكتب الملاحظة." in page(client.post(address(person), {"action": "note", "text": ""}))
    strike = {"action": "strike", "row": note.pk, "end_reason": "انتقلت جارتها."}
    client.post(address(person), strike)
    shown = page(client.get(address(person)))
    assert NOTE in shown
    assert "انتقلت جارتها." in shown
    assert "لم نحفظ: أنهى" in page(client.post(address(person), strike))
    assert client.post(address(person), {**strike, "row": "99999"}).status_code == 404
    for change in ({"text": "x"}, {"end_reason": "y"}, {"ended_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PersonNote.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonNote.objects.all().delete()
    citizen = Client()
    personas.sign_in(citizen, person)
    for url in ("/profile/", "/en/profile/"):
        assert NOTE not in page(citizen.get(url))


def test_a_flag_stands_on_every_page_of_a_case_until_its_day(client: Client) -> None:
    supervisor = personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    ticket = tickets.file(mobile=person.mobile, national_id=person.national_id)
    Ticket.objects.filter(pk=ticket.pk).update(person=person)
    now, today = timezone.now(), timezone.localdate()
    flag = {"action": "flag", "kind": "vulnerable", "flag_reason": "حالة صحية حرجة"}
    for until in ("", "2020-01-01", f"{today + timedelta(days=500)}"):
        refused = page(client.post(address(person), {**flag, "until": until}))
        assert "حالة صحية حرجة" in refused
    assert not PersonFlag.objects.exists()
    until = f"{today + timedelta(days=30)}"
    client.post(address(person), {**flag, "until": until})
    assert "وضع" in page(client.post(address(person), {**flag, "until": until}))
    assert PersonFlag.objects.count() == 1
    pages = (address(person), reverse("admin:sawtak_ticket_change", args=[ticket.pk]))
    for role, reads_reason in (("supervisor", True), ("agent", False)):
        personas.sign_in_staff(client, role)
        for url in pages:
            shown = page(client.get(url))
            assert "يحتاج إلى عناية خاصة" in shown
            assert ("حالة صحية حرجة" in shown) == reads_reason, (role, url)
    row = PersonFlag.objects.get()
    facts: dict[str, Any] = {"person": person, "flag_id": row.pk, "by": supervisor, "now": now}
    services.end_flag(reason="تحسنت.", **facts)
    with pytest.raises(EndedBefore):
        services.end_flag(reason="تحسنت.", **facts)
    for url in pages:
        assert "يحتاج إلى عناية خاصة</span>" not in page(client.get(url))
    # One whose day has passed makes room for the next.
    past = now - timedelta(days=10)
    for at in (past, now):
        services.set_flag(
            person=person,
            kind=FlagKind.CALL,
            reason="لا يقرأ الرسائل.",
            until=timezone.localdate(at) + timedelta(days=5),
            by=supervisor,
            now=at,
        )
    assert PersonFlag.objects.filter(kind="call", ended_at=None).count() == 1


def test_the_page_shows_messages_and_contacts_with_what_became_of_them(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    person = personas.head()
    tickets.file(mobile=person.mobile, national_id=person.national_id, birth_date=person.birth_date)
    contact = start_contact(
        submission=uuid4(),
        arrival=Arrival(ContactChannel.PHONE),
        by=agent,
        now=timezone.now(),
    )
    type(contact).objects.filter(pk=contact.pk).update(person=person)
    shown = client.get(address(person))
    (message, tag), *_others = shown.context["sms"]
    assert message.body in page(shown)
    assert tag in page(shown)
    assert reverse("admin:portal_contact_change", args=[contact.pk]) in page(shown)
