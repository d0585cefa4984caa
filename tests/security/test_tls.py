"""The shipped web server behind a proxy that ends TLS, over real sockets (O17, O19 c)."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from access import limits
from portal.sign_in import OPEN_CODES
from sawtak.models import Ticket
from sawtak.services import FILING_LIMIT
from tests.e2e.stack import collect_static_files
from tests.ports import free_port
from tests.sawtak.tickets import form
from tests.security.proxy import HOST, open_connection, tls_proxy
from tests.worker import ROOT, own_environ, wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux owns all of 127.0.0.0/8"),
]

CLIENT = "127.0.0.3"
STRANGER = "127.0.0.2"
"""Reaches the application's own port, and is none of TRUSTED_PROXIES."""

FORGED = {"X-Forwarded-For": "10.0.0.7", "X-Forwarded-Host": "evil.example"}


@dataclass
class Browser:
    """Asks over one kind of connection and keeps its cookies."""

    port: int
    source: str
    trust: ssl.SSLContext | None = None
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, dict[str, str], str]:
        """Give status, headers and text."""
        connection = open_connection(self.port, source=self.source, trust=self.trust)
        sent = {"Host": HOST, "Accept-Encoding": "identity", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={it.value}" for name, it in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(value)
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    def send(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], str]:
        """Open a form and send it."""
        _status, _headers, page = self.ask("GET", path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        body = urlencode({**fields, "csrfmiddlewaretoken": token[1]})
        return self.ask("POST", path, body, headers)


@dataclass
class Site:
    """The application's own port, and the proxy's with what a client has to trust."""

    inner: int
    outer: int
    trust: ssl.SSLContext

    def visitor(self) -> Browser:
        return Browser(self.outer, CLIENT, self.trust)

    def stranger(self) -> Browser:
        return Browser(self.inner, STRANGER)


def _answers(port: int) -> bool:
    try:
        return Browser(port, "127.0.0.1").ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    collect_static_files()
    port = free_port()
    environ = own_environ() | {
        "PUBLIC_URL": f"https://{HOST}",
        "TRUSTED_PROXIES": "127.0.0.1",
        "ALLOWED_HOSTS": "",
        "DATA_DIR": str(tmp_path / "data"),
        "DEBUG": "0",
        "DEMO": "0",
        "SMS_GATEWAY": "phone",
    }
    arguments = ["--config", "deploy/gunicorn.conf.py", "--workers", "1", "--threads", "2"]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "portal.wsgi",
            *arguments,
            "--bind",
            f"127.0.0.1:{port}",
        ],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: server.poll() is not None or _answers(port), what="gunicorn answers")
        with tls_proxy(port) as (outer, trust):
            yield Site(port, outer, trust)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _counted(limit: str, address: str) -> int:
    return limits.current(limit, address, now=timezone.now())


def test_forms_work_over_tls_and_only_the_proxy_says_who_sent_them(site: Site) -> None:
    origin, referer = {"Origin": f"https://{HOST}"}, {"Referer": f"https://{HOST}/"}
    visitor = site.visitor()
    ask = {"national_id": "1000000024"}
    status, headers, _page = visitor.send("/sign-in/", ask, {**origin, **FORGED})
    assert (status, headers["Location"]) == (302, "/sign-in/code/")
    assert {name: bool(it["secure"]) for name, it in visitor.cookies.items()} == {
        "csrf": True,
        "session": True,
    }
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["Referrer-Policy"] == "same-origin"
    assert _counted(OPEN_CODES, CLIENT) == 1
    assert _counted(OPEN_CODES, "10.0.0.7") == 0

    status, headers, _page = visitor.send("/sawtak/new/", form(), referer)
    assert (status, headers["Location"]) == (302, f"/sawtak/{Ticket.objects.get().reference}/")
    assert visitor.cookies["tickets"]["secure"]
    assert _counted(FILING_LIMIT, CLIENT) == 1
    staff = {"username": "agent", "password": "wrong"}
    status, _headers, page = visitor.send("/admin/login/", staff, origin)
    assert status == 200
    assert 'id="id_password"' in page

    for elsewhere in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        status, _headers, page = visitor.send("/sign-in/", ask, elsewhere)
        assert status == 403
        assert '<html lang="ar" dir="rtl">' in page
        assert 'href="/sign-in/"' in page

    # Straight to the application: what a stranger writes is neither scheme nor address nor host.
    stranger = site.stranger()
    forged = {**FORGED, "X-Forwarded-Proto": "https"}
    status, headers, _page = stranger.send("/sign-in/", {"national_id": "1000000032"}, forged)
    assert status == 302, "a request taken for HTTPS would need an Origin or a Referer"
    assert headers["Location"] == "/sign-in/code/"
    assert _counted(OPEN_CODES, STRANGER) == 1
    assert _counted(OPEN_CODES, "10.0.0.7") == 0
    assert stranger.ask("GET", "/", headers={"Host": "evil.example"})[0] == 400
    assert "evil.example" not in stranger.ask("GET", "/", headers=forged)[2]
