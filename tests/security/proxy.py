"""A small proxy that ends TLS and writes its headers over, as deploy/nginx.conf does."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

HOST = "portal.example.sa"
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
_OF_THE_PROXY = {"x-forwarded-for", "x-forwarded-proto", "forwarded", "connection"}


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
def tls_proxy(upstream: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Run the proxy before a port; give its own port and what a client has to trust."""
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(server_side)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trust)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(upstream))
    server.socket = server_side.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, trust
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
