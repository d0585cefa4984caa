"""The objections of a person: the list, one of them, its documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Person
from objections.models import Objection
from objections.services.review import hand_over_objection
from objections.statuses import ObjectionStatus
from tests.documents.files import pdf_bytes, upload
from tests.factories import PaymentLineFactory
from tests.objections.cases import (
    NOW,
    STATEMENT,
    approved,
    decided,
    documents_wanted,
    draft,
    proposed,
    result_of,
    riyadh,
    seen,
    submitted,
    taken,
    texts_to,
)
from tests.personas import adult_of, head, outsider, sign_in, sign_in_staff, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


def detail_url(objection: Objection) -> str:
    return reverse("objections:detail", args=[objection.reference])


def document_url(objection: Objection) -> str:
    uuid = objection.documents.get().document.uuid
    return reverse("objections:document", args=[objection.reference, uuid])


@pytest.fixture
def filed() -> Objection:
    person = head()
    return submitted(result_of(person), person)


def test_owner_sees_the_receipt_to_the_second(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    page = client.get(detail_url(filed)).content.decode()
    assert f'<bdi class="ref" dir="ltr">{filed.reference}</bdi>' in page
    assert "21:14:07" in page
    assert STATEMENT in page
    assert "عقد.pdf" in page
    assert "27 يناير 2027" in page
    assert document_url(filed) in page


def test_printed_receipt_names_the_fingerprint_of_each_file(
    client: Client, filed: Objection
) -> None:
    sign_in(client, filed.person)
    document = filed.documents.get().document
    said = {"ar": "بصمة الملف", "en": "File fingerprint"}
    for language, words in said.items():
        prefix = "" if language == "ar" else "/en"
        page = client.get(prefix + detail_url(filed)).content.decode()
        assert (
            f"<bdi>{document.name}</bdi><br>"
            f'{words} (<bdi dir="ltr" class="num">SHA-256</bdi>)<br>'
            f'<bdi dir="ltr" class="num">{document.sha256}</bdi>'
        ) in page


def test_page_needs_few_statements(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    with CaptureQueriesContext(connection) as captured:
        client.get(detail_url(filed))
    assert len(captured) <= 12


def test_person_concerned_sees_what_the_head_filed(client: Client) -> None:
    person = head()
    adult = adult_of(person)
    filed = submitted(result_of(adult), person)
    sign_in(client, adult)
    assert client.get(detail_url(filed)).status_code == 200
    assert client.get(document_url(filed)).status_code == 200


def test_heads_page_hides_a_reason_that_is_sensitive(client: Client) -> None:
    person = head()
    adult = adult_of(person)
    filed = submitted(result_of(adult), person)
    filed.result.reason_codes = ["SHELTER"]
    filed.result.save()
    sign_in(client, person)
    assert "إيواء" not in client.get(detail_url(filed)).content.decode()


def test_outsider_and_staff_get_404(client: Client, filed: Objection) -> None:
    for somebody in (outsider(), None):
        if somebody is None:
            sign_in_staff(client, "caseworker")
        else:
            sign_in(client, somebody)
        for address in (detail_url(filed), document_url(filed)):
            assert client.get(address).status_code == 404
    assert client.get(reverse("objections:index")).status_code == 404


def test_visitor_signs_in_first(client: Client, filed: Objection) -> None:
    for address in (detail_url(filed), document_url(filed), reverse("objections:index")):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("portal:sign_in") + "?next=")


def test_neighbouring_and_malformed_references_are_404(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    near = str(int(filed.reference or "0") + 1)
    for reference in (near, "4000000000", "7000000000", "400"):
        assert client.get(f"/objections/{reference}/").status_code in {404}


def test_document_is_an_attachment_of_its_owner(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    response = client.get(document_url(filed))
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Type"] == "application/pdf"


def test_document_of_another_objection_is_404(client: Client, filed: Objection) -> None:
    other = submitted(result_of(adult_of(filed.filed_by)), filed.filed_by)
    uuid = other.documents.get().document.uuid
    sign_in(client, filed.filed_by)
    address = reverse("objections:document", args=[filed.reference, uuid])
    assert client.get(address).status_code == 404


def test_list_shows_drafts_and_objections(client: Client, filed: Objection) -> None:
    begun = draft(result_of(adult_of(filed.filed_by)), filed.filed_by)
    sign_in(client, filed.filed_by)
    page = client.get(reverse("objections:index")).content.decode()
    assert detail_url(filed) in page
    assert reverse("objections:step", args=[begun.uuid, "review"]) in page
    sign_in(client, outsider())
    page = client.get(reverse("objections:index")).content.decode()
    assert detail_url(filed) not in page


# What was asked for -----------------------------------------------------------------------


def test_wanted_documents_are_sent_on_the_page(client: Client, filed: Objection) -> None:
    documents_wanted(filed, staff())
    sign_in(client, filed.filed_by)
    page = client.get(detail_url(filed)).content.decode()
    assert "أرسل الصفحة الثانية من العقد." in page
    assert "8 ديسمبر 2026" in page
    for _ in range(2):
        file = upload("صفحة-2.pdf", pdf_bytes(pages=2))
        response = client.post(detail_url(filed), {"documents": file})
        assert response["Location"] == detail_url(filed)
    filed.refresh_from_db()
    assert (filed.status, filed.documents.count()) == ("under_review", 2)
    assert "وصلت مستنداتك. نكمل دراسة اعتراضك." in client.get(detail_url(filed)).content.decode()
    assert len(texts_to(filed.filed_by, template="objection_documents_received")) == 1


def test_refused_file_is_named_and_no_file_is_asked_for(client: Client, filed: Objection) -> None:
    documents_wanted(filed, staff())
    sign_in(client, filed.filed_by)
    response = client.post(detail_url(filed), {"documents": upload("x.svg", b"<svg/>")})
    assert "x.svg" in response.content.decode()
    assert "is-invalid" in client.post(detail_url(filed), {}).content.decode()
    filed.refresh_from_db()
    assert filed.status == ObjectionStatus.DOCUMENTS_WANTED


def test_too_many_documents_are_refused(client: Client, filed: Objection) -> None:
    documents_wanted(filed, staff())
    sign_in(client, filed.filed_by)
    files = [upload(f"{n}.pdf", pdf_bytes(pages=n + 2)) for n in range(10)]
    response = client.post(detail_url(filed), {"documents": files})
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()


def test_documents_nobody_asked_for_change_no_status(client: Client, filed: Objection) -> None:
    taken(filed, staff())
    sign_in(client, filed.filed_by)
    file = upload("صفحة-2.pdf", pdf_bytes(pages=2))
    response = client.post(detail_url(filed), {"documents": file})
    assert response["Location"] == detail_url(filed)
    filed.refresh_from_db()
    assert (filed.status, filed.documents.count()) == ("under_review", 2)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "decision",
    [ObjectionStatus.ACCEPTED, ObjectionStatus.PARTLY_ACCEPTED, ObjectionStatus.REJECTED],
)
def test_decision_is_read_with_its_answer_and_its_cycle(
    client: Client, filed: Objection, decision: ObjectionStatus, prefix: str
) -> None:
    decided(filed, staff(), decision=decision)
    sign_in(client, filed.filed_by)
    page = client.get(prefix + detail_url(filed)).content.decode()
    assert "وصل العقد كاملًا." in page
    cycle = "cycle of January 2027" if prefix else "دورة يناير 2027"
    assert (cycle in page) is (decision != ObjectionStatus.REJECTED)


def test_refused_attempt_of_staff_is_not_the_citizens_business(
    client: Client, filed: Objection
) -> None:
    decided(filed, staff())
    filed.events.create(
        at=NOW, actor=staff(), from_status="accepted", to_status="rejected", is_refused=True
    )
    sign_in(client, filed.filed_by)
    assert str(ObjectionStatus.REJECTED.label) not in client.get(detail_url(filed)).content.decode()


def test_withdrawn_objection_promises_no_decision(client: Client, filed: Objection) -> None:
    Objection.objects.filter(pk=filed.pk).update(status=ObjectionStatus.WITHDRAWN)
    filed.events.create(at=NOW, from_status="submitted", to_status="withdrawn")
    sign_in(client, filed.filed_by)
    assert client.get(detail_url(filed)).status_code == 200


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-26 12:00:00", "غالبًا خلال 10 أيام عمل"),
        ("2026-11-29 00:30:00", "تأخرنا. يصلك جوابنا قبل نهاية يوم"),
        ("2027-01-11 23:59:59", "تأخرنا. يصلك جوابنا قبل نهاية يوم"),
        ("2027-01-12 00:00:00", "تأخرنا. كان موعد جوابنا يوم"),
    ],
)
def test_citizen_reads_when_the_answer_comes_and_that_it_is_late(
    client: Client, filed: Objection, now: str, said: str
) -> None:
    with time_machine.travel(riyadh(now), tick=False):
        sign_in(client, filed.filed_by)
        page = client.get(detail_url(filed)).content.decode()
    assert said in page
    assert "11 يناير 2027" in page


@pytest.mark.parametrize(
    ("due_on", "said"),
    [
        (date(2026, 11, 13), "المتبقي: يوم واحد"),
        (date(2026, 11, 12), "اليوم آخر يوم"),
        (date(2026, 11, 11), "نقبله حتى نقرر"),
    ],
)
def test_documents_are_asked_for_in_the_words_of_their_day(
    client: Client, filed: Objection, due_on: date, said: str
) -> None:
    documents_wanted(filed, staff("caseworker"))
    Objection.objects.update(documents_due_on=due_on)
    sign_in(client, filed.filed_by)
    page = client.get(detail_url(filed)).content.decode()
    assert said in page
    assert ("اليوم آخر يوم" in page) is (due_on == NOW.date())


# What staff write to each other, and money ------------------------------------------


def test_citizen_reads_the_amounts_by_month_after_the_approval(
    client: Client, person: Person
) -> None:
    PaymentLineFactory.create(cycle__code="2026-10", paid_on=NOW.date())
    filed = submitted(result_of(person), person)
    proposal = proposed(filed, staff(), back_pay={"2026-10": Decimal("720.50")})
    address = reverse("objections:detail", args=[filed.reference])
    assert "720.50" not in client.get(address).content.decode()
    approved(proposal)
    page = client.get(address).content.decode()
    assert "ما نصرفه لك عن أشهر مضت" in page
    assert page.count("720.50") == 2, "the month and the total"
    assert "أكتوبر 2026" in page


def test_note_to_a_colleague_is_not_what_the_citizen_was_asked(
    client: Client, person: Person
) -> None:
    filed = submitted(result_of(person), person)
    clerk = staff("caseworker")
    documents_wanted(filed, clerk)
    hand_over_objection(
        objection_id=filed.pk,
        by=clerk,
        to=staff("caseworker"),
        note="أشك في هذا المستند.",
        seen=seen(filed),
        now=NOW,
    )
    page = client.get(reverse("objections:detail", args=[filed.reference])).content.decode()
    assert "أشك في هذا المستند." not in page
    assert "أرسل الصفحة الثانية من العقد." in page
