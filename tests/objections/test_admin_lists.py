"""Objections in the staff site: the lists, the search, the queue, what is not shown."""

from __future__ import annotations

import re

import pytest
import time_machine

from objections.models import Objection
from objections.statuses import ObjectionStatus
from tests import personas
from tests.objections import cases
from tests.objections.staff_pages import LIST, address, filed, page, status_of

pytestmark = pytest.mark.django_db


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
