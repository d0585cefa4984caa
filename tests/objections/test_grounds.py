"""The catalogue of grounds: what it offers, and what an objection keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Person
from objections.errors import GroundNotOffered, IncompleteObjection
from objections.models import Ground, NeededDocument, Objection
from objections.services import save_statement, submit_objection
from tests.factories import PaymentLineFactory
from tests.objections.cases import NOW, STATEMENT, draft, result_of, submitted
from tests.objections.pages import started, statement_fields, step_url
from tests.personas import head
from tests.portal.test_voice import LONGEST_SENTENCE, NOT_SAID, NOT_SAID_IN_ENGLISH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


def ground(code: str, track: str = "result") -> Ground:
    return Ground.objects.get(code=code, track=track)


def switch_off(code: str, track: str = "result") -> None:
    Ground.objects.filter(code=code, track=track).update(is_active=False)


# What is offered -----------------------------------------------------------------------


def test_each_track_offers_its_own_grounds_in_their_order() -> None:
    offered = {
        track: [each.code for each in Ground.objects.offered(track)]
        for track in ("result", "payment")
    }
    assert offered["result"] == ["reason_wrong", "changed", "documents", "corrected", "other"]
    assert offered["payment"] == [
        *("reason_wrong", "absence", "household", "account", "documents", "corrected", "other"),
    ]


def test_form_offers_the_grounds_of_its_track_in_the_language_of_the_page(
    client: Client, person: Person
) -> None:
    line = PaymentLineFactory.create(person=person)
    begun = draft(line, person)
    arabic = client.get(step_url(begun, "statement")).content.decode()
    english = client.get("/en" + step_url(begun, "statement")).content.decode()
    for each in Ground.objects.offered("payment"):
        assert each.label_ar in arabic
        assert each.label_en in english
    assert ground("reason_wrong").label_ar not in arabic
    assert ground("changed", "payment").label_ar not in arabic


def test_catalogue_costs_the_form_one_statement(client: Client, person: Person) -> None:
    begun = started(client, person)
    client.get(step_url(begun, "statement"))
    with CaptureQueriesContext(connection) as captured:
        client.get(step_url(begun, "statement"))
    asked = [query["sql"] for query in captured if 'SELECT "objections_ground"' in query["sql"]]
    assert len(asked) == 1


def test_catalogue_speaks_as_the_portal_does() -> None:
    arabic: list[str] = []
    english: list[str] = []
    for each in Ground.objects.all():
        arabic += [each.label_ar, each.hint_ar]
        english += [each.label_en, each.hint_en]
    for needed in NeededDocument.objects.all():
        arabic += [needed.name_ar, needed.visible_ar]
        english += [needed.name_en, needed.visible_en]
    for text in arabic:
        words = text.rstrip(".").replace("،", "").split()
        assert not NOT_SAID.keys() & set(words), text
        assert len(words) <= LONGEST_SENTENCE, text
        assert not set(",;?") & set(text), text
    assert not [text for text in english if NOT_SAID_IN_ENGLISH.search(text)]


# What an objection keeps ---------------------------------------------------------------


def test_objection_says_what_its_writer_read_whatever_the_catalogue_says_later(
    client: Client, person: Person
) -> None:
    filed = submitted(result_of(person), person)
    before = ground("documents")
    Ground.objects.filter(pk=before.pk).update(label_ar="نص آخر", label_en="Other words")
    switch_off("documents")
    address = reverse("objections:detail", args=[filed.reference])
    assert before.label_ar in client.get(address).content.decode()
    assert before.label_en in client.get("/en" + address).content.decode()


def test_draft_with_a_ground_that_was_switched_off_is_asked_to_choose_again(
    client: Client, person: Person
) -> None:
    begun = draft(result_of(person), person)
    switch_off("documents")
    with pytest.raises(IncompleteObjection) as caught:
        submit_objection(objection=begun, has_declared=True, now=NOW)
    assert caught.value.missing == ("ground",)
    review = client.post(step_url(begun, "review"), {"declaration": "on"})
    assert review["Location"] == step_url(begun, "statement")
    again = client.post(step_url(begun, "statement"), statement_fields())
    assert again.status_code == 200
    begun.refresh_from_db()
    assert begun.ground_text == "صار عندي المستند الناقص"
    client.post(step_url(begun, "statement"), statement_fields(ground="changed"))
    begun.refresh_from_db()
    assert submit_objection(objection=begun, has_declared=True, now=NOW).reference


@pytest.mark.parametrize("code", ["absence", "nothing", "changed"])
def test_service_takes_no_ground_that_is_not_offered(code: str) -> None:
    person = head()
    begun = draft(result_of(person), person)
    switch_off("changed")
    with pytest.raises(GroundNotOffered):
        save_statement(objection=begun, ground=code, statement="x")
    begun.refresh_from_db()
    assert (begun.ground, begun.statement) == ("documents", STATEMENT)


# What the database refuses --------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"ground": "", "ground_ar": "", "ground_en": ""}, id="no-ground"),
        pytest.param({"ground_ar": ""}, id="no-arabic"),
        pytest.param({"ground_en": ""}, id="no-english"),
    ],
)
def test_submitted_objection_has_a_ground_in_both_languages(fields: dict[str, Any]) -> None:
    person = head()
    filed = submitted(result_of(person), person)
    with pytest.raises(IntegrityError, match="objection_ground_in_both_languages"):
        Objection.objects.filter(pk=filed.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "renamed"},
        {"track": "payment"},
        {"label_en": ""},
        {"hint_ar": ""},
        {"track": "tickets"},
    ],
)
def test_ground_keeps_its_code_and_says_both_languages(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Ground.objects.filter(code="changed", track="result").update(**fields)


def test_ground_that_an_objection_names_is_not_deleted() -> None:
    person = head()
    draft(result_of(person), person)
    with pytest.raises(IntegrityError, match="switch it off"), transaction.atomic():
        Ground.objects.filter(code="documents", track="result").delete()
    Ground.objects.filter(code="account", track="payment").delete()  # nobody's


def test_needed_document_says_what_must_be_visible() -> None:
    with pytest.raises(IntegrityError, match="needed_document_says_both_languages"):
        NeededDocument.objects.filter(code="lease").update(visible_en="")


def test_document_that_tells_a_sensitive_reason_says_so() -> None:
    telling = [each.code for each in NeededDocument.objects.all() if each.tells_reason]
    assert telling == ["leaving"]
