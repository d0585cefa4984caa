"""Names are found in their ordinary spellings, and an index answers (O06)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from access.names import name_filter
from access.searches import NameTooShort
from beneficiaries.models import Person
from portal.staff_search import find
from saudi.text import fold
from tests.factories import PersonFactory
from tests.personas import head, sign_in_staff, staff
from tests.plans import count_rows

pytestmark = pytest.mark.django_db

SPELLINGS = [
    ("أحمد", "احمد"),
    ("إبراهيم", "ابراهيم"),
    ("آمنة", "امنه"),
    ("فاطمة", "فاطمه"),
    ("هدى", "هدي"),
    ("مُحَمَّد", "محمد"),
    ("محـــمد", "محمد"),
    ("عبدالله", "عبد الله"),
    ("\u0627\u0654حمد", "\u0623حمد"),
]
BOTH_WAYS = [*SPELLINGS, *((b, a) for a, b in SPELLINGS)]


def found(text: str) -> list[str]:
    return [person.full_name for person in find(text, user=staff("supervisor")).people]


@pytest.mark.parametrize(("stored", "searched"), BOTH_WAYS)
def test_ordinary_spellings_find_each_other(stored: str, searched: str) -> None:
    name = f"{stored} سعد التجريبي"
    head(full_name=name)
    head(full_name="خالد علي التجريبي")
    assert found(searched) == [name], "and it is shown as it was entered"


@pytest.mark.parametrize(("stored", "searched"), [("إلى", "إلا"), ("عالي", "علي")])
def test_different_words_stay_different(stored: str, searched: str) -> None:
    head(full_name=f"{stored} سعد التجريبي")
    assert found(searched) == []


def test_words_are_found_in_any_order_and_with_some_left_out() -> None:
    head(full_name="سارة أحمد التجريبية")
    assert found("التجريبيه ساره") == ["سارة أحمد التجريبية"]


@pytest.mark.parametrize("text", ["ا", "اح", "ا ح"])
def test_too_few_letters_read_no_table_and_are_told_so(text: str) -> None:
    assert name_filter("folded_name", text) is None
    head(full_name="أحمد سعد")
    with pytest.raises(NameTooShort):
        found(text)


@pytest.mark.parametrize("text", ["", "  ", "+"])
def test_nothing_to_search_for_finds_nothing(text: str) -> None:
    head(full_name="أحمد سعد")
    assert found(text) == []


@pytest.mark.parametrize("name", [a for pair in SPELLINGS for a in pair])
def test_database_folds_as_the_package_does(name: str) -> None:
    person = head(full_name=f"{name} عبد الرحمن نور الدين ١٢ Ali")
    person.refresh_from_db()
    assert person.folded_name == fold(person.full_name)


def test_plan_of_a_search_uses_the_index() -> None:
    """The index can answer; which plan is cheaper at 20,000 rows is the planner's to say."""
    PersonFactory.create_batch(3, relation="head")
    household = Person.objects.first().household_id
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_person (national_id, full_name, birth_date, household_id,"
            " relation, mobile, city, iban, language, register_as_of)"
            " SELECT (1700000000 + n)::text, 'اسم رقم ' || md5(n::text), '1400-01-01', %s, 'child',"
            " '', '', '', 'ar', '2026-01-01' FROM generate_series(1, 20000) AS n",
            [household],
        )
        count_rows([Person])
        cursor.execute("SET LOCAL enable_seqscan = off")
    wanted = name_filter("folded_name", "احمد")
    assert wanted is not None
    assert "person_name_words" in Person.objects.filter(wanted).explain()


def test_lists_search_by_folded_words(client: Client) -> None:
    head(full_name="فاطمة أحمد")
    sign_in_staff(client, "supervisor")
    page = client.post("/en/admin/beneficiaries/person/", {"q": "فاطمه احمد"}, follow=True)
    assert "فاطمة أحمد" in page.content.decode()


def test_the_box_of_the_staff_site_finds_each_spelling_and_shows_it_as_entered(
    client: Client,
) -> None:
    sign_in_staff(client, "supervisor")
    for stored, searched in BOTH_WAYS:
        Person.objects.update(full_name="خالد سعد")  # those before are found by it no more
        head(full_name=f"{stored} سعد التجريبي")
        page = client.post("/admin/find/", {"q": searched}, follow=True).content.decode()
        assert f"{stored} سعد التجريبي" in page, searched
    for stored, searched in (("إلى", "إلا"), ("عالي", "علي")):
        Person.objects.update(full_name=f"{stored} سعد التجريبي")
        page = client.post("/admin/find/", {"q": searched}, follow=True).content.decode()
        assert f"{stored} سعد التجريبي" not in page
