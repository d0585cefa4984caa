"""A small HTTP server that stands in for Twilio's Messages API.

In tests it answers as it is told and keeps what it accepted. By hand:

    python -m tests.notifications.sms_provider 9099
    SMS_GATEWAY=twilio TWILIO_API_BASE_URL=http://127.0.0.1:9099 ./run
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl

ACCOUNT = "AC" + "0" * 32


@dataclass(frozen=True)
class Refuse:
    """Answer with an error of this status and Twilio code; without a code, with no JSON at all."""

    status: int
    code: int | None = None


@dataclass(frozen=True)
class AcceptAndCut:
    """Take the message and cut the connection before the answer."""


@dataclass
class AcceptAndHold:
    """Take the message and answer only once `go_on` is set."""

    taken: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class AnswerNonsense:
    """Take the message and answer with a success that is no JSON."""


Behaviour = Refuse | AcceptAndCut | AcceptAndHold | AnswerNonsense


class Provider(ThreadingHTTPServer):
    """The server: `next_answers` are used up one a request, then everything is accepted."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.accepted: list[dict[str, str]] = []
        self.requests: list[str] = []
        self.next_answers: deque[Behaviour] = deque()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        provider = cast(Provider, self.server)
        size = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(size).decode()))
        with provider.lock:
            provider.requests.append(self.path)
            behaviour = provider.next_answers.popleft() if provider.next_answers else None
            if not isinstance(behaviour, Refuse):
                provider.accepted.append(form)
            sid = f"SM{len(provider.accepted):032}"
        match behaviour:
            case Refuse(status, None):
                self._answer(status, b"<html>out of order</html>")
            case Refuse(status, code):
                self._json(status, {"code": code, "message": "refused", "status": status})
            case AcceptAndCut():
                self.close_connection = True
                self.connection.close()
            case AnswerNonsense():
                self._answer(201, b"{")
            case _:
                if isinstance(behaviour, AcceptAndHold):
                    behaviour.taken.set()
                    behaviour.go_on.wait(60)
                self._json(201, {"sid": sid, "status": "queued", "to": form.get("To")})

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self._answer(status, json.dumps(content).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Stay quiet: the address line would hold nothing that a test needs."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve on a free port of this machine until the block ends."""
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()


if __name__ == "__main__":
    by_hand = Provider(int(sys.argv[1]) if len(sys.argv) > 1 else 9099)
    print(f"Standing in for the SMS provider at {by_hand.url}")
    by_hand.serve_forever()
