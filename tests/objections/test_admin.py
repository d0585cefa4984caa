"""Objections in the staff site: who may see, take, ask and decide, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from documents.models import DocumentOpening
from objections.clock import case_clock
from objections.models import AnswerTemplate, Objection
from objections.services import add_wanted_documents
from objections.services.review import request_documents
from objections.statuses import ObjectionStatus
from tests import personas
from tests.objections import cases

pytestmark = pytest.mark.django_db

LIST = "/admin/objections/objection/"
ANSWER = "قبلنا اعتراضك لأن العقد ساري."
WANTED = "أرسل الصفحة الثانية من العقد."


def filed(**person: Any) -> Objection:
    owner = personas.head(**person)
    return cases.submitted(cases.result_of(owner), owner)


def address(objection: Objection) -> str:
    return reverse("admin:objections_objection_change", args=[objection.pk])


def act(client: Client, objection: Objection, action: str, **fields: str) -> Any:
    return client.post(address(objection), {"action": action} | shown(objection) | fields)


def shown(objection: Objection) -> dict[str, str]:
    """Give the hidden fields of a case's page that is opened now."""
    status, event = cases.seen(objection)
    return {"seen_status": status, "seen_event": str(event)}


def decision(outcome: str = "accepted", **fields: Any) -> dict[str, Any]:
    """Give what a caseworker fills in for a decision."""
    reason = cases.reason_of(ObjectionStatus(outcome)).code
    return {"decision": outcome, "reasons": [reason], "answer": ANSWER} | fields


def status_of(objection: Objection) -> str:
    return Objection.objects.get(pk=objection.pk).status


def page(response: Any) -> str:
    return str(response.content.decode())


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


# Lists, search and what is not shown -----------------------------------------------------


def test_the_list_begins_with_what_waits(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    waiting, done = filed(), cases.decided(filed(), caseworker)
    text = page(client.get(LIST))
    assert waiting.reference in text
    assert done.reference not in text
    assert done.reference in page(client.get(LIST, {"status": "all"}))
    assert done.reference in page(client.get(LIST, {"q": done.reference}))


@pytest.mark.parametrize(
    "term", ["1000000008", "١٠٠٠٠٠٠٠٠٨", "۱۰۰۰۰۰۰۰۰۸", "10000٠٠٠٠٨", "٠٥٠٠٠٠٠٠٠١", "سارة أحمد"]
)
def test_search_finds_a_case_in_any_spelling(client, term):
    personas.sign_in_staff(client, "caseworker")
    wanted = filed(
        national_id="1000000008", mobile="+966500000001", full_name="سارة أحمد التجريبية"
    )
    other = filed()
    text = page(client.get(LIST, {"q": term}))
    assert wanted.reference in text
    assert other.reference not in text


def test_what_was_searched_for_is_not_in_the_address(client):
    personas.sign_in_staff(client, "caseworker")
    wanted = filed(national_id="1000000008", full_name="سارة أحمد التجريبية")
    other = filed()
    response = client.post(LIST, {"q": "١٠٠٠٠٠٠٠٠٨"}, follow=True)
    text = page(response)
    [(url, _status)] = response.redirect_chain
    assert re.fullmatch(rf"{LIST}\?q=kept-[0-9a-f]{{8}}", url)
    assert wanted.reference in text
    assert other.reference not in text
    assert 'value="١٠٠٠٠٠٠٠٠٨"' in text
    assert "q=1000000008" not in text
    cleared = client.post(LIST, {"q": ""}, follow=True)
    assert cleared.redirect_chain == [(LIST, 302)]
    assert other.reference in page(cleared)


def test_a_draft_is_never_seen_by_staff(client):
    personas.sign_in_staff(client, "supervisor")
    owner = personas.head(full_name="صاحبة المسودة")
    draft = cases.draft(cases.result_of(owner), owner)
    for query in ({}, {"status": "all"}, {"status": "draft"}, {"q": owner.national_id}):
        assert "صاحبة المسودة" not in page(client.get(LIST, query))
    assert client.get(address(draft)).status_code == 404


def test_a_list_shows_no_sensitive_reason_to_anybody(client):
    personas.sign_in_staff(client, "supervisor")
    owner = personas.head()
    cases.submitted(cases.result_of(owner, reason_codes=["PRISON"]), owner)
    text = page(client.get(LIST))
    assert "سجين" not in text
    assert "سبب يظهر لصاحبه فقط" in text


@pytest.mark.parametrize(
    ("role", "is_shown"), [("caseworker", True), ("agent", False), ("auditor", False)]
)
def test_a_sensitive_reason_is_for_those_who_need_it(client, role, is_shown):
    personas.sign_in_staff(client, role)
    owner = personas.head()
    objection = cases.submitted(cases.result_of(owner, reason_codes=["PRISON"]), owner)
    text = page(client.get(address(objection)))
    assert ("سجين" in text) == is_shown
    assert ("سبب يظهر لصاحبه فقط" in text) != is_shown


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


# The clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "elapsed", "state"),
    [
        # Received on Thursday 12 November 2026; Friday and Saturday are no working days.
        (date(2026, 11, 12), 0, ""),
        (date(2026, 11, 14), 0, ""),
        (date(2026, 11, 15), 1, ""),
        (date(2026, 11, 24), 8, "is-soon"),
        (date(2026, 11, 26), 10, "is-soon"),
        (date(2026, 11, 29), 11, "is-late"),
    ],
    ids=["same-day", "weekend", "day-1", "two-left", "due-today", "late"],
)
def test_the_clock_counts_working_days(today, elapsed, state):
    clock = case_clock(filed(), today=today)
    assert clock is not None
    assert (clock.elapsed_days, clock.state) == (elapsed, state)
    assert clock.shown_days <= clock.usual_days


def test_the_clock_words_the_days_in_arabic():
    objection = filed()
    texts = [
        clock.text
        for day in (24, 25, 26, 29)
        if (clock := case_clock(objection, today=date(2026, 11, day)))
    ]
    assert len(set(texts)) == 4
    assert all("day" not in text for text in texts)


def test_the_clock_stands_while_the_citizen_is_waited_for():
    worker = personas.staff("caseworker")
    objection = cases.documents_wanted(filed(), worker, now=cases.riyadh("2026-11-16 10:00:00"))

    def clock(day: int, month: int = 11) -> tuple[int, str]:
        shown = case_clock(objection, today=date(2026, month, day))
        assert shown is not None
        return shown.elapsed_days, shown.state

    # Two working days, Sunday and Monday, had passed as it was asked.
    assert [clock(day) for day in (16, 17, 26)] == [(2, "is-paused")] * 3
    # Documents were due by 8 December. From the next day on the clock runs.
    assert [clock(day, 12) for day in (8, 9, 10)] == [(2, "is-paused"), (3, ""), (4, "")]
    add_wanted_documents(
        objection=objection,
        checked=[cases.pdf("آخر.pdf", pages=2)],
        actor=personas.user_of(objection.filed_by),
        now=cases.riyadh("2026-11-23 08:00:00"),
    )
    objection.refresh_from_db()
    assert (objection.awaited_days, objection.wanted_on) == (5, None)
    assert [clock(day) for day in (23, 24)] == [(2, ""), (3, "")]


def test_a_second_wait_is_added_to_the_first():
    worker = personas.staff("caseworker")
    objection = filed()
    for asked, came in ((16, 17), (18, 22)):
        objection = (
            cases.documents_wanted(objection, worker, now=cases.riyadh(f"2026-11-{asked} 10:00:00"))
            if objection.status == ObjectionStatus.SUBMITTED
            else request_documents(
                objection_id=objection.pk,
                caseworker=worker,
                text="أرسل الفاتورة.",
                due_on=date(2026, 12, 8),
                seen=cases.seen(objection),
                now=cases.riyadh(f"2026-11-{asked} 10:00:00"),
            )
        )
        objection = add_wanted_documents(
            objection=objection,
            checked=[cases.pdf(f"{asked}.pdf", pages=asked)],
            actor=personas.user_of(objection.filed_by),
            now=cases.riyadh(f"2026-11-{came} 08:00:00"),
        )
    assert objection.awaited_days == 1 + 2


def test_a_decided_case_has_no_clock():
    objection = cases.decided(filed(), personas.staff("caseworker"))
    assert case_clock(objection, today=date(2026, 11, 24)) is None


def test_what_was_changed_with_the_objection_is_named_in_arabic(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    owner = personas.head(mobile="+966500000002", city="جدة")
    objection = cases.taken(cases.submitted(cases.result_of(owner), owner), caseworker)
    owner.changes.create(
        field="mobile",
        old_value="+966500000001",
        new_value="+966500000002",
        source="owner",
        changed_at=cases.NOW,
    )
    text = page(client.get(address(objection)))
    assert "<td>الجوال</td>" in text
    assert "0500000001" in text, "what it was on the day of the result"
    assert "0500000002" in text
    assert text.count("جدة") >= 2, "what did not change was so then"
    assert "+966500000002" not in text


# The queue --------------------------------------------------------------------------------


def test_next_case_is_taken_with_one_press(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    first = filed()
    filed()
    assert "خذ الحالة التالية" in page(client.get(LIST))
    assert client.get(LIST + "next/").status_code == 405
    assert client.post(LIST + "next/").url == address(first)
    first.refresh_from_db()
    assert first.assigned_to == caseworker
    client.post(LIST + "next/")
    assert "لا توجد حالة تنتظر" in page(client.post(LIST + "next/", follow=True))


@pytest.mark.parametrize("role", ["agent", "approver", "auditor", "administrator", None])
def test_who_takes_no_cases_has_no_next_one(client, role):
    personas.sign_in_staff(client, role)
    objection = filed()
    assert client.post(LIST + "next/").status_code == 403
    assert status_of(objection) == ObjectionStatus.SUBMITTED


def test_list_shows_what_waits_for_my_approval_and_not_my_own(client):
    supervisor = personas.sign_in_staff(client, "supervisor")
    own, others, free = filed(), filed(), filed()
    cases.proposed(own, supervisor)
    cases.proposed(others, personas.staff())
    text = page(client.get(LIST, {"mine": "approval"}))
    assert others.reference in text
    assert own.reference not in text
    assert free.reference not in text


def test_list_is_narrowed_by_track_reason_city_and_lateness(client):
    personas.sign_in_staff(client, "caseworker")
    here, there = personas.head(city="جدة"), personas.head(city="أبها")
    wanted = cases.submitted(cases.result_of(here, reason_codes=["ASSETS"]), here)
    other = cases.submitted(cases.result_of(there), there)
    with time_machine.travel(cases.NOW):
        for query in (
            {"city": "جدة"},
            {"reason": "ASSETS"},
            {"reason": "ASSETS", "track": "result"},
        ):
            text = page(client.get(LIST, query))
            assert wanted.reference in text
            assert other.reference not in text
        for query in ({"track": "payment"}, {"age": "late"}, {"mine": "late"}):
            assert wanted.reference not in page(client.get(LIST, query))
    with time_machine.travel(cases.riyadh("2026-11-29 09:00:00")):
        personas.sign_in_staff(client, "caseworker")
        assert wanted.reference in page(client.get(LIST, {"mine": "late"}))
        Objection.objects.filter(pk=wanted.pk).update(awaited_days=1)
        late = page(client.get(LIST, {"mine": "late"}))
        assert wanted.reference not in late
        assert other.reference in late


def test_sensitive_reason_is_no_filter(client):
    personas.sign_in_staff(client, "supervisor")
    owner = personas.head()
    hidden = cases.submitted(cases.result_of(owner, reason_codes=["PRISON"]), owner)
    other = filed()
    text = page(client.get(LIST, {"reason": "PRISON"}))
    assert hidden.reference in text
    assert other.reference in text


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
