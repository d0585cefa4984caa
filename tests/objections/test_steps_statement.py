"""Steps 3 and 5 of an objection: what is written, and sending it."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from objections.services import stop_overdue_drafts
from tests.objections.cases import STATEMENT, draft, result_of, riyadh
from tests.objections.pages import started, statement_fields, step_url
from tests.personas import head, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

# Step 3: ground and statement --------------------------------------------------


def test_missing_text_keeps_the_ground(client: Client, person: Person) -> None:
    begun = started(client, person)
    response = client.post(step_url(begun, "statement"), statement_fields(statement="\u200b"))
    assert response.status_code == 200
    begun.refresh_from_db()
    assert begun.ground == "documents"


def test_every_field_says_what_to_do(client: Client, person: Person) -> None:
    begun = started(client, person)
    page = client.post(step_url(begun, "statement"), {}).content.decode()
    assert "<title>خطأ" in page
    assert page.count("invalid-feedback") == 2
    assert 'href="#id_statement"' in page


def test_too_long_statement_stays_on_the_page(client: Client, person: Person) -> None:
    begun = started(client, person)
    text = "ن" * 2001
    response = client.post(step_url(begun, "statement"), statement_fields(statement=text))
    assert response.status_code == 200
    assert text in response.content.decode()


# Step 5: review ------------------------------------------------------------------------


def test_without_declaration_nothing_is_sent(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    response = client.post(step_url(begun, "review"), {})
    assert response.status_code == 200
    assert "<title>خطأ" in response.content.decode()
    begun.refresh_from_db()
    assert begun.reference is None


def test_sent_objection_is_confirmed_by_its_number(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    sent = client.post(step_url(begun, "review"), {"declaration": "on"})
    begun.refresh_from_db()
    page = client.get(sent["Location"]).content.decode()
    assert f"وصل اعتراضك. احفظ رقمه: {begun.reference}." in page


def test_incomplete_draft_is_led_back(client: Client, person: Person) -> None:
    begun = started(client, person)
    for response in (
        client.get(step_url(begun, "review")),
        client.post(step_url(begun, "review"), {"declaration": "on"}),
    ):
        assert response["Location"] == step_url(begun, "statement")


def test_late_statement_is_shown_and_not_lost(client: Client, person: Person) -> None:
    begun = started(client, person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        sign_in(client, person)
        response = client.post(step_url(begun, "statement"), statement_fields())
    assert response.status_code == 409
    assert STATEMENT in response.content.decode()


def test_stopped_draft_shows_its_text_and_what_is_open(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        stop_overdue_drafts(now=riyadh("2027-01-28 00:00:00"))
        sign_in(client, person)
        response = client.get(step_url(begun, "review"))
    assert response.status_code == 200
    page = response.content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page


def test_text_is_there_again_after_the_session_ended(client: Client, person: Person) -> None:
    begun = started(client, person)
    client.cookies.clear()
    address = step_url(begun, "statement")
    text = "اعتراضي طويل " * 115
    response = client.post(address, statement_fields(statement=text))
    assert response["Location"].startswith(reverse("portal:sign_in"))
    asked = client.get(response["Location"]).content.decode()
    assert "انتهت جلستك لنحميك، وما كتبته محفوظ. ادخل لتكمل من حيث توقفت." in asked
    sign_in(client, person)
    assert text.strip() not in client.get(step_url(begun, "profile")).content.decode()
    assert text.strip() in client.get(address).content.decode()


@pytest.mark.parametrize("step", ["profile", "statement", "documents", "review"])
def test_sign_in_page_says_why_where_nothing_was_written(
    client: Client, person: Person, step: str
) -> None:
    begun = started(client, person)
    client.cookies.clear()
    asked = client.post(step_url(begun, step), follow=True).content.decode()
    assert "انتهت جلستك لنحميك. ادخل لتكمل من حيث توقفت." in asked
    client.cookies.clear()
    assert "انتهت جلستك" not in client.get(step_url(begun, step), follow=True).content.decode()


def test_what_is_no_statement_is_not_kept_for_a_visitor(client: Client) -> None:
    owner = head()
    begun = draft(result_of(owner), owner)
    client.post(step_url(begun, "statement"), {"statement": "ن" * 9000})
    client.post(step_url(begun, "review"), {"declaration": "on"})
    assert "session" not in client.cookies


def test_draft_of_a_corrected_result_says_so_and_gives_back_what_was_written(
    client: Client, person: Person
) -> None:
    result = result_of(person)
    begun = draft(result, person)
    result.superseded_on = begun.opened_at.date()
    result.save()
    sign_in(client, person)
    page = client.get(step_url(begun, "statement")).content.decode()
    assert "ما كتبته محفوظ" in page
    assert STATEMENT in page
    assert begun.documents.get().document.name in page
    refused = client.post(step_url(begun, "statement"), statement_fields(statement="كلام جديد"))
    assert refused.status_code == 409
    assert "كلام جديد" in refused.content.decode()
