"""A server that keeps objects as an S3 store does: the few requests that our storage makes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from django.utils import timezone

BUCKET = "documents"


class Store:
    """The objects of the bucket by key; `requests` are the methods and paths that were asked."""

    def __init__(self) -> None:
        self.url = ""
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.is_down = False


class _Handler(BaseHTTPRequestHandler):
    store: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")

    def _answer(self, status: int, body: bytes = b"", *, size: int | None = None) -> None:
        self.store.requests.append(f"{self.command} {urlsplit(self.path).path}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.send_header("Last-Modified", format_datetime(timezone.now(), usegmt=False))
        self.send_header("ETag", '"x"')
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.store.is_down:
            self._answer(503)
            return
        self.store.objects[self._key()] = body
        self._answer(200)

    def do_DELETE(self) -> None:
        self.store.objects.pop(self._key(), None)
        self._answer(204)

    def do_HEAD(self) -> None:
        content = self.store.objects.get(self._key())
        self._answer(404 if content is None else 200, size=len(content or b""))

    def do_GET(self) -> None:
        key = self._key()
        if not key:
            self._answer(200, self._listing())
        elif key in self.store.objects:
            self._answer(200, self.store.objects[key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _listing(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        under = [key for key in self.store.objects if key.startswith(prefix)]
        rest = {key: key.removeprefix(prefix) for key in under}
        folders = sorted({text.split("/")[0] for text in rest.values() if "/" in text})
        files = [key for key, text in rest.items() if "/" not in text]
        rows = [f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in files]
        rows += [
            f"<CommonPrefixes><Prefix>{escape(prefix + name)}/</Prefix></CommonPrefixes>"
            for name in folders
        ]
        return f"<ListBucketResult>{''.join(rows)}</ListBucketResult>".encode()


@contextmanager
def running_store() -> Iterator[Store]:
    """Give a store on a free port."""
    store = Store()
    handler = type("Handler", (_Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
