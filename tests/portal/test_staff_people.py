"""The register in the staff site: found in any digits, shown by right, changed by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from beneficiaries.models import ImportRun, Person
from beneficiaries.services import update_contact_details
from beneficiaries.statuses import ResultStatus
from tests import personas
from tests.factories import CycleFactory, PaymentLineFactory, ResultFactory, iban
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LIST = "/admin/beneficiaries/person/"
RESULTS = "/admin/beneficiaries/eligibilityresult/"
PAYMENTS = "/admin/beneficiaries/paymentline/"
HIDDEN = "سبب يظهر لصاحبه فقط"


@pytest.fixture(autouse=True)
def arabic():
    with translation.override("ar"):
        yield


def page(response: Any) -> str:
    return str(response.content.decode())


def address(person: Person) -> str:
    return reverse("admin:beneficiaries_person_change", args=[person.pk])


@pytest.mark.parametrize(
    "typed",
    [
        "1000000008",
        "١٠٠٠٠٠٠٠٠٨",
        "۱۰۰۰۰۰۰۰۰۸",
        "10000٠٠٠٠٨",
        "1000000008\u200f",
        "0500000001",
        "٠٥٠٠٠٠٠٠٠١",
        "00966500000001",
    ],
)
def test_a_person_is_found_in_any_spelling_of_their_number(client, typed):
    personas.sign_in_staff(client, "agent")
    personas.head(national_id="1000000008", mobile="+966500000001", full_name="سارة أحمد التجريبية")
    personas.head(full_name="شخص آخر")
    text = page(client.get(LIST, {"q": typed}))
    assert "سارة أحمد التجريبية" in text
    assert "شخص آخر" not in text


@pytest.mark.parametrize("typed", ["100000000", "1000000024", "سا", "%", "' OR 1=1"])
def test_part_of_a_number_and_anything_else_finds_nobody(client, typed):
    personas.sign_in_staff(client, "agent")
    personas.head(national_id="1000000008", full_name="سارة أحمد التجريبية")
    text = page(client.get(LIST, {"q": typed}))
    assert "1000000008" not in text
    assert "لم نجد شيئًا" in text


def test_a_persons_page_shows_household_results_and_tickets(client):
    personas.sign_in_staff(client, "agent")
    head = personas.head(full_name="سارة أحمد التجريبية")
    child = personas.child_of(head, full_name="لمى ماجد التجريبية")
    ResultFactory.create(person=head)
    ticket = tickets.file(national_id=head.national_id)
    text = page(client.get(address(head)))
    assert child.full_name in text
    assert "لم يثبت عقد الإيجار" in text
    assert ticket.reference in text


def test_what_is_open_stands_first_and_the_last_three_cycles_unfolded(client):
    personas.sign_in_staff(client, "caseworker")
    head = personas.head(full_name="سارة أحمد التجريبية")
    results = [
        ResultFactory.create(person=head, cycle=CycleFactory.create(code=f"2026-{month:02}"))
        for month in range(10, 5, -1)
    ]
    ticket = tickets.file(national_id=head.national_id)
    text = page(client.get(address(head)))
    shown, folded = text.split("دورتان أسبق")
    places = [
        text.index(reverse("admin:beneficiaries_eligibilityresult_change", args=[one.pk]))
        for one in results
    ]
    assert text.index(ticket.reference) < places[0]
    assert places == sorted(places)
    assert places[2] < len(shown) < places[3]
    assert folded.index("</details>") > places[4] - len(shown)


def test_a_persons_page_shows_their_own_payments_and_leads_to_all_of_them(client):
    personas.sign_in_staff(client, "agent")
    head = personas.head(full_name="سارة أحمد التجريبية")
    line = PaymentLineFactory.create(person=head)
    waiting = PaymentLineFactory.create(person=head, announced_on=None)
    childs = PaymentLineFactory.create(person=personas.child_of(head))
    others = PaymentLineFactory.create(person=personas.head(full_name="شخص آخر"))
    text = page(client.get(address(head)))
    for shown in (line, waiting):
        assert f"{PAYMENTS}{shown.pk}/change/" in text
    assert "504 ريالات" in text
    assert "من 720 ريالًا" in text
    assert "لم تُعلن" in text
    for hidden in (childs, others):
        assert f"{PAYMENTS}{hidden.pk}/change/" not in text
    assert f'<form method="post" action="{PAYMENTS}">' in text
    listed = client.post(PAYMENTS, {"q": head.national_id}, follow=True)
    assert {row.pk for row in listed.context["cl"].result_list} == {line.pk, waiting.pk}
    assert head.national_id not in listed.request["QUERY_STRING"]


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [
        ("agent", False),
        ("auditor", False),
        ("administrator", False),
        ("caseworker", True),
        ("approver", True),
        ("supervisor", True),
    ],
)
def test_a_sensitive_reason_is_for_those_who_need_it(client, role, is_shown):
    personas.sign_in_staff(client, role)
    result = ResultFactory.create(reason_codes=["SHELTER"])
    PaymentLineFactory.create(person=result.person, reason_codes=["SHELTER"])
    why = {"action": "why", "why": "audit", "reason": "تدقيق رقم 12"}
    if role in {"auditor", "administrator"}:
        client.post(address(result.person), why)
    for where in (address(result.person), RESULTS, f"{RESULTS}{result.pk}/change/"):
        text = page(client.get(where))
        assert ("إيواء" in text) == is_shown, where
        assert (HIDDEN in text) != is_shown, where


@pytest.mark.parametrize("what", [LIST, RESULTS, "/admin/beneficiaries/household/"])
def test_staff_in_no_role_see_nothing_of_the_register(client, what):
    personas.sign_in_staff(client)
    assert client.get(what).status_code == 403
    assert client.get(address(personas.head())).status_code == 403


def test_nothing_of_a_person_is_changed_here(client):
    personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    assert client.post(address(person), {"city": "جدة", "_save": "1"}).status_code == 403
    person.refresh_from_db()
    assert person.city == "الرياض"


def test_a_change_is_shown_with_both_values(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    update_contact_details(
        person=person,
        city="أبها",
        iban=person.iban,
        changed_by=personas.sign_in(client, person),
        now=timezone.now(),
    )
    personas.sign_in_staff(client, "agent")
    text = page(client.get(address(person)))
    assert "الرياض" in text
    assert "أبها" in text
    assert "لم يتغيّر شيء" not in text


def test_a_person_with_nothing_reads_calmly(client):
    personas.sign_in_staff(client, "supervisor")
    text = page(client.get(address(personas.head(mobile="", city="", iban=""))))
    for words in ("لا نتيجة بعد.", "لا دفعة بعد.", "ليس له اعتراض.", "ليس له طلب.", "لا أحد غيره."):
        assert words in text


def test_a_long_name_does_not_break_the_page(client):
    personas.sign_in_staff(client, "agent")
    name = "عبدالرحمن بن " * 11
    assert name.strip() in page(client.get(address(personas.head(full_name=name.strip()))))


def test_a_household_is_found_by_its_number_and_by_its_people(client):
    personas.sign_in_staff(client, "agent")
    head = personas.head(full_name="سارة أحمد التجريبية", iban=iban(1))
    child = personas.child_of(head, full_name="لمى ماجد التجريبية")
    where = "/admin/beneficiaries/household/"
    for term in (head.household.register_id, child.national_id):
        assert "سارة أحمد التجريبية" in page(client.get(where, {"q": term}))
    shown = page(client.get(f"{where}{head.household.pk}/change/"))
    assert "لمى ماجد التجريبية" in shown


def test_results_are_filtered_by_cycle_and_found_by_id(client):
    personas.sign_in_staff(client, "supervisor")
    october = ResultFactory.create(
        cycle=CycleFactory.create(code="2026-10"), person=personas.head(full_name="سعد أكتوبر")
    )
    ResultFactory.create(
        cycle=CycleFactory.create(code="2026-09"),
        person=personas.head(full_name="فهد سبتمبر"),
        status=ResultStatus.ELIGIBLE,
    )
    text = page(client.get(RESULTS, {"cycle": "2026-10"}))
    assert "سعد أكتوبر" in text
    assert "فهد سبتمبر" not in text
    found = page(client.get(RESULTS, {"q": october.person.national_id}))
    assert "فهد سبتمبر" not in found


def test_a_waiting_result_is_seen_as_not_announced(client):
    personas.sign_in_staff(client, "supervisor")
    result = ResultFactory.create(announced_on=None)
    assert "لم تُعلن" in page(client.get(f"{RESULTS}{result.pk}/change/"))


def test_an_import_shows_what_was_refused(client):
    personas.sign_in_staff(client, "supervisor")
    run = ImportRun.objects.create(
        kind="register",
        file_name="register.csv",
        status="done",
        started_at=timezone.now(),
        rows_read=1_234,
        rows_rejected=7,
    )
    text = page(client.get(f"/admin/beneficiaries/importrun/{run.pk}/change/"))
    assert "1,234" in text
    assert "register.csv" in text
