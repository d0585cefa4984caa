"""A ticket that is meant as an objection becomes a draft that its sender confirms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from objections.models import Objection
from objections.services.drafts import open_draft
from saudi.gregorian import riyadh_today
from sawtak.models import Ticket
from tests import personas
from tests.factories import GROUND, ResultFactory
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

WORDS = "عقد الإيجار باسمي وهو سارٍ في إيجار."


@pytest.fixture(autouse=True)
def _arabic():
    with translation.override("ar"):
        yield


def of(person, **fields) -> Ticket:
    facts = {
        "national_id": person.national_id,
        "birth_date": person.birth_date,
        "mobile": person.mobile,
        "full_name": person.full_name,
        "message": WORDS,
        "now": timezone.now(),
    }
    return tickets.file(**facts | fields)


def result_of(person, *, days_ago: int):
    return ResultFactory.create(
        person=person, announced_on=riyadh_today() - timedelta(days=days_ago)
    )


def page_of(ticket: Ticket, result=None) -> str:
    url = reverse("admin:sawtak_ticket_objection", args=[ticket.pk])
    return f"{url}?result={result.pk}" if result else url


def typed(client, url: str) -> dict[str, str]:
    form = client.get(url).context["draft_form"]
    return {
        "ground": GROUND["ground"],
        "statement": form["statement"].value(),
        "answer": form["answer"].value(),
        "seen_version": client.get(url).context["version"],
    }


def test_an_agent_prepares_a_draft_that_the_sender_finds_and_confirms(client):
    agent = personas.sign_in_staff(client, "agent")
    person = personas.head()
    result = result_of(person, days_ago=10)
    ticket = of(person)
    link = page_of(ticket)
    assert link in tickets.page(client.get(reverse("admin:sawtak_ticket_change", args=[ticket.pk])))
    assert f"?result={result.pk}" in tickets.page(client.get(link))
    url = page_of(ticket, result)
    fields = typed(client, url)
    assert fields["statement"] == WORDS
    refused = tickets.page(client.post(url, fields | {"ground": "", "statement": ""}))
    assert "اختر لماذا يعترض." in refused
    assert "اكتب ما يقوله الشخص." in refused
    assert not Objection.objects.exists()
    assert client.post(url, fields).status_code == 302
    draft = Objection.objects.get()
    assert (draft.status, draft.reference, draft.has_declared) == ("draft", None, False)
    assert (draft.statement, draft.ground, draft.filed_by) == (WORDS, GROUND["ground"], person)
    assert draft.deadline == result.announced_on + timedelta(days=90)
    assert draft.events.get().actor == agent
    ticket.refresh_from_db()
    assert ticket.status == "answered"
    answer = ticket.messages.last().text
    assert f"/objections/new/?result={result.pk}" in answer
    assert ticket.events.last().kind == "drafted"
    assert len(tickets.texts_sent("ticket_answered")) == 1
    assert not tickets.texts_sent("objection_submitted")
    citizen = Client()
    personas.sign_in(citizen, person)
    page = tickets.page(citizen.get(f"/sawtak/{ticket.reference}/"))
    assert f'/objections/new/?result={result.pk}"' in page  # a link
    began = tickets.page(citizen.get(f"/objections/new/?result={result.pk}"))
    assert "أعددنا هذا الاعتراض من طلبك" in began  # they began nothing themselves
    assert "بدأت هذا الاعتراض من قبل" not in began
    step = citizen.get(f"/objections/{draft.uuid}/statement/", follow=True)
    if step.status_code == 404:
        step = citizen.get(reverse("objections:step", args=[draft.uuid, "statement"]))
    assert WORDS in tickets.page(step)
    # A second press of the old page makes nothing more.
    again = client.post(url, fields)
    assert again.status_code == 302
    assert Objection.objects.count() == 1
    assert ticket.messages.count() == 2


def test_a_draft_that_was_begun_is_offered_and_not_written_over(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    result = result_of(person, days_ago=10)
    draft = open_draft(contested=result, filed_by=person, now=timezone.now())
    Objection.objects.filter(pk=draft.pk).update(statement="كلماتي أنا")
    ticket = of(person)
    url = page_of(ticket, result)
    page = client.get(url)
    assert 'name="ground"' not in tickets.page(page)
    fields = {
        "answer": page.context["draft_form"]["answer"].value(),
        "seen_version": page.context["version"],
    }
    assert client.post(url, fields).status_code == 302
    assert Objection.objects.get().statement == "كلماتي أنا"
    assert f"?result={result.pk}" in ticket.messages.last().text
    citizen = Client()
    personas.sign_in(citizen, person)
    began = tickets.page(citizen.get(f"/objections/new/?result={result.pk}"))
    assert "بدأت هذا الاعتراض من قبل" in began


def test_too_late_is_refused_with_the_day_and_nothing_moves(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    result = result_of(person, days_ago=91)
    ticket = of(person)
    page = tickets.page(client.get(page_of(ticket, result)))
    assert "لا تُعدّ مسودة" in page
    assert 'name="answer"' not in page
    client.post(
        page_of(ticket, result), {"ground": GROUND["ground"], "statement": "س", "answer": "ج"}
    )
    assert not Objection.objects.exists()
    assert ticket.messages.count() == 1


def test_only_for_a_sender_who_is_surely_the_person_and_by_who_may(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    result = result_of(person, days_ago=10)
    other = of(person, mobile="+966500000099")
    assert client.get(page_of(other, result)).status_code == 302
    stranger = result_of(personas.head(), days_ago=10)
    assert client.get(page_of(of(person), stranger)).status_code == 404
    for role in ("caseworker", "auditor"):
        personas.sign_in_staff(client, role)
        assert client.get(page_of(other, result)).status_code == 403
