"""Requests that no page of ours makes: other hosts, other schemes, unreadable values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.test import Client, override_settings
from django.urls import reverse

from portal.middleware import most_bytes
from tests.documents.files import pdf_bytes, upload
from tests.personas import sign_in_staff
from tests.sawtak.tickets import form
from tests.unread import send_unread

pytestmark = pytest.mark.django_db

PROXY = "10.9.8.7"
HOST = "portal.example.sa"
SECRET_FREE_LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in site._registry
]


class TestOtherHosts:
    @pytest.mark.parametrize("path", ["/en//evil.example/x", "//evil.example/x", "/en///evil"])
    def test_language_link_stays_on_our_host(self, client: Client, path: str) -> None:
        page = client.get(f"http://testserver{path}").content.decode()
        links = re.findall(r'href="([^"]*)"[^>]*hreflang', page)
        assert links
        assert not [link for link in links if link.startswith("//")]

    def test_unknown_host_gets_our_own_page(self, client: Client) -> None:
        response = client.get("/sign-in/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert b"evil.example" not in response.content
        assert b"<main" in response.content

    @pytest.mark.parametrize("path", ["/display/", "/feedback/"])
    def test_small_forms_refuse_other_sites_with_a_page(self, client: Client, path: str) -> None:
        response = client.post(path, {}, headers={"sec-fetch-site": "cross-site"})
        assert response.status_code == 403
        assert b"<main" in response.content

    def test_address_of_the_display_form_leads_home(self, client: Client) -> None:
        assert client.get("/display/").headers["Location"] == "/"


class TestTooLarge:
    @pytest.mark.parametrize(
        "path", ["/sawtak/new/", "/sign-in/", "/profile/edit/", "/contact/", "/admin/login/"]
    )
    def test_more_than_any_form_takes_is_refused_unread(self, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        for length in (110 * 1024**2 + 1, 50_000_000_000):
            response = send_unread(client, path, length)
            assert response.status_code == 413
            assert b"<main" in response.content

    def test_the_proxy_in_front_has_the_same_limit(self) -> None:
        proxy = Path("deploy/nginx.conf").read_text(encoding="utf-8")
        assert f"client_max_body_size {most_bytes() // 1024**2}m;" in proxy


class TestUnreadableValues:
    def test_nul_in_an_address_writes_one_line_into_the_log(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert client.get("/?q=%00").status_code == 400
        assert [record.exc_info for record in caplog.records] == [None]

    @pytest.mark.parametrize("path", SECRET_FREE_LISTS)
    def test_nul_in_a_staff_list_is_a_bad_request(self, client: Client, path: str) -> None:
        sign_in_staff(client, "administrator")
        for name in ("status", "status__exact", "cycle", "q", "mine", "p", "o"):
            assert client.get(f"{path}?{name}=%00").status_code == 400, name

    @pytest.mark.parametrize("path", ["/", "/profile/", "/sawtak/new/", "/admin/"])
    def test_nul_in_a_cookie_makes_a_visitor_without_cookies(
        self, client: Client, path: str
    ) -> None:
        answer = client.get(path, headers={"cookie": r'session="\000aaaaaaaaaaaa"; csrf=x'})
        assert answer.status_code == Client().get(path).status_code

    @pytest.mark.parametrize("path", SECRET_FREE_LISTS)
    def test_nonsense_in_a_staff_list_is_no_error(self, client: Client, path: str) -> None:
        sign_in_staff(client, "administrator")
        for query in ("status=zz", "cycle=zz", "p=-1", "p=9e9", "o=-99", "x=%ff"):
            assert client.get(f"{path}?{query}", follow=True).status_code < 500, query

    @pytest.mark.parametrize(
        "path",
        [
            "/profile/results/99999999999999999999999/",
            "/objections/new/?result=99999999999999999999",
            "/objections/new/?result=abc",
            "/objections/4٠٠٠٠٠٠٠٠٠/",
            "/sawtak/7000000000/",
            "/sawtak/track/?reference=%ff%fe",
            "/feedback/?page=admin:index",
        ],
    )
    def test_nonsense_in_an_address_is_no_error(self, client: Client, path: str) -> None:
        assert client.get(path).status_code < 500

    def test_too_many_files_are_named_and_the_text_stays(self, client: Client) -> None:
        content = pdf_bytes()
        files = [upload(f"{number}.pdf", content) for number in range(30)]
        response = client.post("/sawtak/new/", form(message="نص لا يضيع", attachments=files))
        assert response.status_code == 200
        page = response.content.decode()
        assert "نص لا يضيع" in page
        assert "29.pdf" in page


class TestScheme:
    """O17: TLS ends at a proxy, and only the proxy may say so."""

    @pytest.fixture(autouse=True)
    def _behind_a_proxy(self) -> Iterator[None]:
        with override_settings(
            TRUSTED_PROXIES=[PROXY],
            SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
            CSRF_TRUSTED_ORIGINS=[f"https://{HOST}"],
            ALLOWED_HOSTS=[HOST],
        ):
            yield

    @staticmethod
    def _post(path: str, data: dict[str, str], *, remote: str = PROXY, **headers: str) -> int:
        client = Client(enforce_csrf_checks=True, REMOTE_ADDR=remote, SERVER_NAME=HOST)
        proxied = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
        client.get(path, headers=proxied)
        token = client.cookies["csrf"].value
        sent = {**data, "csrfmiddlewaretoken": token}
        return client.post(path, sent, headers={**proxied, **headers}).status_code

    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("/sign-in/", {"national_id": "1000000024"}),
            ("/sawtak/new/", {}),
            ("/admin/login/", {"username": "x", "password": "y"}),
        ],
    )
    @pytest.mark.parametrize(
        "headers", [{"origin": f"https://{HOST}"}, {"referer": f"https://{HOST}/sign-in/"}]
    )
    def test_forms_work_with_origin_and_with_referer_alone(
        self, path: str, data: dict[str, str], headers: dict[str, str]
    ) -> None:
        assert self._post(path, data, **headers) in {200, 302}

    @pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}])
    def test_another_origin_is_refused(self, headers: dict[str, str]) -> None:
        assert self._post("/sign-in/", {"national_id": "1000000024"}, **headers) == 403

    @pytest.mark.parametrize(
        ("remote", "is_secure"), [(PROXY, True), ("203.0.113.9", False), ("127.0.0.1", False)]
    )
    def test_scheme_is_believed_of_the_proxy_alone(self, remote: str, is_secure: bool) -> None:
        client = Client(REMOTE_ADDR=remote, SERVER_NAME=HOST)
        response = client.get("/", headers={"x-forwarded-proto": "https"})
        assert response.wsgi_request.is_secure() is is_secure

    def test_pages_send_their_address_to_ourselves(self) -> None:
        client = Client(REMOTE_ADDR=PROXY, SERVER_NAME=HOST)
        assert client.get("/sign-in/").headers["Referrer-Policy"] == "same-origin"
