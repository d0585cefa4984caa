"""Uploads on a line that breaks or is slow, against the web server as it is shipped (O15)."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import Document
from objections.services import open_draft
from saudi.gregorian import riyadh_date
from tests.documents.files import pdf_bytes
from tests.documents.watched_store import files_of
from tests.objections.cases import result_of
from tests.personas import head, sign_in
from tests.ports import free_port
from tests.worker import ROOT, own_environ, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

BOUNDARY = "edge"
CSRF = "c" * 32
NAME = "عقد.pdf"
PADDING = 3 * 1024 * 1024
"""So large that an upload lies in a file while it is read."""


@dataclass
class Server:
    """The web server on the test's database, and where it keeps what."""

    port: int
    store: Path
    uploads: Path
    log: Path

    def page(self, path: str, session: str) -> str:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as browser:
            browser.request(
                "GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
            )
            answer = browser.getresponse()
            assert answer.status == 200
            return answer.read().decode()

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def answers(self) -> bool:
        try:
            self.line().close()
        except OSError:
            return False
        return True

    def unfinished(self) -> list[Path]:
        """Give the files in which uploads lie while they are read."""
        return [path for path in files_of(self.uploads) if ".upload" in path.name]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start the web server as it is shipped."""
    running = Server(
        free_port(), tmp_path / "data" / "attachments", tmp_path / "tmp", tmp_path / "log"
    )
    running.uploads.mkdir()
    environ = own_environ() | {
        "DATA_DIR": str(tmp_path / "data"),
        "TMPDIR": str(running.uploads),
        "DEBUG": "1",
        "PUBLIC_URL": f"http://127.0.0.1:{running.port}",
        "WEB_WORKERS": "1",
    }
    with running.log.open("w+b") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "portal.wsgi"),
                *("--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{running.port}"),
            ],
            cwd=ROOT,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(running.answers, what="the web server is ready")
            yield running
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def draft(client: Client) -> tuple[str, str]:
    """Give the session of somebody and the address of their draft's documents."""
    person, now = head(), timezone.now()
    sign_in(client, person)
    begun = open_draft(
        contested=result_of(person, announced_on=riyadh_date(now)), filed_by=person, now=now
    )
    return client.cookies[settings.SESSION_COOKIE_NAME].value, reverse(
        "objections:step", args=[begun.uuid, "documents"]
    )


def request_of(path: str, session: str, *, pages: int = 1) -> bytes:
    """Give a whole request with a document: one that opens already when half of it is there."""
    whole = pdf_bytes(pages=pages)
    content = whole + b"%" + b"x" * PADDING + b"\n" + whole
    begin = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="documents"; filename="{NAME}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    body = begin + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    head = (
        f"POST {path}send/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}\r\n"
        f"X-CSRFToken: {CSRF}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    return head + body


def test_upload_that_breaks_leaves_nothing_and_a_slow_one_arrives(
    server: Server, draft: tuple[str, str]
) -> None:
    session, path = draft
    request = request_of(path, session)
    half = request[: len(request) // 2]
    without_cookies = half.replace(b"Cookie:", b"X-Not-A-Cookie:").replace(b"X-CSRF", b"X-Not")
    for broken in (half, request[:-1], without_cookies):
        with server.line() as line:
            line.sendall(broken)
            wait_until(server.unfinished, what="the upload is being read")
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
        wait_until(lambda: not server.unfinished(), what="no upload is left")
        assert NAME not in server.page(path, session)
        assert files_of(server.store) == []
        assert not Document.objects.exists()
    assert "Error page" not in server.log.read_text(encoding="utf-8")

    step = len(request) // 4 + 1
    with server.line() as line:
        for begin in range(0, len(request), step):
            assert NAME not in server.page(path, session), "others are answered meanwhile"
            line.sendall(request[begin : begin + step])
        answer = b""
        while data := line.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 200")
    assert NAME in server.page(path, session)
    assert len(files_of(server.store)) == Document.objects.count() == 1
    assert server.unfinished() == []
