"""Steps 3 and 4 of an objection: what is written and sent with it, and sending it."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from objections.errors import TooManyDocuments
from objections.services import stop_overdue_drafts
from objections.views import steps
from tests.documents.files import heic_beginning, pdf_bytes, png_bytes, upload
from tests.objections.cases import STATEMENT, draft, result_of, riyadh
from tests.objections.pages import started, statement_fields, step_url
from tests.personas import head, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

# Step 3: ground, statement, documents --------------------------------------------------


def test_refused_file_loses_neither_text_nor_the_good_file(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload("IMG_0001.HEIC", heic_beginning()), upload("صورة.png", png_bytes())]
    response = client.post(step_url(begun, "statement"), statement_fields(documents=files))
    page = response.content.decode()
    assert response.status_code == 200
    assert "IMG_0001.HEIC" in page
    assert STATEMENT in page
    begun.refresh_from_db()
    assert (begun.ground, begun.statement) == ("documents", STATEMENT)
    assert [link.document.name for link in begun.documents.all()] == ["صورة.png"]
    response = client.post(step_url(begun, "statement"), statement_fields(documents=[]))
    assert response["Location"] == step_url(begun, "review")


def test_missing_text_loses_no_file(client: Client, person: Person) -> None:
    begun = started(client, person)
    response = client.post(step_url(begun, "statement"), statement_fields(statement="\u200b"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "عقد.pdf" in page
    assert begun.documents.count() == 1


def test_first_document_is_required_and_every_field_says_what_to_do(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    page = client.post(step_url(begun, "statement"), {}).content.decode()
    assert "<title>خطأ" in page
    assert page.count("invalid-feedback") == 3
    assert 'href="#id_documents"' in page


def test_too_long_statement_stays_on_the_page(client: Client, person: Person) -> None:
    begun = started(client, person)
    text = "ن" * 2001
    response = client.post(step_url(begun, "statement"), statement_fields(statement=text))
    assert response.status_code == 200
    assert text in response.content.decode()


def test_document_is_removed_and_the_typed_text_kept(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    link = begun.documents.get()
    fields = statement_fields(
        statement="نص جديد",
        remove=str(link.document.uuid),
        documents=[upload("x.svg", b"<svg/>")],
    )
    response = client.post(step_url(begun, "statement"), fields, follow=True)
    assert "x.svg" in response.content.decode()
    begun.refresh_from_db()
    assert begun.statement == "نص جديد"
    assert not begun.documents.filter(removed_at=None).exists()
    review = client.get(step_url(begun, "review"))
    assert review["Location"] == step_url(begun, "statement")


def test_malformed_removal_is_404(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert client.post(step_url(begun, "statement"), {"remove": "x"}).status_code == 404


def test_eleventh_file_is_refused_by_name(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload(f"{n}.pdf", pdf_bytes(pages=n + 1)) for n in range(11)]
    page = client.post(
        step_url(begun, "statement"), statement_fields(documents=files)
    ).content.decode()
    assert begun.documents.count() == 10
    assert "10.pdf" in page


# Step 4: review ------------------------------------------------------------------------


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


def test_limit_reached_by_another_tab_is_said_beside_the_field(
    client: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_facts: object) -> None:
        raise TooManyDocuments(limit=10)

    begun = started(client, person)
    monkeypatch.setattr(steps, "attach_documents", full)
    response = client.post(step_url(begun, "statement"), statement_fields())
    assert response.status_code == 200
    assert STATEMENT in response.content.decode()
    assert "is-invalid" in response.content.decode()


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
    assert text.strip() not in client.get(address).content.decode()


@pytest.mark.parametrize("step", ["profile", "statement", "review"])
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
