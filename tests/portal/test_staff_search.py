"""Finding by what a caller reads out, in any spelling: in the box and in every list (O04–O06)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.searches import LONGEST_SEARCH, NameTooShort, SearchColumns, read_number
from beneficiaries.models import Person
from objections.models import Objection
from sawtak.models import Ticket
from tests import personas
from tests.factories import PaymentLineFactory
from tests.objections import cases
from tests.portal.test_name_search import BOTH_WAYS
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

ID_SPELLINGS = [
    "1000000008",
    "١٠٠٠٠٠٠٠٠٨",
    "۱۰۰۰۰۰۰۰۰۸",
    "10000٠٠٠٠٨",
    "1000 0000 08",
    "1000-000-008",
    "1000000008\u200f",
    "\u202a1000000008\u202c",
    "100.000.0008",
]
MOBILE_SPELLINGS = [
    "0500000001",
    "500000001",
    "+966500000001",
    "00966500000001",
    "966500000001",
    "٠٥٠٠٠٠٠٠٠١",
    "۰۵۰۰۰۰۰۰۰۱",
    "050 000 0001",
    "050-000-0001",
    "\u202a+966 50 000 0001\u202c",
    "05\u00a00000\u00a00001",
    "\u20660500000001\u2069",
    "+966\ufe0f500000001",
]


def page(response: Any) -> str:
    return str(response.content.decode())


def found_in(client: Client, model: str, typed: str) -> list[Any]:
    """Search a list and give its rows."""
    response = client.get(reverse(f"admin:{model}_changelist"), {"q": typed})
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.fixture
def sara() -> Person:
    return personas.head(
        national_id="1000000008", mobile="+966500000001", full_name="سارة أحمد التجريبية"
    )


@pytest.fixture
def desk(client: Client) -> Client:
    personas.sign_in_staff(client, "supervisor")
    return client


# Numbers ------------------------------------------------------------------------------


def test_a_national_id_is_found_in_every_list_in_any_spelling(desk: Client, sara: Person) -> None:
    result = cases.result_of(sara)
    objection = cases.submitted(result, sara)
    ticket = tickets.file(national_id=sara.national_id)
    line = PaymentLineFactory.create(person=sara)
    personas.head()
    for typed in ID_SPELLINGS:
        assert found_in(desk, "beneficiaries_person", typed) == [sara], typed
        assert found_in(desk, "beneficiaries_household", typed) == [sara.household], typed
        assert found_in(desk, "beneficiaries_paymentline", typed) == [line], typed
        assert result in found_in(desk, "beneficiaries_eligibilityresult", typed), typed
        assert found_in(desk, "objections_objection", typed) == [objection], typed
        assert found_in(desk, "sawtak_ticket", typed) == [ticket], typed


def test_a_mobile_is_found_in_every_list_in_any_spelling(desk: Client, sara: Person) -> None:
    objection = cases.submitted(cases.result_of(sara), sara)
    ticket = tickets.file(mobile=sara.mobile)
    tickets.file(mobile="+966500000002")
    for typed in MOBILE_SPELLINGS:
        assert found_in(desk, "beneficiaries_person", typed) == [sara], typed
        assert found_in(desk, "objections_objection", typed) == [objection], typed
        assert found_in(desk, "sawtak_ticket", typed) == [ticket], typed
        sent = found_in(desk, "notifications_message", typed)
        assert {message.recipient for message in sent} == {sara.mobile}, typed


@pytest.mark.parametrize("spelling", ["{}", "#{}", " {} ", "\u2068{}\u2069"])
def test_a_reference_is_found_in_its_list(desk: Client, sara: Person, spelling: str) -> None:
    objection, ticket = cases.submitted(cases.result_of(sara), sara), tickets.file()
    assert found_in(desk, "objections_objection", spelling.format(objection.reference)) == [
        objection
    ]
    grouped = f"{ticket.reference[:4]} {ticket.reference[4:7]} {ticket.reference[7:]}"
    assert found_in(desk, "sawtak_ticket", spelling.format(grouped)) == [ticket]


@pytest.mark.parametrize("typed", [*ID_SPELLINGS, *MOBILE_SPELLINGS])
def test_the_box_leads_to_the_person(desk: Client, sara: Person, typed: str) -> None:
    response = desk.post("/admin/find/", {"q": typed})
    assert response.url == reverse("admin:beneficiaries_person_change", args=[sara.pk])


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("1000000009", ("national_id", "1000000009")),
        ("4000000002", ("reference", "4000000002")),
        ("7000000007", ("reference", "7000000007")),
        ("3000000007", ("other", "3000000007")),
        ("1001", ("other", "1001")),
        ("100000000000000000000000", ("other", "100000000000000000000000")),
        ("¹٠٠٠٠٠٠٠٠٨", None),
        ("سارة 12", None),
        ("", None),
        ("+", None),
    ],
)
def test_a_number_tells_by_its_form_what_it_is(typed: str, known: tuple[str, str] | None) -> None:
    assert read_number(typed) == known


# Names --------------------------------------------------------------------------------


def test_a_name_is_found_in_every_list_in_its_ordinary_spellings(desk: Client) -> None:
    for stored, searched in BOTH_WAYS:
        person = personas.head(full_name=f"{stored} الرشيد")
        objection = cases.submitted(cases.result_of(person), person)
        ticket = tickets.file(full_name=f"{stored} الرشيد")
        typed = f"{searched} الرشيد"
        assert person in found_in(desk, "beneficiaries_person", typed), (stored, searched)
        assert objection in found_in(desk, "objections_objection", typed), (stored, searched)
        assert ticket in found_in(desk, "sawtak_ticket", typed), (stored, searched)
        for model in (Objection, Ticket):
            model.objects.update(status="withdrawn")


def test_the_box_finds_objections_by_the_name_of_who_they_are_about(
    desk: Client, sara: Person
) -> None:
    objection = cases.submitted(cases.result_of(sara), sara)
    text = page(desk.post("/admin/find/", {"q": "ساره التجريبيه"}))
    assert objection.reference in text
    assert "سارة أحمد التجريبية" in text


def test_a_draft_is_not_found_by_name(desk: Client, sara: Person) -> None:
    cases.draft(cases.result_of(sara), sara)
    assert found_in(desk, "objections_objection", "سارة") == []


LISTS_BY_NAME = ["beneficiaries_person", "objections_objection", "sawtak_ticket"]
THREE_LETTERS = "اكتب ثلاثة أحرف أو أكثر"


@pytest.mark.parametrize("model", LISTS_BY_NAME)
@pytest.mark.parametrize("typed", ["ا", "اح", "ا ح", "سـ", "أ\u064e"])
def test_too_few_letters_are_answered_in_words(
    desk: Client, sara: Person, model: str, typed: str
) -> None:
    tickets.file()
    response = desk.post(reverse(f"admin:{model}_changelist"), {"q": typed}, follow=True)
    assert list(response.context["cl"].result_list) == []
    assert THREE_LETTERS in page(response)
    assert THREE_LETTERS in page(desk.post("/admin/find/", {"q": typed}))


@pytest.mark.parametrize(
    ("model", "typed", "words"),
    [
        ("beneficiaries_person", "زينب", "تأكد من الاسم"),
        ("beneficiaries_person", "10000", "اكتب الرقم كاملًا"),
        ("beneficiaries_person", "٠٥٩٩٩٩٩٩٩٩", "لا شيء في هذه القائمة بهذا الرقم"),
        ("notifications_message", "1000000008", "لا شيء في هذه القائمة بهذا الرقم"),
        ("beneficiaries_person", "1000000009", "في الرقم خانة خاطئة"),
        ("beneficiaries_eligibilityresult", "سارة", "تبحث هذه القائمة بالرقم فقط"),
        ("notifications_message", "ا", "تبحث هذه القائمة بالرقم فقط"),
    ],
)
def test_a_search_that_found_nothing_says_what_to_do(
    desk: Client, sara: Person, model: str, typed: str, words: str
) -> None:
    response = desk.post(reverse(f"admin:{model}_changelist"), {"q": typed}, follow=True)
    assert words in page(response)


def test_columns_that_a_table_has_not_find_nothing() -> None:
    personas.head(mobile="+966500000001")
    by_id = SearchColumns(national_id="national_id")
    assert not Person.objects.filter(by_id.filter_for("0500000001")).exists()
    assert not Person.objects.filter(by_id.filter_for("سارة")).exists()
    with pytest.raises(NameTooShort):
        SearchColumns(name="folded_name").filter_for("سا")


def test_a_search_goes_on_over_pages_and_filters(desk: Client) -> None:
    for _number in range(27):
        tickets.file(full_name="هند الرشيد")
    tickets.file(full_name="ريم الرشيد")
    first = desk.post("/admin/sawtak/ticket/", {"q": "هند"}, follow=True)
    shown = first.context["cl"]
    assert len(shown.result_list) == 25
    rest = desk.get("/admin/sawtak/ticket/" + shown.get_query_string({"p": shown.page.next}))
    names = {row.full_name for row in rest.context["cl"].result_list}
    assert (names, len(rest.context["cl"].result_list)) == ({"هند الرشيد"}, 2)
    closed = desk.get("/admin/sawtak/ticket/" + shown.get_query_string({"status": "closed"}))
    assert list(closed.context["cl"].result_list) == []


def test_a_page_of_text_pasted_into_the_box_is_cut(desk):
    response = desk.post("/admin/find/", {"q": "abc " * 50_000})  # a condition for each word
    assert response.status_code == 200
    assert len(response.context["asked"]) <= LONGEST_SEARCH
