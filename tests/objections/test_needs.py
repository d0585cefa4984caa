"""The documents that help: what reasons and grounds ask for, and what each file was said to be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Person
from beneficiaries.reasons import REASONS
from objections.models import NeededDocument, Objection
from objections.needs import needed_documents
from objections.receipts import receipt_of
from objections.selectors import with_whole_case
from objections.services import open_draft, save_statement, submit_objection
from objections.services.marking import mark_documents
from tests.factories import PaymentLineFactory
from tests.objections.cases import NOW, draft, result_of
from tests.objections.pages import documents_fields, send_url, step_url
from tests.personas import adult_of, child_of, head, sign_in, sign_in_staff, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

BY_REASON = {
    "LEASE_NOT_PROVEN": ["lease"],
    "INDEPENDENCE_NOT_PROVEN": ["lease", "deed", "electricity", "housing"],
    "ABSENCE_90": ["absence", "travel"],
    "ABSENCE_DEDUCTION": ["absence", "travel"],
    "HOUSEHOLD_CHANGED": ["family", "birth", "heirs"],
    "INCOME_OVER_CUTOFF": ["income", "bank"],
    "INCOME_CHANGED": ["income", "bank"],
    "ACCOUNT_INACTIVE": ["bank"],
    "ASSETS": ["transfer"],
    "NATIONALITY": ["relation"],
    "DATA_MISMATCH": ["family", "identity"],
    "ATTACHMENTS_MISSING": ["missing"],
    "DEPENDANT_INELIGIBLE": ["family"],
    "PRISON": ["leaving"],
    "SHELTER": ["leaving"],
    "HEAD_INELIGIBLE": [],
}


def codes(objection: Objection, viewer: Person) -> list[str]:
    return [need.code for need in needed_documents(objection, viewer)]


def need(code: str) -> NeededDocument:
    return NeededDocument.objects.get(code=code)


def field_of(begun: Objection) -> str:
    return f"need-{begun.documents.get().document.uuid}"


def test_every_reason_was_thought_of() -> None:
    assert set(BY_REASON) == set(REASONS)


@pytest.mark.parametrize("code", BY_REASON)
def test_reason_asks_for_its_documents(code: str) -> None:
    person = head()
    result = result_of(person, reason_codes=[code])
    begun = open_draft(contested=result, filed_by=person, now=NOW)
    assert codes(begun, person) == BY_REASON[code]


def test_what_the_reason_asks_for_stands_before_what_the_ground_does() -> None:
    person = head()
    line = PaymentLineFactory.create(person=person, reason_codes=["ACCOUNT_INACTIVE"])
    begun = open_draft(contested=line, filed_by=person, now=NOW)
    save_statement(objection=begun, ground="absence", statement="x")
    with CaptureQueriesContext(connection) as captured:
        assert codes(begun, person) == ["bank", "absence", "travel"]
    assert len(captured) == 1


def test_document_that_is_switched_off_helps_nobody() -> None:
    person = head()
    begun = draft(result_of(person), person)
    NeededDocument.objects.filter(code="lease").update(is_active=False)
    assert codes(begun, person) == ["missing"]


# Sensitive reasons (DOMAIN 16) ----------------------------------------------------------


def test_sensitive_reason_suggests_nothing_to_whoever_may_not_read_it() -> None:
    parent = head()
    child = child_of(parent)
    result = result_of(child, reason_codes=["SHELTER", "LEASE_NOT_PROVEN"])
    begun = open_draft(contested=result, filed_by=parent, now=NOW)
    assert codes(begun, parent) == ["lease"]
    adult = adult_of(parent)
    own = open_draft(contested=result_of(adult, reason_codes=["SHELTER"]), filed_by=adult, now=NOW)
    assert codes(own, adult) == ["leaving"]


def marked(person: Person, code: str, **fields: Any) -> Objection:
    """Give a submitted objection whose document was said to be something."""
    begun = draft(result_of(person, **fields), person)
    link = begun.documents.select_related("document").get()
    mark_documents(objection=begun, marks={link.document.uuid: need(code)})
    return submit_objection(objection=begun, has_declared=True, now=NOW)


@pytest.mark.parametrize(("role", "reads"), [("caseworker", True), ("auditor", False)])
def test_staff_read_what_tells_a_sensitive_reason_only_by_their_right(
    client: Client, role: str, reads: bool
) -> None:
    telling = marked(head(), "leaving", reason_codes=["SHELTER"])
    plain = marked(head(), "lease")
    sign_in_staff(client, role)
    pages = [
        client.get(f"/admin/objections/objection/{case.pk}/change/").content.decode()
        for case in (telling, plain)
    ]
    assert (need("leaving").name_ar in pages[0]) is reads
    assert need("lease").name_ar in pages[1]


def test_receipt_names_documents_but_none_that_tells_a_reason(client: Client) -> None:
    for code, reason in (("lease", "LEASE_NOT_PROVEN"), ("leaving", "SHELTER")):
        person = head()
        filed = marked(person, code, reason_codes=[reason])
        whole = with_whole_case(user_of(person), filed.reference or "")
        assert whole is not None
        said = [file.need for file in receipt_of(whole).files]
        assert said == ([need("lease").name_ar] if code == "lease" else [""])
        sign_in(client, person)
        page = client.get(reverse("objections:detail", args=[filed.reference])).content.decode()
        assert need(code).name_ar in page  # its own owner


# Saying what a file is ------------------------------------------------------------------


def test_list_says_what_helps_and_what_must_be_visible(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    for prefix, language in (("", "ar"), ("/en", "en")):
        page = client.get(prefix + step_url(begun, "documents")).content.decode()
        assert need("lease").name(language) in page
        assert need("lease").visible(language) in page
        assert need("deed").name(language) not in page


def test_each_file_may_be_said_to_be_one_of_them(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    name = field_of(begun)
    assert f'name="{name}"' in client.get(step_url(begun, "documents")).content.decode()
    chosen = {name: str(need("lease").pk)}
    assert client.post(step_url(begun, "documents"), chosen).status_code == 302
    assert begun.documents.get().need == need("lease")
    assert need("lease").name_ar in client.get(step_url(begun, "review")).content.decode()
    client.post(step_url(begun, "documents"), {name: ""})
    assert begun.documents.get().need is None


def test_what_is_said_is_kept_at_once_by_a_script(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    chosen = {field_of(begun): str(need("lease").pk), "action": "keep"}
    assert client.post(step_url(begun, "documents"), chosen).status_code == 204
    assert begun.documents.get().need == need("lease")


def test_what_was_said_is_there_again_when_another_file_is_sent_alone(
    client: Client, person: Person
) -> None:
    begun = draft(result_of(person), person)
    name = field_of(begun)
    sent = client.post(send_url(begun), documents_fields() | {name: str(need("lease").pk)})
    assert f'<option value="{need("lease").pk}" selected>' in sent.content.decode()


@pytest.mark.parametrize("odd", ["x", "99999999", "-1", "not-offered"])
def test_what_is_no_offered_document_is_no_choice(client: Client, person: Person, odd: str) -> None:
    begun = draft(result_of(person), person)
    chosen = str(need("deed").pk) if odd == "not-offered" else odd
    fields = {field_of(begun): chosen, "need-x": "", "need-": "1"}
    assert client.post(step_url(begun, "documents"), fields).status_code == 302
    assert begun.documents.get().need is None


def test_need_that_a_file_names_is_not_deleted() -> None:
    filed = marked(head(), "lease")
    assert filed.documents.get().need == need("lease")
    with pytest.raises(ProtectedError):
        need("lease").delete()
