"""Objections in the staff site: who may do what, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import DocumentOpening
from objections.models import AnswerTemplate, Objection
from objections.statuses import ObjectionStatus
from tests import personas
from tests.objections import cases
from tests.objections.staff_pages import LIST, address, filed, page, shown, status_of

pytestmark = pytest.mark.django_db

ANSWER = "قبلنا اعتراضك لأن العقد ساري."
WANTED = "أرسل الصفحة الثانية من العقد."


def act(client: Client, objection: Objection, action: str, **fields: str) -> Any:
    return client.post(address(objection), {"action": action} | shown(objection) | fields)


def decision(outcome: str = "accepted", **fields: Any) -> dict[str, Any]:
    """Give what a caseworker fills in for a decision."""
    reason = cases.reason_of(ObjectionStatus(outcome)).code
    return {"decision": outcome, "reasons": [reason], "answer": ANSWER} | fields


# What a caseworker does ----------------------------------------------------------


def test_a_caseworker_takes_a_case(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = filed()
    response = act(client, objection, "take")
    assert response.url == address(objection)
    objection.refresh_from_db()
    assert objection.status == ObjectionStatus.UNDER_REVIEW
    assert objection.assigned_to == caseworker
    assert cases.texts_to(objection.person, template="objection_taken") == ["objection_taken"]


def test_documents_are_asked_for_and_the_case_waits(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = cases.taken(filed(), caseworker)
    act(client, objection, "documents", text=WANTED, days="14")
    assert status_of(objection) == ObjectionStatus.DOCUMENTS_WANTED
    text = page(client.get(address(objection)))
    assert WANTED in text
    assert "متوقف" in text  # the clock


@pytest.mark.parametrize("outcome", ["accepted", "partly_accepted", "rejected"])
def test_two_people_decide_and_the_citizen_is_told_once(client, outcome):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = cases.taken(filed(), caseworker)
    response = act(client, objection, "decide", **decision(outcome))
    assert response.url == address(objection)
    assert status_of(objection) == ObjectionStatus.UNDER_REVIEW
    assert not cases.texts_to(objection.person, template=f"objection_{outcome}")
    text = page(client.get(response.url))
    assert ANSWER in text
    assert 'value="take_back"' in text
    assert 'value="approve"' not in text

    desk = Client()
    approver = personas.sign_in_staff(desk, "approver")
    proposal = objection.decisions.get()
    assert 'value="approve"' in page(desk.get(address(objection)))
    act(desk, objection, "approve", decision=str(proposal.pk))
    objection.refresh_from_db()
    assert (objection.status, objection.answer) == (outcome, ANSWER)
    assert objection.decided_by == approver
    assert bool(objection.effective_cycle) == (outcome != "rejected")
    text = page(desk.get(response.url))
    assert ANSWER in text
    assert 'name="action"' not in text
    told = cases.texts_to(objection.person, template=f"objection_{outcome}")
    assert told == [f"objection_{outcome}"]


ACTIONS = [
    ("take", {}),
    ("documents", {"text": WANTED, "days": "14"}),
    ("decide", {"decision": "accepted", "answer": ANSWER}),
    ("hand_over", {"note": "إجازة"}),
    ("take_back", {"decision": "1"}),
]


@pytest.mark.parametrize("role", ["agent", "approver", "auditor"])
@pytest.mark.parametrize(("action", "fields"), ACTIONS)
def test_a_clerk_without_the_right_is_refused(client, role, action, fields):
    personas.sign_in_staff(client, role)
    objection = filed()
    events = objection.events.count()
    assert act(client, objection, action, **fields).status_code == 403
    assert status_of(objection) == ObjectionStatus.SUBMITTED
    assert objection.events.count() == events


@pytest.mark.parametrize("role", ["administrator", None])
def test_who_has_no_right_to_objections_sees_none(client, role):
    personas.sign_in_staff(client, role)
    objection = filed()
    assert client.get(LIST).status_code == 403
    assert client.get(address(objection)).status_code == 403


def test_anonymous_is_asked_to_sign_in(client):
    objection = filed()
    response = client.get(address(objection))
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


def test_a_citizen_gets_no_case_page(client):
    objection = filed()
    personas.sign_in(client, objection.person)
    response = client.get(address(objection))
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


# What is refused --------------------------------------------------------------------


def test_who_decides_from_an_old_page_learns_who_did_what_and_keeps_the_text(client):
    """O29 (a): two open one case; the first approves, the second rejects from the old page."""
    supervisor = personas.sign_in_staff(client, "supervisor")
    objection = cases.taken(filed(), supervisor)
    proposal = cases.proposed(objection, supervisor)
    both_saw = shown(objection)
    first = Client()
    personas.sign_in_staff(first, "approver", display_name="هند الأولى")
    act(first, objection, "approve", decision=str(proposal.pk))
    late = {"action": "decide", **both_saw, **decision("rejected", answer="لم نجد العقد.")}
    late["supersede_reason"] = "قرأت العقد من جديد."
    text = page(client.post(address(objection), late))
    assert "لم يُحفظ: سبقك \u2068هند الأولى\u2069 وغيّر الحالة إلى «مقبول» في " in text
    objection.refresh_from_db()
    assert (objection.status, objection.decisions.count()) == ("accepted", 1)
    assert objection.events.filter(is_refused=True).count() == 1
    assert "محاولة مرفوضة" in text
    assert "لم نجد العقد." in text
    assert cases.texts_to(objection.person)[-1] == "objection_accepted"
    assert not cases.texts_to(objection.person, template="objection_rejected")


def test_who_approves_what_was_returned_learns_who_returned_it(client):
    personas.sign_in_staff(client, "approver")
    objection = filed()
    proposal = cases.proposed(objection, personas.staff())
    both_saw = shown(objection)
    first = Client()
    personas.sign_in_staff(first, "supervisor", display_name="هند الأولى")
    act(first, objection, "return", decision=str(proposal.pk), note="أين رقم العقد؟")
    late = {"action": "approve", **both_saw, "decision": str(proposal.pk)}
    text = page(client.post(address(objection), late))
    assert "\u2068هند الأولى\u2069" in text
    assert "أعاد الاقتراح" in text
    assert status_of(objection) == ObjectionStatus.UNDER_REVIEW


def test_an_overtaken_question_keeps_what_was_typed(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = filed()
    late = {"action": "documents", **shown(objection), "text": WANTED, "days": "7"}
    cases.taken(objection, caseworker)
    text = page(client.post(address(objection), late))
    assert "لم يُحفظ" in text
    assert WANTED in text


def test_a_case_that_nobody_took_cannot_be_decided(client):
    personas.sign_in_staff(client, "caseworker")
    objection = filed()
    text = page(act(client, objection, "decide", **decision()))
    assert "لم يُحفظ" in text
    assert status_of(objection) == ObjectionStatus.SUBMITTED


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({"answer": ""}, "id_answer_error"),
        ({"decision": ""}, "اختر"),
        ({"reasons": []}, "id_reasons_error"),
    ],
    ids=["no-answer", "no-decision", "no-reason"],
)
def test_an_incomplete_decision_is_refused_and_keeps_the_rest(client, fields, faulty):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = cases.taken(filed(), caseworker)
    sent = decision() | fields
    text = page(act(client, objection, "decide", **sent))
    assert faulty in text
    assert "<title>خطأ" in text
    assert sent["answer"] in text
    assert not objection.decisions.exists()


@pytest.mark.parametrize("fields", [{"seen_event": "x"}, {"decision": "7" * 19}, {"decision": "0"}])
def test_fields_that_no_page_of_ours_sends_are_refused_in_words(client, fields):
    personas.sign_in_staff(client, "approver")
    objection = filed()
    cases.proposed(objection, personas.staff())
    sent = {"decision": str(objection.decisions.get().pk)} | fields
    assert act(client, objection, "approve", **sent).status_code == 400


# Documents --------------------------------------------------------------------------------


def document_address(objection: Objection) -> str:
    document = objection.documents.get().document
    return reverse("admin:objections_objection_document", args=[objection.pk, document.uuid])


def test_an_opened_document_is_recorded(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = filed()
    response = client.get(document_address(objection))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert DocumentOpening.objects.get().opened_by == caseworker


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", None])
def test_without_the_right_a_document_is_not_given(client, role):
    personas.sign_in_staff(client, role)
    assert client.get(document_address(filed())).status_code == 403
    assert not DocumentOpening.objects.exists()


def test_anonymous_and_citizens_get_no_document_here(client):
    objection = filed()
    assert client.get(document_address(objection)).url.startswith("/admin/login/")
    personas.sign_in(client, objection.person)
    assert client.get(document_address(objection)).url.startswith("/admin/login/")
    assert not DocumentOpening.objects.exists()


def test_a_document_belongs_to_its_case(client):
    personas.sign_in_staff(client, "caseworker")
    objection, other = filed(), filed()
    wrong = document_address(objection).replace(f"/{objection.pk}/", f"/{other.pk}/")
    assert client.get(wrong).status_code == 404


# Templates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("ar", "قبلناه لأن"), ("en", "We took it")])
def test_template_is_put_in_without_a_script_in_the_language_of_the_filer(client, language, words):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = cases.taken(filed(language=language), caseworker)
    template = AnswerTemplate.objects.create(
        kind="accepted",
        title_ar="قبول",
        title_en="Accept",
        text_ar="قبلناه لأن [السبب].",
        text_en="We took it because [reason].",
    )
    sent = {"insert": "1", "template": str(template.pk), "answer": "أهلًا.", "reasons": []}
    text = page(act(client, objection, "decide", **sent))
    assert words in text
    assert "أهلًا." in text
    assert 'value="accepted" checked' in text
    assert not objection.decisions.exists()
    refused = page(act(client, objection, "decide", **decision(answer=template.text_ar)))
    assert "املأ ما بين [القوسين]" in refused
    assert not objection.decisions.exists()


def test_nothing_chosen_puts_nothing_in(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    objection = cases.taken(filed(), caseworker)
    for template in ("", "x", "9" * 30):
        sent = {"insert": "1", "template": template, "text": WANTED, "days": "7"}
        assert WANTED in page(act(client, objection, "documents", **sent))
    assert status_of(objection) == ObjectionStatus.UNDER_REVIEW
