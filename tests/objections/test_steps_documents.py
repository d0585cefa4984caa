"""Step 4 of an objection: its documents, in one form or one by one."""

from __future__ import annotations

import uuid
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from beneficiaries.models import Person
from objections.errors import TooManyDocuments
from objections.models import Objection
from objections.services import reach_step, submit_objection
from objections.views import step_documents
from tests.documents.files import heic_beginning, pdf_bytes, png_bytes, upload
from tests.objections.cases import NOW, draft, result_of, riyadh
from tests.objections.pages import documents_fields, send_url, started, step_url
from tests.personas import head, outsider, sign_in, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

PLAIN = "text/plain; charset=utf-8"


def names_of(objection: Objection) -> list[str]:
    kept = objection.documents.filter(removed_at=None).order_by("id")
    return [link.document.name for link in kept]


# In one form --------------------------------------------------------------------------


def test_refused_file_loses_not_the_good_file(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload("IMG_0001.HEIC", heic_beginning()), upload("صورة.png", png_bytes())]
    response = client.post(step_url(begun, "documents"), {"documents": files})
    assert response.status_code == 200
    assert "IMG_0001.HEIC" in response.content.decode()
    assert names_of(begun) == ["صورة.png"]
    response = client.post(step_url(begun, "documents"), {})
    assert response["Location"] == step_url(begun, "review")


def test_first_document_is_required(client: Client, person: Person) -> None:
    begun = started(client, person)
    page = client.post(step_url(begun, "documents"), {}).content.decode()
    assert "<title>خطأ" in page
    assert page.count("invalid-feedback") == 1
    assert 'href="#id_documents"' in page


def test_removed_document_keeps_the_files_sent_with_it(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    fields = documents_fields(
        remove=str(begun.documents.get().document.uuid),
        documents=[upload("x.svg", b"<svg/>"), upload("b.png", png_bytes())],
    )
    response = client.post(step_url(begun, "documents"), fields, follow=True)
    assert "x.svg" in response.content.decode()
    assert names_of(begun) == ["b.png"]


def test_draft_without_a_document_is_led_back_to_this_step(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    client.post(step_url(begun, "documents"), {"remove": str(begun.documents.get().document.uuid)})
    assert client.get(step_url(begun, "review"))["Location"] == step_url(begun, "documents")


def test_eleventh_file_is_refused_by_name(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload(f"{n}.pdf", pdf_bytes(pages=n + 1)) for n in range(11)]
    page = client.post(step_url(begun, "documents"), {"documents": files}).content.decode()
    assert begun.documents.count() == 10
    assert "10.pdf" in page
    alone = client.post(send_url(begun), {"documents": upload("12.pdf", pdf_bytes(pages=20))})
    assert alone["Content-Type"] == PLAIN
    last = begun.documents.order_by("id").last()
    assert last is not None
    replacing = {"documents": upload("12.pdf", pdf_bytes(pages=20)), "replace": last.document.uuid}
    assert client.post(send_url(begun), replacing).status_code == 200
    assert names_of(begun)[-1] == "12.pdf"


def test_limit_reached_by_another_tab_is_said_beside_the_field(
    client: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_facts: object) -> None:
        raise TooManyDocuments(limit=10)

    begun = started(client, person)
    monkeypatch.setattr(step_documents, "attach_documents", full)
    response = client.post(step_url(begun, "documents"), documents_fields())
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()
    alone = client.post(send_url(begun), documents_fields())
    assert (alone["Content-Type"], "10" in alone.content.decode()) == (PLAIN, True)


# One by one ---------------------------------------------------------------------------


def test_file_that_is_sent_alone_is_kept_once_and_listed(client: Client, person: Person) -> None:
    begun = started(client, person)
    for _ in range(2):
        response = client.post(send_url(begun), documents_fields())
        assert response.status_code == 200
        page = response.content.decode()
        assert page.count("عقد.pdf</bdi>") == 1
        assert "<html" not in page
    assert names_of(begun) == ["عقد.pdf"]


def test_refused_file_says_why_and_changes_nothing(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    bad = {
        "documents": upload("هوية.pdf", b"<html>"),
        "replace": begun.documents.get().document.uuid,
    }
    response = client.post(send_url(begun), bad)
    assert response["Content-Type"] == PLAIN
    assert "هوية.pdf" in response.content.decode()
    assert client.post(send_url(begun), {})["Content-Type"] == PLAIN
    assert names_of(begun) == ["عقد.pdf"]


def test_file_takes_the_place_of_another_and_is_taken_off(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    old = begun.documents.get().document
    same = {"documents": upload("عقد.pdf", pdf_bytes()), "replace": old.uuid}
    client.post(send_url(begun), same)
    assert begun.documents.get(removed_at=None).document == old
    client.post(send_url(begun), {"documents": upload("b.png", png_bytes()), "replace": old.uuid})
    assert names_of(begun) == ["b.png"]
    new = begun.documents.get(removed_at=None).document
    client.post(send_url(begun), {"remove": new.uuid})
    assert names_of(begun) == []


@pytest.mark.parametrize("field", ["remove", "replace"])
def test_what_names_no_document_is_404(client: Client, person: Person, field: str) -> None:
    begun = draft(result_of(person), person)
    assert client.post(send_url(begun), {field: "x"}).status_code == 404
    assert client.post(step_url(begun, "documents"), {"remove": "x"}).status_code == 404


def test_draft_that_goes_on_no_more_takes_no_file(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        sign_in(client, person)
        assert client.post(send_url(begun), documents_fields()).status_code == 409
    sign_in(client, person)
    submit_objection(objection=begun, has_declared=True, now=NOW)
    assert client.post(send_url(begun), documents_fields()).status_code == 409


def test_only_its_writer_sends_to_a_draft(client: Client) -> None:
    owner = head()
    begun = draft(result_of(owner), owner)
    assert client.post(send_url(begun), documents_fields()).status_code == 302
    sign_in(client, outsider())
    assert client.post(send_url(begun), documents_fields()).status_code == 404
    sign_in_staff(client, "caseworker")
    assert client.post(send_url(begun), documents_fields()).status_code == 404
    assert names_of(begun) == ["عقد.pdf"]
    sign_in(client, owner)
    assert client.get(send_url(begun)).status_code == 405
    begun.uuid = uuid.uuid4()
    assert client.post(send_url(begun), documents_fields()).status_code == 404


# Drafts from before the step ----------------------------------------------------------


def test_draft_that_was_at_the_review_is_there_still(client: Client, person: Person) -> None:
    migration = import_module("objections.migrations.0010_documents_step")
    begun = started(client, person)
    reach_step(objection=begun, step=4)
    migration.make_room(apps, None)
    begun.refresh_from_db()
    assert (begun.step, begun.left_at) == (5, 5)
    migration.close_up(apps, None)
    begun.refresh_from_db()
    assert (begun.step, begun.left_at) == (4, 4)
