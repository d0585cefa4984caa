"""The citizen's steps, as plain POST forms: the whole way, who may go it, where it begins."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.statuses import ResultStatus
from objections.models import Objection
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import STATEMENT, draft, result_of, submitted, texts_to
from tests.objections.pages import documents_fields, new_url, statement_fields, step_url
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

# The whole way -------------------------------------------------------------------


def test_five_posts_lead_to_the_page_of_the_objection(client: Client, person: Person) -> None:
    result = result_of(person)
    assert client.get(new_url(result)).status_code == 200
    assert not Objection.objects.exists()
    response = client.post(new_url(result))
    objection = Objection.objects.get()
    assert response["Location"] == step_url(objection, "profile")
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"])
    assert response["Location"] == step_url(objection, "statement")
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"], statement_fields())
    assert response["Location"] == step_url(objection, "documents")
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"], documents_fields())
    assert response["Location"] == step_url(objection, "review")
    page = client.get(response["Location"]).content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page
    response = client.post(response["Location"], {"declaration": "on"})
    objection.refresh_from_db()
    assert response["Location"] == reverse("objections:detail", args=[objection.reference])
    page = client.get(response["Location"]).content.decode()
    assert f">{objection.reference}<" in page
    assert texts_to(person) == ["objection_submitted"]


def test_no_step_takes_more_than_fifteen_statements(client: Client, person: Person) -> None:
    counts: dict[str, int] = {}

    def sent(step: str, address: str, fields: dict[str, object]) -> str:
        for method, data in (("get", None), ("post", fields)):
            with CaptureQueriesContext(connection) as captured:
                response = getattr(client, method)(address, data)
            counts[f"{method} {step}"] = len(captured)
        return str(response["Location"])

    client.get("/profile/")
    files = [upload(f"{number}.pdf", pdf_bytes(pages=number)) for number in (1, 2, 3)]
    address = sent("new", new_url(result_of(person)), {})
    address = sent("profile", address, {})
    address = sent("statement", address, statement_fields())
    sent("documents", address, {"documents": files[:2]})
    marks = {f"need-{each.document.uuid}": "" for each in Objection.objects.get().documents.all()}
    address = sent("documents", address, marks | {"documents": files[2:]})
    address = sent("review", address, {"declaration": "on"})
    sent_one = Objection.objects.get()
    assert address == reverse("objections:detail", args=[sent_one.reference])
    assert sent_one.documents.count() == len(files)
    assert max(counts.values()) <= 15, counts


def test_back_and_send_again_lands_on_the_same_page(client: Client, person: Person) -> None:
    filed = submitted(result_of(person), person)
    detail = reverse("objections:detail", args=[filed.reference])
    for step in ("profile", "statement", "documents", "review"):
        fields = statement_fields(declaration="on") | documents_fields()
        assert client.post(step_url(filed, step), fields)["Location"] == detail
        assert client.get(step_url(filed, step))["Location"] == detail
    assert client.post(new_url(filed.result))["Location"] == detail
    assert client.get(new_url(filed.result))["Location"] == detail
    assert Objection.objects.count() == 1
    assert texts_to(person) == ["objection_submitted"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_last_submit_button_of_every_step_goes_on(
    client: Client, person: Person, language: str
) -> None:
    objection = draft(result_of(person), person)
    prefix = "" if language == "ar" else "/en"
    for step in ("profile", "statement", "documents", "review"):
        page = client.get(prefix + step_url(objection, step).removeprefix("/en")).content.decode()
        page = page[page.index("<main") :]
        form = page[page.index("enctype" if step == "documents" else '<form method="post" class') :]
        buttons = re.findall(r"<button[^>]*>", form[: form.index("</form>")])
        assert "btn-primary" in buttons[-1]
        assert "name=" not in buttons[-1]


# Who -----------------------------------------------------------------------------


def test_visitor_signs_in_first_and_comes_back(client: Client) -> None:
    result = result_of(head())
    response = client.get(new_url(result))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("portal:sign_in") + "?next=")
    begun = draft(result, result.person)
    assert client.post(step_url(begun, "review"))["Location"].startswith(reverse("portal:sign_in"))


def test_outsider_gets_404(client: Client) -> None:
    owner = head()
    result = result_of(owner)
    begun = draft(result, owner)
    sign_in(client, outsider())
    for address in (new_url(result), *(step_url(begun, s) for s in ("profile", "review"))):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_staff_gets_404(client: Client) -> None:
    result = result_of(head())
    sign_in_staff(client, "caseworker")
    assert client.get(new_url(result)).status_code == 404


def test_draft_is_its_writers_alone(client: Client) -> None:
    owner = head()
    adult = adult_of(owner)
    begun = draft(result_of(adult), owner)
    sign_in(client, adult)
    assert client.get(step_url(begun, "statement")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?result=",
        "?result=x",
        "?result=٣",
        "?result=99999999",
        "?result=" + "9" * 30,
        "?payment=1",
    ],
)
def test_what_is_no_result_is_404(client: Client, person: Person, query: str) -> None:
    assert person.pk
    assert client.get(reverse("objections:new") + query).status_code == 404


def test_unknown_draft_and_unknown_step_are_404(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert client.get(reverse("objections:step", args=[uuid.uuid4(), "review"])).status_code == 404
    assert client.get(step_url(begun, "other")).status_code == 404


def test_head_files_for_a_child(client: Client, person: Person) -> None:
    child = child_of(person)
    result = result_of(child)
    page = client.get(new_url(result)).content.decode()
    assert child.full_name in page
    assert client.post(new_url(result)).status_code == 302
    assert Objection.objects.get().person == child


def test_heads_page_does_not_tell_an_adults_sensitive_reason(
    client: Client, person: Person
) -> None:
    result = result_of(adult_of(person), reason_codes=["SHELTER"])
    shown, sent = client.get(new_url(result)), client.post(new_url(result))
    assert (shown.status_code, sent.status_code) == (200, 409)
    for response in (shown, sent):
        assert "إيواء" not in response.content.decode()
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"status": ResultStatus.ELIGIBLE}, {"superseded_on": date(2026, 11, 2)}]
)
def test_what_cannot_be_contested_has_a_page_of_its_own(
    client: Client, person: Person, fields: dict[str, object]
) -> None:
    result = result_of(person, **fields)
    assert client.get(new_url(result)).status_code == 200
    assert client.post(new_url(result)).status_code == 409
    assert not Objection.objects.exists()


def test_minor_is_sent_to_the_main_beneficiary(client: Client) -> None:
    child = child_of(head(), mobile="+966500000555")
    sign_in(client, child)
    assert client.get(new_url(result_of(child))).status_code == 200
    assert client.post(new_url(EligibilityResult.objects.get())).status_code == 409


def test_head_learns_that_the_adult_objected_and_not_the_reference(
    client: Client, person: Person
) -> None:
    adult = adult_of(person)
    filed = submitted(result_of(adult), adult)
    response = client.get(new_url(filed.result))
    assert response.status_code == 200
    assert (filed.reference or "") not in response.content.decode()


def test_heads_draft_after_the_adult_filed_leads_nowhere_secret(
    client: Client, person: Person
) -> None:
    adult = adult_of(person)
    result = result_of(adult)
    heads = draft(result, person)
    filed = submitted(result, adult)
    response = client.post(step_url(heads, "review"), {"declaration": "on"})
    assert response.status_code == 409
    assert (filed.reference or "") not in response.content.decode()


# Step 1 again: the draft that was begun --------------------------------------------


def test_begun_objection_is_resumed_where_it_stopped(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert "بدأت" in client.get(new_url(begun.result)).content.decode()
    assert client.post(new_url(begun.result))["Location"] == step_url(begun, "review")
