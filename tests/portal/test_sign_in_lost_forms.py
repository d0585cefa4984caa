"""Forms that could not be taken: cookies kept out, a second tab, a session over, too much (O18)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from portal.views import errors
from sawtak.models import Ticket
from tests.documents.files import upload
from tests.personas import head, sign_in
from tests.sawtak.tickets import form

pytestmark = pytest.mark.django_db

TEXT = "نص طويل لا يضيع. " * 100
OURS = {"origin": "http://testserver"}


def page(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def stale_token(client: Client, path: str) -> str:
    """Open a form, then sign in in another tab, which changes the token of every form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page(client.get(path)))
    assert found
    sign_in(client, head())
    other_tab = browser()
    other_tab.get(path)
    client.cookies["csrf"] = other_tab.cookies["csrf"].value
    return found[1]


def main_form(html: str) -> dict[str, str]:
    """Give the hidden fields of the last form of the page's main part."""
    main = html[html.index("<main") : html.index("</main>")]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))


class TestCookiesKeptOut:
    def test_id_typed_at_sign_in_is_still_there_and_the_page_says_what_to_do(self) -> None:
        answer = browser().post("/sign-in/", {"national_id": "1000000008"}, headers=OURS)
        html = page(answer)
        assert answer.status_code == 403
        assert '<html lang="ar" dir="rtl">' in html
        assert "متصفحك يمنع ملفات الارتباط" in html
        assert "متصفح جوالك" in html
        assert 'href="/sign-in/"' in html
        assert "1000000008" in html

    @pytest.mark.parametrize("path", ["/sawtak/new/", "/contact/"])
    def test_every_field_of_a_request_is_still_there(self, path: str) -> None:
        sent = form(message=TEXT, name="ناصر سعد", subject="سؤال عن الدفعة")
        html = page(browser().post(path, sent, headers=OURS))
        for text in (
            "0500000007",
            sent["national_id"],
            "1/7/1404",
            "الدفعات المالية",
            TEXT.strip(),
        ):
            assert text in html
        for text in (sent["full_name"], sent["name"], sent["subject"]):
            assert text in html
        assert not Ticket.objects.exists()

    def test_passwords_and_codes_are_not_shown(self) -> None:
        secret = "a-Password-nobody-guesses"
        answers = [
            browser().post("/admin/login/", {"username": "agent", "password": secret}),
            browser().post("/sign-in/code/", {"code": "048213"}),
        ]
        for answer in answers:
            assert answer.status_code == 403
            assert secret not in page(answer)
            assert "048213" not in page(answer)

    def test_english_page_is_english(self) -> None:
        html = page(browser().post("/en/sawtak/new/", form(), headers=OURS))
        assert "Your browser blocks cookies" in html
        assert '<html lang="en" dir="ltr">' in html


class TestSecondTab:
    """Signing in in one tab changes the token of the form in the other (O18 a)."""

    def test_request_is_sent_with_one_press_more(self) -> None:
        client = browser()
        sent = form(message=TEXT, csrfmiddlewaretoken=stale_token(client, "/sawtak/new/"))
        refused = client.post("/sawtak/new/", sent, headers=OURS)
        assert refused.status_code == 403
        again = main_form(page(refused))
        assert again["message"] == TEXT
        assert client.post("/sawtak/new/", again, headers=OURS).status_code == 302
        assert Ticket.objects.get().messages.get().text == TEXT.strip()

    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            pytest.param("/sawtak/new/", {"origin": "https://evil.example"}, id="another-site"),
            pytest.param("/sawtak/new/", {}, id="browser-does-not-say"),
            pytest.param("/profile/edit/", OURS, id="a-form-of-the-person"),
        ],
    )
    def test_nothing_is_offered_to_be_sent_that_may_come_from_elsewhere(
        self, path: str, headers: dict[str, str]
    ) -> None:
        client = browser()
        token = stale_token(client, "/sawtak/new/")
        sent = form(message=TEXT, city="الرياض", csrfmiddlewaretoken=token)
        html = page(client.post(path, sent, headers=headers))
        assert TEXT.strip() in html
        assert main_form(html) == {}
        assert f'href="{path}"' in html

    def test_files_have_to_be_chosen_again(self) -> None:
        client = browser()
        token = stale_token(client, "/sawtak/new/")
        sent: dict[str, Any] = form(csrfmiddlewaretoken=token, attachments=[upload("a.pdf", b"x")])
        html = page(client.post("/sawtak/new/", sent, headers=OURS))
        assert "المتصفح لا يحفظ الملفات" in html


class TestSessionOver:
    def test_sign_in_page_says_why_it_is_there(self) -> None:
        client = Client()
        answer = client.post("/profile/edit/", {"city": "الرياض"})
        assert answer.headers["Location"] == "/sign-in/?next=/profile/edit/"
        assert "انتهت جلستك لنحميك" in page(client.get(answer.headers["Location"]))

    def test_visitor_who_only_opened_the_page_is_told_nothing(self) -> None:
        client = Client()
        answer = client.get("/profile/edit/")
        assert "انتهت جلستك لنحميك" not in page(client.get(answer.headers["Location"]))

    def test_pages_after_signing_out_are_in_no_cache(self) -> None:
        client = Client()
        sign_in(client, head())
        for path in ("/profile/", "/profile/edit/", "/objections/"):
            assert "no-store" in client.get(path).headers["Cache-Control"]


class TestTooMuch:
    def test_a_form_larger_than_any_of_ours_says_how_much_is_taken(self) -> None:
        answer = Client().post("/sawtak/new/", form(message="ن" * 1024 * 1024))
        html = page(answer)
        assert answer.status_code == 413
        assert "ما أرسلته أكبر من الحد" in html
        assert "10 ملفات" in html

    def test_more_fields_than_any_form_has(self) -> None:
        fields = {f"field{number}": "x" for number in range(300)}
        assert Client().post("/sawtak/new/", fields).status_code == 413

    def test_proxy_in_front_has_the_same_page(self) -> None:
        answer = Client().get("/too-large/")
        assert answer.status_code == 413
        assert "ما أرسلته أكبر من الحد" in page(answer)

    def test_any_other_unreadable_request_is_a_bad_one(self, rf) -> None:
        assert errors.bad_request(rf.get("/"), None).status_code == 400
