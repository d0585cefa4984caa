"""Signing in with a code: what it does, what it refuses, and what it never tells."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import Person, User
from notifications.models import Message, MessageStatus
from tests.factories import PersonFactory
from tests.personas import sign_in, sign_in_staff
from tests.portal.signing_in import (
    CODE,
    CODE_PAGE,
    KNOWN,
    PROFILE,
    SIGN_IN,
    UNKNOWN,
    ask,
    enter,
    is_in,
    page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fixed_code")]

WITHOUT_MOBILE = "1000000016"


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
        "target",
        ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "x", "portal:sign_out"],
    )
    def test_leads_to_a_path_of_ours_and_nowhere_else(
        self, client: Client, sara: Person, target: str
    ) -> None:
        ask(client, next=target)
        assert enter(client)["Location"] == PROFILE
        assert client.get(SIGN_IN, {"next": target})["Location"] == PROFILE

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
