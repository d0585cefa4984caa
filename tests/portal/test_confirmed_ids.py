"""The staff's page of confirmed IDs, and the people who sign in, file and ask with one (O11)."""

from __future__ import annotations

import logging
import re
import threading
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access import codes
from access.models import OneTimeCode
from beneficiaries.confirmed_ids.services import confirm_national_id, withdraw_confirmation
from beneficiaries.models import ConfirmedNationalId, Person, User
from notifications.models import Message
from sawtak.models import Ticket
from tests import personas
from tests.factories import PersonFactory
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LIST = "/admin/beneficiaries/confirmednationalid/"
CONFIRM = f"{LIST}confirm/"
SIGN_IN = "/sign-in/"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ODD = "1234567890"
CODE = "048213"
PROOF = "خطاب السجل رقم 312 في 1448/05/20"
REFUSED = "أحد الأرقام خطأ"
CONFIRMING = ("supervisor", "administrator")
READING = (*CONFIRMING, "auditor")


@pytest.fixture(autouse=True)
def _facts(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(codes, "new_code", lambda: CODE)
    with time_machine.travel(NOW, tick=False):
        yield


def page(response: Any) -> str:
    return unescape(response.content.decode())


def confirmed(national_id: str = ODD) -> ConfirmedNationalId:
    return confirm_national_id(
        national_id=national_id, proof=PROOF, by=personas.staff("supervisor"), now=NOW
    )


def withdrawn(row: ConfirmedNationalId) -> ConfirmedNationalId:
    return withdraw_confirmation(
        confirmation=row, reason="خطاب آخر", by=personas.staff("supervisor"), now=NOW
    )


def typed(**fields: str) -> dict[str, str]:
    return {"national_id": ODD, "again": ODD, "proof": PROOF} | fields


def address(row: ConfirmedNationalId) -> str:
    return f"{LIST}{row.pk}/change/"


class TestConfirming:
    @pytest.mark.parametrize("role", CONFIRMING)
    def test_who_may_confirms_under_their_name(self, client: Client, role: str) -> None:
        user = personas.sign_in_staff(client, role)
        assert f'href="{CONFIRM}"' in page(client.get(LIST))
        assert "لا تنسخه" in page(client.get(CONFIRM))
        response = client.post(CONFIRM, typed(), follow=True)
        row = ConfirmedNationalId.objects.get()
        assert (row.national_id, row.proof, row.confirmed_by) == (ODD, PROOF, user)
        assert row.confirmed_at == NOW
        assert response.redirect_chain == [(address(row), 302)]
        html = page(response)
        for words in ("أكّدت الرقم", PROOF, str(user), "ساري", "ليس في السجل بعد"):
            assert words in html

    @pytest.mark.parametrize(
        "spelling", ["١٢٣٤٥٦٧٨٩٠", "۱۲۳۴۵۶۷۸۹۰", "12345٦٧٨٩٠", "1234567890\u200f", "123 456-7890"]
    )
    def test_both_are_read_in_any_spelling(self, client: Client, spelling: str) -> None:
        personas.sign_in_staff(client, "supervisor")
        client.post(CONFIRM, typed(national_id=spelling))
        assert ConfirmedNationalId.objects.get().national_id == ODD

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"again": "1234567809"}, "الرقمان مختلفان"),
            ({"again": "1000000008"}, "الرقمان مختلفان"),
            ({"again": ""}, "اكتب الرقم مرة ثانية"),
            ({"national_id": ""}, "اكتب رقم الهوية من 10 أرقام"),
            ({"national_id": "123456789"}, "كتبت 9 أرقام"),
            ({"national_id": "3234567890"}, "راجع أول رقم"),
            ({"national_id": "12345O7890"}, "أرقامًا فقط"),
            ({"national_id": "1000000008", "again": "1000000008"}, "لا يحتاج إلى تأكيد"),
            ({"proof": ""}, "اكتب كيف أكّد السجل"),
            ({"proof": " \u200f"}, "اكتب كيف أكّد السجل"),
            ({"proof": "x" * 301}, "301"),
        ],
    )
    def test_a_fault_is_told_and_what_was_typed_stays(
        self, client: Client, fields: dict[str, str], error: str
    ) -> None:
        personas.sign_in_staff(client, "supervisor")
        html = page(client.post(CONFIRM, typed(**fields)))
        assert error in html
        assert html.count('class="invalid-feedback"') == 1
        for value in typed(**fields).values():
            assert value.strip("\u200f ") in html
        assert not ConfirmedNationalId.objects.exists()

    def test_a_second_time_tells_who_did_it_first(self, client: Client) -> None:
        row = confirmed()
        personas.sign_in_staff(client, "supervisor")
        html = page(client.post(CONFIRM, typed(proof="خطاب ثان")))
        assert "هذا الرقم مؤكد من قبل" in html
        assert str(row.confirmed_by) in html
        assert "24 نوفمبر 2026" in html
        assert "خطاب ثان" in html
        assert ConfirmedNationalId.objects.count() == 1

    def test_in_english_too(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        html = page(client.post(f"/en{CONFIRM}", typed(again="1234567809")))
        assert "The two numbers differ." in html
        assert "Proof of the register" in html


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_make_one_row() -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        personas.sign_in_staff(browser, "supervisor")
    start = threading.Barrier(2)
    answers: list[Any] = []

    def press(browser: Client) -> None:
        try:
            start.wait(10)
            answers.append(browser.post(CONFIRM, typed()))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ConfirmedNationalId.objects.count() == 1
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [told] = [page(answer) for answer in answers if answer.status_code == 200]
    assert "هذا الرقم مؤكد من قبل" in told


class TestWithdrawing:
    @pytest.mark.parametrize("role", CONFIRMING)
    def test_who_may_withdraws_with_a_reason(self, client: Client, role: str) -> None:
        row, user = confirmed(), personas.sign_in_staff(client, role)
        url = address(row)
        refused = page(client.post(url, {"action": "withdraw", "reason": ""}))
        assert "اكتب لماذا تسحب التأكيد" in refused
        row.refresh_from_db()
        assert row.is_in_force
        html = page(client.post(url, {"action": "withdraw", "reason": "خطاب آخر"}, follow=True))
        row.refresh_from_db()
        assert (row.withdrawn_by, row.withdrawn_at) == (user, NOW)
        assert row.withdrawal_reason == "خطاب آخر"
        for words in ("سحبت التأكيد", "خطاب آخر", PROOF, str(user), str(row.confirmed_by)):
            assert words in html
        assert 'value="withdraw"' not in html

    def test_the_second_hears_of_the_first_and_keeps_the_words(self, client: Client) -> None:
        row = withdrawn(confirmed())
        personas.sign_in_staff(client, "supervisor")
        html = page(client.post(address(row), {"action": "withdraw", "reason": "سببي أنا"}))
        assert f"{row.withdrawn_by}" in html
        assert "لم يُحفظ" in html
        assert "سببي أنا" in html
        row.refresh_from_db()
        assert row.withdrawal_reason == "خطاب آخر"

    def test_the_page_tells_the_whole_story_of_an_id(self, client: Client) -> None:
        withdrawn(confirmed())
        again = confirmed()
        person = PersonFactory.create(national_id=ODD)
        personas.sign_in_staff(client, "auditor")
        html = page(client.get(address(again)))
        assert html.count('class="is-done"') == 3
        assert person.full_name in html
        assert f"/admin/beneficiaries/person/{person.pk}/change/" in html


class TestRight:
    @pytest.mark.parametrize("role", sorted(set(personas.ROLES) - set(READING)))
    def test_other_roles_see_nothing(self, client: Client, role: str) -> None:
        row = confirmed()
        personas.sign_in_staff(client, role)
        for url in (LIST, CONFIRM, address(row)):
            assert client.get(url).status_code == 403
        assert LIST not in page(client.get("/admin/"))

    @pytest.mark.parametrize("role", sorted(set(personas.ROLES) - set(CONFIRMING)))
    def test_nobody_else_confirms_or_withdraws(self, client: Client, role: str) -> None:
        row = confirmed()
        personas.sign_in_staff(client, role)
        fields = typed(national_id="1000000009", again="1000000009")
        assert client.post(CONFIRM, fields).status_code == 403
        posted = client.post(address(row), {"action": "withdraw", "reason": "x"})
        assert posted.status_code == 403
        row.refresh_from_db()
        assert row.is_in_force
        assert ConfirmedNationalId.objects.count() == 1

    def test_the_auditor_reads(self, client: Client) -> None:
        row = confirmed()
        personas.sign_in_staff(client, "auditor")
        assert CONFIRM not in page(client.get(LIST))
        assert client.get(CONFIRM).status_code == 403
        html = page(client.get(address(row)))
        assert PROOF in html
        assert "<textarea" not in html

    @pytest.mark.parametrize("action", ["delete", "history"])
    def test_nothing_is_deleted(self, client: Client, action: str) -> None:
        row = confirmed()
        personas.sign_in_staff(client, is_superuser=True)
        assert client.post(f"{LIST}{row.pk}/{action}/").status_code in {403, 404, 405}
        assert client.post(f"{LIST}add/", typed()).status_code in {403, 404}
        assert ConfirmedNationalId.objects.count() == 1

    def test_visitors_and_citizens_are_led_to_the_door(self, client: Client) -> None:
        assert client.get(CONFIRM).status_code == 302
        personas.sign_in(client, personas.head())
        assert client.get(CONFIRM).status_code == 302
        assert client.post(CONFIRM, typed()).status_code == 302
        assert not ConfirmedNationalId.objects.exists()


class TestFinding:
    def test_the_list_is_searched_in_any_digits_and_the_address_keeps_none(
        self, client: Client
    ) -> None:
        confirmed()
        confirmed("1000000009")
        personas.sign_in_staff(client, "auditor")
        found = client.post(LIST, {"q": "١٢٣٤٥٦٧٨٩٠"}, follow=True)
        assert ODD in page(found)
        assert "1000000009" not in page(found)
        assert ODD not in found.redirect_chain[0][0]
        nobody = page(client.post(LIST, {"q": "2000000005"}, follow=True))
        assert "لم يؤكد أحد هذا الرقم" in nobody

    def test_the_person_is_found_by_a_confirmed_id(self, client: Client) -> None:
        confirmed()
        person = PersonFactory.create(national_id=ODD)
        where = f"/admin/beneficiaries/person/{person.pk}/change/"
        personas.sign_in_staff(client, "agent")
        assert client.post("/admin/find/", {"q": "١٢٣٤٥٦٧٨٩٠"})["Location"] == where
        found = client.post("/admin/beneficiaries/person/", {"q": ODD}, follow=True)
        assert person.full_name in page(found)
        assert "لا يجتاز الفحص، وأكّده موظف" in page(client.get(where))

    def test_a_confirmed_id_that_nobody_has_is_not_called_mistyped(self, client: Client) -> None:
        personas.sign_in_staff(client, "agent")
        people = "/admin/beneficiaries/person/"
        mistyped, nobodys = "في الرقم خانة خاطئة", "هذا الرقم مؤكد، لكنه ليس لأحد في السجل"
        before = page(client.post(people, {"q": ODD}, follow=True))
        confirmed()
        after = page(client.post(people, {"q": ODD}, follow=True))
        assert (mistyped in before, nobodys in before) == (True, False)
        assert (mistyped in after, nobodys in after) == (False, True)

    def test_who_lost_the_confirmation_is_marked_on_the_persons_page(self, client: Client) -> None:
        withdrawn(confirmed())
        person = PersonFactory.create(national_id=ODD)
        personas.sign_in_staff(client, "agent")
        html = page(client.get(f"/admin/beneficiaries/person/{person.pk}/change/"))
        assert "وسُحب تأكيده" in html


# The people --------------------------------------------------------------------------


def ask(client: Client, national_id: str = ODD) -> Any:
    return client.post(SIGN_IN, {"national_id": national_id})


@pytest.fixture
def person() -> Person:
    return PersonFactory.create(national_id=ODD, mobile="+966500000001")


class TestPeople:
    @pytest.mark.parametrize("spelling", [ODD, "١٢٣٤٥٦٧٨٩٠", "1234567890\u200f"])
    def test_its_owner_signs_in(self, client: Client, person: Person, spelling: str) -> None:
        confirmed()
        asked = ask(client, spelling)
        assert (asked.status_code, asked["Location"]) == (302, "/sign-in/code/")
        assert Message.objects.get().recipient == person.mobile
        entered = client.post("/sign-in/code/", {"code": CODE})
        assert entered["Location"] == "/profile/"
        assert person.full_name in page(client.get("/profile/"))
        assert User.objects.get(person=person)

    def test_without_a_confirmation_the_answer_is_the_one_of_a_typing_error(
        self, client: Client, person: Person
    ) -> None:
        mine = ask(client)
        nobodys = ask(Client(), "1000000009")
        withdrawn(confirmed())
        after = ask(Client())
        for response in (mine, nobodys, after):
            assert response.status_code == 200
            assert REFUSED in page(response)
        assert not Message.objects.exists()
        assert not OneTimeCode.objects.exists()

    def test_a_confirmed_id_of_nobody_is_answered_as_any_unknown_one(self, client: Client) -> None:
        confirmed()
        personas.head(national_id="1000000008", mobile="+966500000002")
        answers = [ask(Client(), national_id) for national_id in (ODD, "1000000024", "1000000008")]
        assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/sign-in/code/")}
        assert Message.objects.exclude(recipient="").count() == 1
        assert Message.objects.count() == 3

    def test_a_request_is_filed_and_followed(self, client: Client, person: Person) -> None:
        confirmed()
        form = tickets.form(national_id="١٢٣٤٥٦٧٨٩٠", mobile="0500000001")
        assert client.post("/sawtak/new/", form).status_code == 302
        ticket = Ticket.objects.get()
        assert (ticket.national_id, ticket.person) == (ODD, person)
        track = {"reference": ticket.reference, "identifier": ODD}
        followed = page(Client().post("/sawtak/track/", track, follow=True))
        assert ticket.reference in followed
        assert REFUSED not in followed

    def test_a_request_with_an_unconfirmed_id_is_refused_as_before(self, client: Client) -> None:
        html = page(client.post("/sawtak/new/", tickets.form(national_id=ODD)))
        assert re.findall(r"<li><a href=\"#([a-z_]+)\">", html) == ["id_national_id"]
        assert REFUSED in html
        track = {"reference": "7000000003", "identifier": ODD}
        assert REFUSED in page(client.post("/sawtak/track/", track))

    @pytest.mark.parametrize(
        ("national_id", "statements"),
        [(ODD, 1), ("1000000008", 0), ("123456789", 0), ("3000000007", 0), ("", 0)],
    )
    def test_only_a_wrong_check_digit_costs_a_statement(
        self, client: Client, national_id: str, statements: int
    ) -> None:
        for url, form in (
            (SIGN_IN, {"national_id": national_id}),
            ("/sawtak/new/", tickets.form(national_id=national_id)),
            ("/sawtak/track/", {"reference": "7000000003", "identifier": national_id}),
        ):
            with CaptureQueriesContext(connection) as captured:
                client.post(url, form)
            asked = [q for q in captured if "beneficiaries_confirmednationalid" in q["sql"]]
            assert len(asked) == statements, url


def test_no_log_line_and_no_address_has_the_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    personas.sign_in_staff(client, "supervisor")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        responses = [
            client.post(CONFIRM, typed()),
            client.post(CONFIRM, typed()),
            client.post(LIST, {"q": ODD}),
            ask(Client()),
            ask(Client(), "1000000009"),
        ]
    row = ConfirmedNationalId.objects.get()
    responses.append(client.post(address(row), {"action": "withdraw", "reason": "خطاب آخر"}))
    for response in responses:
        assert ODD not in response.get("Location", "")
    for number in (ODD, "1000000009"):
        assert number not in caplog.text
