"""Signing in with a code: what it does, what it refuses, and what it never tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from access import codes, limits
from access.models import OneTimeCode
from beneficiaries.models import Person, User
from notifications.models import Message, MessageStatus
from portal.sign_in import OPEN_CODES
from tests.factories import PersonFactory
from tests.personas import sign_in, sign_in_staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KNOWN = "1000000008"
UNKNOWN = "1000000024"
WITHOUT_MOBILE = "1000000016"
CODE = "048213"

SIGN_IN = "/en/sign-in/"
CODE_PAGE = "/en/sign-in/code/"
PROFILE = "/en/profile/"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture(autouse=True)
def _facts(clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze the time and let every code be the one whose first digit is a zero."""
    monkeypatch.setattr(codes, "new_code", lambda: CODE)


@pytest.fixture
def sara() -> Person:
    return PersonFactory.create(national_id=KNOWN, mobile="+966500000001")


def ask(client: Client, national_id: str = KNOWN, **extra: str) -> HttpResponse:
    return client.post(SIGN_IN, {"national_id": national_id} | extra)


def enter(client: Client, code: str = CODE) -> HttpResponse:
    return client.post(CODE_PAGE, {"code": code})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def page(response: HttpResponse) -> str:
    return unescape(response.content.decode())


class TestOwner:
    def test_code_by_sms_opens_the_file(self, client: Client, sara: Person) -> None:
        asked = ask(client)
        assert (asked.status_code, asked["Location"]) == (302, CODE_PAGE)
        sms = Message.objects.get()
        assert (sms.recipient, sms.status) == ("+966500000001", MessageStatus.QUEUED)
        assert CODE in sms.body
        entered = enter(client)
        assert (entered.status_code, entered["Location"]) == (302, PROFILE)
        assert is_in(client)
        assert User.objects.get().person == sara

    def test_session_gets_a_new_id_and_lasts_two_hours(self, client: Client, sara: Person) -> None:
        ask(client)
        before = client.session.session_key
        enter(client)
        assert client.session.session_key != before
        assert not Session.objects.filter(session_key=before).exists()
        assert client.session.get_expiry_age() == 2 * 60 * 60

    @pytest.mark.parametrize(
        "typed", [KNOWN, "١٠٠٠٠٠٠٠٠٨", "۱۰۰۰۰۰۰۰۰۸", "10000٠٠٠٠٨", "1000000008\u200f"]
    )
    def test_id_in_any_digits_is_the_same_person(
        self, client: Client, sara: Person, typed: str
    ) -> None:
        ask(client, typed)
        enter(client)
        assert is_in(client)
        assert User.objects.get().person == sara

    @pytest.mark.parametrize("typed", ["٠٤٨٢١٣", "۰۴۸۲۱۳", "\u2068048213\u2069", " 048 213 "])
    def test_code_in_any_digits_is_the_same_code(
        self, client: Client, sara: Person, typed: str
    ) -> None:
        ask(client)
        enter(client, typed)
        assert is_in(client)

    def test_code_posted_to_the_first_page_works_too(self, client: Client, sara: Person) -> None:
        ask(client)
        client.post(SIGN_IN, {"code": CODE})
        assert is_in(client)

    def test_leads_on_to_the_page_that_was_wanted(self, client: Client, sara: Person) -> None:
        wanted = client.get("/en/profile/edit/")
        assert wanted["Location"] == "/en/sign-in/?next=/en/profile/edit/"
        form = page(client.get(wanted["Location"]))
        assert 'name="next" value="/en/profile/edit/"' in form
        ask(client, next="/en/profile/edit/")
        assert enter(client)["Location"] == "/en/profile/edit/"

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
    )
    def test_never_leads_to_another_site(self, client: Client, sara: Person, target: str) -> None:
        ask(client, next=target)
        assert enter(client)["Location"] == PROFILE

    def test_signing_out_forgets_the_session(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        key = client.session.session_key
        assert client.post("/en/sign-out/")["Location"] == "/en/"
        assert not is_in(client)
        assert not Session.objects.filter(session_key=key).exists()

    def test_an_address_alone_signs_nobody_out(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        assert client.get("/en/sign-out/").status_code == 302
        assert is_in(client)

    def test_forms_ask_for_the_token(self, sara: Person) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert ask(strict).status_code == 403
        sign_in(strict, sara)
        assert strict.post("/en/sign-out/").status_code == 403

    def test_person_cannot_be_staff_at_the_same_time(self, client: Client, sara: Person) -> None:
        sign_in_staff(client, username="clerk")
        assert client.get(PROFILE).status_code == 403
        ask(client)
        enter(client)
        assert User.objects.get(pk=client.session["_auth_user_id"]).person == sara


class TestSecondTab:
    """O18 (a): sign in in one tab, send the other's form."""

    def test_other_tabs_first_form_lands_signed_in(self, sara: Person) -> None:
        browser = Client(enforce_csrf_checks=True)
        stale = self._token(browser.get(SIGN_IN))
        self._sign_in(browser)
        answer = browser.post(SIGN_IN, {"national_id": KNOWN, "csrfmiddlewaretoken": stale})
        assert (answer.status_code, answer["Location"]) == (302, PROFILE)

    def test_other_tabs_code_form_lands_signed_in(self, sara: Person) -> None:
        browser = Client(enforce_csrf_checks=True)
        stale = self._sign_in(browser)
        answer = browser.post(CODE_PAGE, {"code": CODE, "csrfmiddlewaretoken": stale})
        assert (answer.status_code, answer["Location"]) == (302, PROFILE)

    @staticmethod
    def _token(response: HttpResponse) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page(response))
        assert found
        return found[1]

    def _sign_in(self, browser: Client) -> str:
        token = self._token(browser.get(SIGN_IN))
        browser.post(SIGN_IN, {"national_id": KNOWN, "csrfmiddlewaretoken": token})
        token = self._token(browser.get(CODE_PAGE))
        browser.post(CODE_PAGE, {"code": CODE, "csrfmiddlewaretoken": token})
        assert is_in(browser)
        return token


class TestExistenceIsNotTold:
    """DOMAIN 17: the register's, the unknown and the one without a mobile answer alike."""

    @pytest.fixture(autouse=True)
    def _people(self, sara: Person) -> None:
        PersonFactory.create(national_id=WITHOUT_MOBILE, mobile="")

    def _walk(self, national_id: str) -> tuple[list[object], list[str]]:
        """Ask, open the code page, type a wrong code; give what can be seen and what is asked."""
        client = Client()
        seen: list[object] = []
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for response in (
                ask(client, national_id),
                client.get(CODE_PAGE),
                enter(client, "111111"),
                client.post(CODE_PAGE, {"resend": "1"}),
                client.get(CODE_PAGE),
            ):
                headers = {k: v for k, v in response.items() if k != "Content-Length"}
                body = page(response).replace(national_id, "ID")
                body = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", body)
                seen.append((response.status_code, headers, body, sorted(client.cookies)))
        return seen, [re.sub(r"'[^']*'|-?\d+", "?", query["sql"]) for query in queries]

    @pytest.mark.parametrize("other", [UNKNOWN, WITHOUT_MOBILE])
    def test_pages_headers_and_statements_are_the_same(self, other: str) -> None:
        known_pages, known_sql = self._walk(KNOWN)
        other_pages, other_sql = self._walk(other)
        assert other_pages == known_pages
        assert other_sql == known_sql

    @pytest.mark.parametrize("nobody", [UNKNOWN, WITHOUT_MOBILE])
    def test_message_to_nobody_is_written_and_suppressed(self, client: Client, nobody: str) -> None:
        ask(client, nobody)
        sms = Message.objects.get()
        assert (sms.recipient, sms.status) == ("", MessageStatus.SUPPRESSED)
        assert CODE not in sms.body

    def test_right_code_for_an_unknown_id_is_as_wrong_as_another(self, client: Client) -> None:
        ask(client, UNKNOWN)
        right = page(enter(client))
        assert "The code is not right" in right
        assert not is_in(client)

    def test_the_id_is_in_no_address(self, client: Client) -> None:
        assert KNOWN not in ask(client)["Location"]
        assert KNOWN not in enter(client)["Location"]

    def test_help_is_the_same_without_any_id(self, client: Client) -> None:
        assert client.get("/en/sign-in/lost-mobile/").status_code == 200
        assert client.get("/en/register/").status_code == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Write the 10 digits"),
            ("100000000", "You wrote 9 digits"),
            ("3000000007", "starts with 1 or 2"),
            ("1000000009", "One of the digits is wrong"),
            ("1234567890", "One of the digits is wrong"),
        ],
    )
    def test_wrong_id_is_explained_and_stays(self, client: Client, typed: str, says: str) -> None:
        answer = ask(client, typed)
        assert answer.status_code == 200
        assert says in page(answer)
        assert f'value="{typed}"' in page(answer) or not typed
        assert not OneTimeCode.objects.exists()

    def test_five_digits_are_counted_out(self, client: Client, sara: Person) -> None:
        ask(client)
        assert "You wrote 5 digits" in page(enter(client, "48213"))
        assert not is_in(client)
        assert OneTimeCode.objects.get().wrong_tries == 0

    def test_wrong_code_says_how_many_tries_are_left(self, client: Client, sara: Person) -> None:
        ask(client)
        assert "You have 4 tries left" in page(enter(client, "111111"))
        for _ in range(2):
            enter(client, "111111")
        assert "You have 1 try left" in page(enter(client, "111111"))
        assert "you have no tries left" in page(enter(client, "111111"))
        assert "no longer works" in page(enter(client))
        assert not is_in(client)

    def test_old_code_says_so(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(300)
        assert "The code no longer works" in page(client.get(CODE_PAGE))
        assert "no longer works" in page(enter(client))

    def test_code_page_without_a_request_leads_to_the_first_page(self, client: Client) -> None:
        assert client.get(CODE_PAGE)["Location"] == SIGN_IN
        assert enter(client)["Location"] == SIGN_IN
        assert "Write your ID again" in page(client.get(SIGN_IN))

    def test_sixth_code_of_the_hour_says_when_to_come_again(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        for _ in range(5):
            ask(client)
            clock.shift(61)
        refused = ask(client)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) == 3600 - 5 * 61
        assert "Ask for a new one after 1:00\u00a0PM." in page(refused)
        assert Message.objects.count() == 5
        assert "I have a code already" in page(refused)
        assert enter(client)["Location"] == PROFILE

    def test_fifteen_wrong_tries_stop_every_code(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        for _ in range(3):
            ask(client)
            for _ in range(5):
                enter(client, "111111")
            clock.shift(61)
        assert enter(client).status_code == 429
        refused = ask(client)
        assert refused.status_code == 429
        assert "Too many wrong codes were tried with this ID" in page(refused)


class TestResend:
    """O20: a slow SMS, a reload, Back."""

    def test_reload_back_and_open_again_send_nothing(self, client: Client, sara: Person) -> None:
        ask(client)
        client.get(CODE_PAGE)
        client.get(CODE_PAGE)
        client.get(SIGN_IN)
        assert ask(client)["Location"] == CODE_PAGE
        assert Message.objects.count() == 1
        enter(client)
        assert is_in(client)

    def test_first_code_works_after_a_resend(
        self,
        client: Client,
        sara: Person,
        clock: time_machine.Coordinates,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ask(client)
        clock.shift(65)
        monkeypatch.setattr(codes, "new_code", lambda: "222222")
        client.post(CODE_PAGE, {"resend": "1"})
        assert "An earlier one works too" in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 2
        clock.shift(25)
        enter(client)
        assert is_in(client)

    def test_too_early_says_how_long_to_wait(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(18)
        assert ">0:42</bdi>" in page(client.get(CODE_PAGE))
        client.post(CODE_PAGE, {"resend": "1"})
        assert "You can ask for another in 42 seconds" in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 1

    def test_sixth_code_by_the_button_says_when_to_come_again(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        for _ in range(5):
            clock.shift(61)
            client.post(CODE_PAGE, {"resend": "1"})
        assert "Ask for a new one after 1:00\u00a0PM." in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 5

    def test_input_lets_the_phone_offer_the_code(self, client: Client, sara: Person) -> None:
        ask(client)
        source = page(client.get(CODE_PAGE))
        inputs = re.findall(r"<input[^>]*name=\"code\"[^>]*>", source)
        assert len(inputs) == 1
        for attribute in (
            'type="text"',
            'inputmode="numeric"',
            'autocomplete="one-time-code"',
            'dir="ltr"',
        ):
            assert attribute in inputs[0]
        assert "maxlength" not in inputs[0]

    def test_sms_keeps_the_code_in_one_piece(self, client: Client, sara: Person) -> None:
        client.post("/sign-in/", {"national_id": KNOWN})
        assert re.search(rf"(?<!\d){CODE}(?!\d)", Message.objects.get().body)


class TestOneAddress:
    """O19: what is counted for an address is codes that were not completed."""

    @pytest.fixture(autouse=True)
    def _ceiling(self, settings: Settings) -> None:
        settings.LIMITS = settings.LIMITS | {"codes_open_per_address_hour": 3}

    def _ask(self, number: int, **headers: str) -> HttpResponse:
        return Client(headers=headers).post(
            SIGN_IN, {"national_id": PersonFactory.create().national_id}
        )

    def test_many_ids_from_one_address_are_stopped(self) -> None:
        answers = [self._ask(n).status_code for n in range(5)]
        assert answers == [302, 302, 302, 429, 429]
        assert Message.objects.count() == 3

    def test_a_new_header_each_time_changes_nothing(self) -> None:
        answers = [self._ask(n, **{"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(5)]
        assert answers == [302, 302, 302, 429, 429]

    def test_refusal_says_when_to_come_again(self) -> None:
        for number in range(3):
            self._ask(number)
        refused = self._ask(3)
        assert "Try again after 1:05\u00a0PM" in page(refused)
        assert int(refused["Retry-After"]) == 65 * 60

    def test_citizens_who_complete_behind_one_address_are_not_locked_out(self) -> None:
        for _ in range(10):
            client = Client()
            ask(client, PersonFactory.create().national_id)
            enter(client)
            assert is_in(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW) == 0

    def test_a_resent_code_is_given_back_too(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(61)
        client.post(CODE_PAGE, {"resend": "1"})
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW + timedelta(seconds=61)) == 2
        enter(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW + timedelta(seconds=61)) == 0

    def test_codes_asked_for_others_are_not_given_back(self, client: Client, sara: Person) -> None:
        ask(client, UNKNOWN)
        ask(client, KNOWN)
        enter(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW) == 1


class TestPages:
    @pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/lost-mobile/", "/register/"])
    @pytest.mark.parametrize(("prefix", "lang"), [("", "ar"), ("/en", "en")])
    def test_open_in_both_languages(
        self, client: Client, path: str, prefix: str, lang: str
    ) -> None:
        answer = client.get(prefix + path)
        assert answer.status_code == 200
        assert f'<html lang="{lang}"' in page(answer)

    def test_code_page_speaks_arabic(self, client: Client, sara: Person) -> None:
        client.post("/sign-in/", {"national_id": KNOWN})
        assert "اكتب رمز الدخول" in page(client.get("/sign-in/code/"))

    def test_pages_with_a_form_are_in_no_cache(self, client: Client, sara: Person) -> None:
        assert "no-store" in client.get(SIGN_IN)["Cache-Control"]
        ask(client)
        assert "no-store" in client.get(CODE_PAGE)["Cache-Control"]
