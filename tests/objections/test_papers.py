"""Documents of an objection that is being studied: added, replaced, refused by the scanner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from beneficiaries.models import Person
from documents.models import Document
from documents.scanning import scan_waiting
from objections.errors import IncompleteObjection, TransitionRefused
from objections.models import Objection, ObjectionEvent
from objections.services import (
    add_documents,
    add_wanted_documents,
    open_draft,
    save_statement,
    submit_objection,
    tell_of_refused,
)
from objections.statuses import EventKind, ObjectionStatus
from tests.documents.files import pdf_bytes, png_bytes, upload
from tests.documents.scanner import Scanner, harmful_pdf, running_scanner
from tests.objections.cases import (
    NOW,
    STATEMENT,
    decided,
    documents_wanted,
    draft,
    pdf,
    result_of,
    submitted,
    taken,
    texts_to,
)
from tests.objections.pages import send_url, step_url
from tests.personas import outsider, sign_in, sign_in_staff, staff, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

TOLD = "objection_document_refused"


@pytest.fixture
def filed(person: Person) -> Objection:
    return submitted(result_of(person), person)


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Scanner]:
    with running_scanner() as running:
        settings.CLAMAV_ADDRESS = running.address
        yield running


def detail_url(objection: Objection) -> str:
    return reverse("objections:detail", args=[objection.reference])


def paper_url(objection: Objection) -> str:
    return reverse("objections:send_paper", args=[objection.reference])


def names_of(objection: Objection) -> list[str]:
    kept = objection.documents.filter(removed_at=None).order_by("id")
    return [link.document.name for link in kept]


def kinds_of(objection: Objection) -> list[str]:
    return [event.kind for event in objection.events.all() if event.document_id]


# Added and replaced ----------------------------------------------------------------------


def test_document_is_added_until_the_decision_and_is_an_event(
    client: Client, filed: Objection
) -> None:
    assert 'name="documents"' in client.get(detail_url(filed)).content.decode()
    for _ in range(2):
        file = upload("فاتورة.pdf", pdf_bytes(pages=2))
        assert client.post(detail_url(filed), {"documents": file}).status_code == 302
    assert names_of(filed) == ["عقد.pdf", "فاتورة.pdf"]
    assert kinds_of(filed) == [EventKind.DOCUMENT_ADDED]
    page = client.get(detail_url(filed)).content.decode()
    assert "وصل مستند" in page
    filed.refresh_from_db()
    assert filed.status == ObjectionStatus.SUBMITTED
    assert texts_to(filed.filed_by) == ["objection_submitted"], "the page says it, no SMS"


def test_document_takes_the_place_of_another_which_staff_still_see(
    client: Client, filed: Objection
) -> None:
    old = filed.documents.get()
    address = f"{detail_url(filed)}?replace={old.document.uuid}"
    assert f'value="{old.document.uuid}"' in client.get(address).content.decode()
    for _ in range(2):
        fields = {
            "replace": str(old.document.uuid),
            "documents": upload("b.png", png_bytes()),
        }
        assert client.post(detail_url(filed), fields)["Location"] == detail_url(filed)
    assert names_of(filed) == ["b.png"]
    assert kinds_of(filed) == [EventKind.DOCUMENT_REPLACED, EventKind.DOCUMENT_ADDED]
    document = reverse("objections:document", args=[filed.reference, old.document.uuid])
    assert client.get(document).status_code == 404
    sign_in_staff(client, "caseworker")
    page = client.get(reverse("admin:objections_objection_change", args=[filed.pk]))
    assert "استبدله المستفيد" in page.content.decode()


def test_refused_file_replaces_nothing(client: Client, filed: Objection) -> None:
    old = filed.documents.get()
    fields = {"replace": str(old.document.uuid), "documents": upload("x.svg", b"<svg/>")}
    page = client.post(detail_url(filed), fields).content.decode()
    assert "x.svg" in page
    assert f'value="{old.document.uuid}"' in page
    assert names_of(filed) == ["عقد.pdf"]


@pytest.mark.parametrize("named", ["x", "00000000-0000-4000-8000-000000000000"])
def test_replacing_what_is_not_there_is_404(client: Client, filed: Objection, named: str) -> None:
    assert client.get(f"{detail_url(filed)}?replace={named}").status_code == 404
    assert client.post(detail_url(filed), {"replace": named}).status_code == 404


def test_file_sent_alone_leaves_the_case_waiting_and_the_form_ends_the_wait(
    client: Client, filed: Objection
) -> None:
    documents_wanted(filed, staff())
    for _ in range(2):
        response = client.post(paper_url(filed), {"documents": upload("b.png", png_bytes())})
        assert response.content.decode().count("b.png</bdi>") == 1
    filed.refresh_from_db()
    assert filed.status == ObjectionStatus.DOCUMENTS_WANTED
    page = client.get(detail_url(filed)).content.decode()
    assert "أرسل الصفحة الثانية من العقد." in page, "what was asked for is still read"
    assert client.post(detail_url(filed), {}).status_code == 302
    filed.refresh_from_db()
    assert (filed.status, filed.documents_due_on) == (ObjectionStatus.UNDER_REVIEW, None)
    assert len(texts_to(filed.filed_by, template="objection_documents_received")) == 1


def test_what_came_before_staff_asked_is_not_what_they_asked_for(filed: Objection) -> None:
    actor = user_of(filed.filed_by)
    add_documents(objection=filed, checked=[pdf("b.pdf", pages=2)], actor=actor, now=NOW)
    documents_wanted(filed, staff())
    with pytest.raises(IncompleteObjection):
        add_wanted_documents(objection=filed, checked=[], actor=actor, now=NOW)


def test_problem_of_a_file_sent_alone_is_said_and_nothing_kept(
    client: Client, filed: Objection
) -> None:
    response = client.post(paper_url(filed), {"documents": upload("x.svg", b"<svg/>")})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "x.svg" in response.content.decode()
    assert client.post(paper_url(filed), {})["Content-Type"] == "text/plain; charset=utf-8"
    assert names_of(filed) == ["عقد.pdf"]


def test_decided_objection_takes_no_document(client: Client, filed: Objection) -> None:
    decided(filed, staff())
    with pytest.raises(TransitionRefused):
        add_documents(
            objection=filed, checked=[pdf(pages=2)], actor=user_of(filed.filed_by), now=NOW
        )
    sign_in(client, filed.filed_by)
    assert 'name="documents"' not in client.get(detail_url(filed)).content.decode()
    file = {"documents": upload("b.png", png_bytes())}
    assert client.post(paper_url(filed), file).status_code == 409
    client.post(detail_url(filed), {"documents": upload("b.png", png_bytes())})
    assert names_of(filed) == ["عقد.pdf"]


def test_only_its_people_send_to_an_objection(client: Client, filed: Objection) -> None:
    client.cookies.clear()
    file = {"documents": upload("b.png", png_bytes())}
    assert client.post(paper_url(filed), file).status_code == 302
    sign_in(client, outsider())
    assert client.post(paper_url(filed), file).status_code == 404
    sign_in_staff(client, "caseworker")
    assert client.post(paper_url(filed), file).status_code == 404
    assert client.get(paper_url(filed)).status_code == 405
    assert names_of(filed) == ["عقد.pdf"]


def test_database_refuses_an_event_that_is_neither(filed: Objection) -> None:
    for fields in ({"kind": "paper_added"}, {"document": filed.documents.get()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ObjectionEvent.objects.create(
                objection=filed, at=NOW, from_status="submitted", to_status="submitted", **fields
            )


# The scanner's word ----------------------------------------------------------------------


def test_refused_document_before_the_submission_is_shown_and_keeps_it_from_going_on(
    client: Client, person: Person, scanner: Scanner
) -> None:
    begun = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    save_statement(objection=begun, ground="documents", statement=STATEMENT)
    client.post(send_url(begun), {"documents": upload("عقد.pdf", harmful_pdf())})
    assert "ينتظر الفحص" in client.get(step_url(begun, "documents")).content.decode()
    scan_waiting(now=timezone.now())
    page = client.get(step_url(begun, "documents")).content.decode()
    assert "في هذا الملف شيء ضار" in page
    assert "is-invalid" in client.post(step_url(begun, "documents"), {}).content.decode()
    with pytest.raises(IncompleteObjection):
        submit_objection(objection=begun, has_declared=True, now=NOW)
    assert client.get(step_url(begun, "review"))["Location"] == step_url(begun, "documents")
    assert tell_of_refused(now=NOW) == 0
    client.post(send_url(begun), {"documents": upload("b.png", png_bytes())})
    assert client.post(step_url(begun, "documents"), {})["Location"] == step_url(begun, "review")


def test_document_that_is_being_checked_stops_no_submission(
    person: Person, scanner: Scanner
) -> None:
    scanner.fault = "closes"
    begun = draft(result_of(person), person)
    scan_waiting(now=timezone.now())
    assert submit_objection(objection=begun, has_declared=True, now=NOW).reference


def test_document_refused_after_the_submission_is_told_once_and_can_be_replaced(
    client: Client, person: Person, scanner: Scanner
) -> None:
    begun = draft(result_of(person), person)
    bad = {"documents": upload("سيئ.pdf", harmful_pdf())}
    client.post(send_url(begun), bad)
    filed = submit_objection(objection=begun, has_declared=True, now=NOW)
    assert tell_of_refused(now=NOW) == 0
    scan_waiting(now=timezone.now())
    assert [tell_of_refused(now=NOW), tell_of_refused(now=NOW)] == [1, 0]
    assert len(texts_to(person, template=TOLD)) == 1
    assert kinds_of(filed) == [EventKind.DOCUMENT_REFUSED]
    link = filed.documents.get(document__name="سيئ.pdf")
    document = reverse("objections:document", args=[filed.reference, link.document.uuid])
    assert client.get(document).status_code == 404
    page = client.get(detail_url(filed)).content.decode()
    assert "في هذا الملف شيء ضار" in page
    assert f"?replace={link.document.uuid}" in page
    fields = {"replace": str(link.document.uuid), "documents": upload("b.png", png_bytes())}
    client.post(detail_url(filed), fields)
    assert "سيئ.pdf" not in names_of(filed)
    sign_in_staff(client, "caseworker")
    address = reverse("admin:objections_objection_document", args=[filed.pk, link.document.uuid])
    assert client.get(address).status_code == 404


def test_after_the_decision_it_is_in_the_history_alone(person: Person, scanner: Scanner) -> None:
    filed = submitted(result_of(person), person)
    decided(filed, staff())
    Document.objects.update(
        state="refused", finding="x", scanned_at=NOW, scan_due_at=None, draw_due_at=None
    )
    assert tell_of_refused(now=NOW) == 1
    assert kinds_of(filed) == [EventKind.DOCUMENT_REFUSED]
    assert texts_to(person, template=TOLD) == []


def test_staff_see_what_waits_and_what_was_found(
    client: Client, person: Person, scanner: Scanner
) -> None:
    begun = draft(result_of(person), person)
    filed = taken(submit_objection(objection=begun, has_declared=True, now=NOW), staff())
    sign_in_staff(client, "caseworker")
    case = reverse("admin:objections_objection_change", args=[filed.pk])
    link = filed.documents.get()
    address = reverse("admin:objections_objection_document", args=[filed.pk, link.document.uuid])
    assert "تستطيع فتحه بعد فحصه" in client.get(case).content.decode()
    assert client.get(address).status_code == 404
    scan_waiting(now=timezone.now())
    assert client.get(address).status_code == 200
    Document.objects.update(state="refused", finding="Win.X", scanned_at=NOW, draw_due_at=None)
    assert "Win.X" in client.get(case).content.decode()
