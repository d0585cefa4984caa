"""A small proxy that ends TLS and writes its headers over, as deploy/nginx.conf does."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "portal.example.sa"
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
_OF_THE_PROXY = {"x-forwarded-for", "x-forwarded-proto", "forwarded", "connection"}


def openssl() -> str | None:
    """Give the program that makes certificates, where there is one."""
    return shutil.which("openssl")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate of HOST that is signed by itself; give key and certificate."""
    key, certificate = folder / "portal.key", folder / "portal.crt"
    subprocess.run(
        [
            *(str(openssl()), "req", "-x509", "-nodes", "-days", "1"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return key, certificate


def _handler(upstream: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in _OF_THE_PROXY
            }
            headers["X-Forwarded-For"] = self.client_address[0]
            headers["X-Forwarded-Proto"] = "https"
            inner = http.client.HTTPConnection("127.0.0.1", upstream, timeout=30)
            inner.request(self.command, self.path, body=body or None, headers=headers)
            answer = inner.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            if answer.getheader("Content-Length") is None:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            inner.close()

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def tls_proxy(upstream: int, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Run the proxy before a port; give its own port and what a client has to trust."""
    key, certificate = make_certificate(folder)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(upstream))
    server.socket = server_side.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, ssl.create_default_context(cafile=str(certificate))
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def open_connection(
    port: int, *, source: str, trust: ssl.SSLContext | None = None
) -> http.client.HTTPConnection:
    """Connect from one of this machine's own addresses, over TLS where `trust` is given."""
    connection = http.client.HTTPConnection(HOST, timeout=30)
    plain = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))
    connection.sock = plain if trust is None else trust.wrap_socket(plain, server_hostname=HOST)
    return connection
