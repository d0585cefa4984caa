"""The memory that uploads take, in the web server and where pages are drawn (O15).

    .venv/bin/python -m bench.upload_memory

The shipped web server with two workers gets, at the public form of صوتك مسموع: 60 MB in one file,
refused on the form's own page; the same broken off half-way; and the largest pictures that are
taken, several at once. Then the drawing of pages, as a worker does it, gets the largest PDF, JPEG
and PNG. Each row says how far the largest process grew beyond what it had before. It fails where
one grew by MOST_MEGABYTES or more in the web server, or by DRAWING_MEGABYTES where pages are drawn.
"""

from __future__ import annotations

import http.client
import io
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pillow_heif import register_heif_opener

from bench.serving import ROOT, Server, open_form, own_database, read, services, web_server

MOST_MEGABYTES = 200
DRAWING_MEGABYTES = 1024
"""What the process that draws may take at all (documents.page_images)."""

PIXELS = (8000, 5000)
HEIC_PIXELS = (5712, 4284)
AT_ONCE = 4
"""Two for each process of the server: one picture is decoded while another waits."""

PATH = "/sawtak/new/"
BOUNDARY = "edge"
FIELDS = {
    "mobile": "0500000007",
    "full_name": "ناصر سعد التجريبي",
    "national_id": "1000000024",
    "birth_day": "1",
    "birth_month": "7",
    "birth_year": "1404",
    "category": "payments",
}


@dataclass(frozen=True)
class Row:
    """How far the largest process grew, in MB, and how far it may."""

    name: str
    grew: float
    most: int


def large_picture(form: str) -> bytes:
    """Give a picture of as many pixels as are taken."""
    register_heif_opener()
    output = io.BytesIO()
    mode = "RGBA" if form == "PNG" else "RGB"
    Image.new(mode, HEIC_PIXELS if form == "HEIF" else PIXELS, "green").save(output, form)
    return output.getvalue()


def large_pdf() -> bytes:
    """Give a PDF of twenty pages with such a picture each."""
    page, output = Image.new("RGB", PIXELS, "green"), io.BytesIO()
    page.save(output, "PDF", save_all=True, append_images=[page] * 19)
    return output.getvalue()


# The web server ---------------------------------------------------------------------------


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    [line] = [line for line in lines if line.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


def _workers(server: Server) -> list[int]:
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]


def growth(server: Server, act: Callable[[], None]) -> float:
    """Give how many MB the worker grew most that grew most while something was done."""
    before = {}
    for pid in _workers(server):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # its peak begins anew
        before[pid] = _status(pid, "VmRSS")
    act()
    assert set(_workers(server)) == set(before), "a worker died"
    return max(_status(pid, "VmHWM") - before[pid] for pid in before)


def body_of(csrf: str, token: str, file: str, content: bytes) -> bytes:
    """Give the form as a browser sends it, with one file."""
    fields = FIELDS | {
        "csrfmiddlewaretoken": csrf,
        "token": token,
        "message": f"مع ملف {secrets.token_hex(8)}",
    }
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    begin = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachments"; '
        f'filename="{file}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    ).encode()
    return b"".join(["".join(parts).encode(), begin, content, f"\r\n--{BOUNDARY}--\r\n".encode()])


def send(server: Server, name: str, content: bytes, *, number: int = 1) -> tuple[int, str]:
    """Send the form with a file; give the status of the answer and its page."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    _page, csrf, headers = open_form(connection, PATH, number)
    body = body_of(csrf, f"t{number}", name, content)
    headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    connection.request("POST", PATH, body=body, headers=headers)
    response, page = read(connection)
    connection.close()
    return response.status, page


def send_too_much(server: Server) -> None:
    """Send 60 MB, which the form refuses in words on its own page with the text kept."""
    status, page = send(server, "كبير.pdf", b"%PDF-1.7\n" + b"x" * 60 * 1024 * 1024)
    assert status == 200, status
    assert "كبير.pdf" in page
    assert "10" in page
    assert FIELDS["full_name"] in page


def send_half(server: Server) -> None:
    """Send the first half of 60 MB, then nothing."""
    body = body_of("x", "t", "نصف.pdf", b"%PDF-1.7\n" + b"x" * 60 * 1024 * 1024)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as line:
        line.sendall(head + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        while line.recv(65536):
            pass


def send_pictures(server: Server, form: str) -> None:
    """Send the largest picture from several people at once."""
    content = large_picture(form)
    statuses: list[int] = []

    def one(number: int) -> None:
        statuses.append(send(server, f"صورة.{form.lower()}", content, number=number)[0])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * AT_ONCE, statuses


# Where pages are drawn ----------------------------------------------------------------------

DRAW = """
import resource, sys, tempfile
from pathlib import Path
from django.core.files.base import ContentFile
from documents.drawing import draw_pages
from documents.models import Document
kind, path = sys.argv[-2:]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
document = Document(content_type=kind)
document.file = ContentFile(Path(path).read_bytes(), name="x")
with tempfile.TemporaryDirectory() as folder:
    count, pages = draw_pages(document, Path(folder))
assert pages, "nothing was drawn"
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, len(pages))
"""


def drawing_growth(kind: str, content: bytes, environ: dict[str, str]) -> tuple[float, float]:
    """Draw a file as a worker does; give the MB that it grew, and those of the process it began."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        start = "import django; django.setup()\n" + DRAW
        done = subprocess.run(
            [sys.executable, "-c", start, kind, file.name],
            cwd=ROOT,
            env=environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        )
    own, child, _pages = map(int, done.stdout.split())
    return own / 1024, child / 1024


# All of it -------------------------------------------------------------------------------------


def _environ(database: str, redis: str, folder: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "DATA_DIR": folder,
        "SECRET_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "http://localhost",
        "SMS_GATEWAY": "phone",
        "DEMO": "1",
        "DEBUG": "0",
        "TRUSTED_PROXIES": "127.0.0.1",
    }


def measure(environ: dict[str, str]) -> list[Row]:
    """Do all of it; give the rows."""
    rows = []
    with web_server("portal.wsgi", PATH, lambda _line, _number: "", environ, "shipped") as server:
        send(server, "kind.pdf", b"")  # what each worker loads once
        for name, act in [
            ("60 MB, refused", send_too_much),
            ("60 MB, broken off half-way", send_half),
        ]:
            rows.append(Row(name, growth(server, lambda act=act: act(server)), MOST_MEGABYTES))
        for form in ("JPEG", "PNG", "HEIF"):
            grew = growth(server, lambda form=form: send_pictures(server, form))
            rows.append(Row(f"{AT_ONCE} × the largest {form}", grew, MOST_MEGABYTES))
    for kind, name, content in [
        ("application/pdf", "PDF, 20 pages of 40 megapixels", large_pdf()),
        ("image/jpeg", "JPEG of 40 megapixels", large_picture("JPEG")),
        ("image/png", "PNG of 40 megapixels", large_picture("PNG")),
    ]:
        own, child = drawing_growth(kind, content, environ)
        rows.append(Row(f"worker that has drawn: {name}", own, MOST_MEGABYTES))
        rows.append(Row(f"process that draws: {name}", child, DRAWING_MEGABYTES))
    return rows


def main() -> int:
    """Measure, print the table, and fail where something grew too far."""
    with (
        services() as (server, redis),
        own_database(server) as database,
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
    ):
        environ = _environ(database, redis, folder)
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            manage = [sys.executable, "manage.py", *command, "--verbosity", "0"]
            subprocess.run(manage, cwd=ROOT, env=environ, check=True)
        rows = measure(environ)
    print("| what | grew by, MB | at most |\n|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.grew:.0f} | {row.most} |")
    return 0 if all(row.grew < row.most for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
