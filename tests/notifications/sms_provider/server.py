"""The stand-in's HTTP server: create, fetch and list messages, and show what came."""

from __future__ import annotations

import base64
import html
import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.notifications.sms_provider.behaviours import (
    AcceptAndCut,
    AcceptAndHold,
    AnswerNonsense,
    Behaviour,
    CutUnread,
    Refuse,
)
from tests.notifications.sms_provider.messages import (
    ACCOUNT,
    API,
    TOKEN,
    ProvidedMessage,
    fault_of,
)
from tests.notifications.sms_provider.reports import Reporter, ReportOrder, story


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the stand-in behaves where nothing else was asked for."""

    account: str = ACCOUNT
    token: str = TOKEN
    latency_seconds: float = 0.0
    reports: ReportOrder = ReportOrder.NONE
    refused: Mapping[str, int] = field(default_factory=dict)
    """Numbers to which a message is refused with a code, as an HTTP 400."""
    undelivered: Mapping[str, int] = field(default_factory=dict)
    """Numbers to which a message is accepted and reported undelivered with a code."""
    lost_answers: int = 0
    """Of every so many messages the answer to the last is lost."""


class Provider(ThreadingHTTPServer):
    """The server: `next_answers` are used up one a request to send, then the plan holds.

    Nothing among them accepts. `next_lookups` are used up by requests to list or to fetch.
    """

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int = 0, plan: Plan | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.plan = plan or Plan()
        self.messages: dict[str, ProvidedMessage] = {}
        self.requests: list[str] = []
        self.next_answers: deque[Behaviour | None] = deque()
        self.next_lookups: deque[Refuse | CutUnread | AnswerNonsense] = deque()
        self.reporter = Reporter(account=self.plan.account, token=self.plan.token)
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def accepted(self) -> list[dict[str, str]]:
        """What was accepted, oldest first."""
        return [message.form for message in self.messages.values()]

    def accept(self, form: dict[str, str]) -> ProvidedMessage:
        """Take a message; the caller holds the lock."""
        sid = f"SM{len(self.messages) + 1:032}"
        message = ProvidedMessage(sid=sid, form=form, created_at=datetime.now(tz=UTC))
        self.messages[sid] = message
        return message

    def tell_story(self, message: ProvidedMessage) -> None:
        """Report what became of a message, as planned."""
        for status, code in story(self.plan.reports, self.plan.undelivered.get(message.to)):
            self.reporter.report(message, status, code)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def provider(self) -> Provider:
        return cast(Provider, self.server)

    def do_POST(self) -> None:
        provider, plan = self.provider, self.provider.plan
        size = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(size).decode()))
        path = urlsplit(self.path).path
        with provider.lock:
            provider.requests.append(self.path)
        if not self._is_let_in():
            return
        if not path.endswith(f"/{API}/Accounts/{plan.account}/Messages.json"):
            self._refuse(Refuse(404, 20404))
            return
        if plan.latency_seconds:
            time.sleep(plan.latency_seconds)
        with provider.lock:
            behaviour = self._behaviour(form)
            is_taken = not isinstance(behaviour, Refuse | CutUnread)
            message = provider.accept(form) if is_taken else None
        if message is None:
            self._refuse(behaviour) if isinstance(behaviour, Refuse) else self._cut()
        else:
            self._answer_to(message, behaviour)
            provider.tell_story(message)

    def do_GET(self) -> None:
        provider, plan = self.provider, self.provider.plan
        asked = urlsplit(self.path)
        with provider.lock:
            provider.requests.append(self.path)
            messages = list(provider.messages.values())[::-1]
        if asked.path == "/":
            self._send(200, _page(messages), "text/html; charset=utf-8")
            return
        if asked.path == "/received.json":
            self._json(200, [_shown(message) for message in messages])
            return
        if not self._is_let_in():
            return
        if provider.next_lookups:
            self._fail(provider.next_lookups.popleft())
            return
        base = f"/{API}/Accounts/{plan.account}/Messages"
        name = asked.path.partition(base)[2].removesuffix(".json")
        if asked.path.endswith(f"{base}.json"):
            self._list(messages, dict(parse_qsl(asked.query)), base)
        elif name.removeprefix("/") in provider.messages:
            found = provider.messages[name.removeprefix("/")]
            self._json(200, found.resource(plan.account))
        else:
            self._refuse(Refuse(404, 20404))

    def _behaviour(self, form: dict[str, str]) -> Behaviour | None:
        provider, plan = self.provider, self.provider.plan
        if provider.next_answers:
            return provider.next_answers.popleft()
        code = plan.refused.get(form.get("To", "")) or fault_of(form)
        if code:
            return Refuse(400, code)
        if plan.lost_answers and (len(provider.messages) + 1) % plan.lost_answers == 0:
            return AcceptAndCut()
        return None

    def _answer_to(self, message: ProvidedMessage, behaviour: Behaviour | None) -> None:
        if isinstance(behaviour, AcceptAndCut):
            self._cut()
        elif isinstance(behaviour, AnswerNonsense):
            self._send(201, b"{")
        else:
            if isinstance(behaviour, AcceptAndHold):
                behaviour.taken.set()
                behaviour.go_on.wait(60)
            self._json(201, message.resource(self.provider.plan.account))

    def _fail(self, behaviour: Refuse | CutUnread | AnswerNonsense) -> None:
        if isinstance(behaviour, Refuse):
            self._refuse(behaviour)
        elif isinstance(behaviour, AnswerNonsense):
            self._send(200, b"{")
        else:
            self._cut()

    def _list(self, messages: list[ProvidedMessage], query: dict[str, str], base: str) -> None:
        """Answer a page of the messages that the filters let through, newest first."""
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        found = [message for message in messages if message.is_asked_for(query)]
        shown = found[page * size : (page + 1) * size]
        more = {**query, "PageSize": size, "Page": page + 1}
        account = self.provider.plan.account
        self._json(
            200,
            {
                "messages": [message.resource(account) for message in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + len(shown) - 1,
                "uri": self.path,
                "first_page_uri": f"{base}.json?{urlencode({**query, 'Page': 0})}",
                "previous_page_uri": None,
                "next_page_uri": f"{base}.json?{urlencode(more)}"
                if len(found) > (page + 1) * size
                else None,
            },
        )

    def _is_let_in(self) -> bool:
        """Check the account and its token, and answer 401 where they are wrong."""
        plan = self.provider.plan
        secret = base64.b64encode(f"{plan.account}:{plan.token}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {secret}":
            return True
        self._refuse(Refuse(401, 20003))
        return False

    def _refuse(self, refusal: Refuse) -> None:
        more = {"Retry-After": refusal.retry_after} if refusal.retry_after else {}
        if refusal.code is None:
            self._send(refusal.status, b"<html>out of order</html>", "text/html", more)
            return
        content = {
            "code": refusal.code,
            "message": "The number +966500000001 in 'To' is not accepted.",
            "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
            "status": refusal.status,
        }
        self._send(refusal.status, json.dumps(content).encode(), headers=more)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _json(self, status: int, content: Any) -> None:
        self._send(status, json.dumps(content, ensure_ascii=False).encode())

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        # One write: headers and body apart would wait for each other on a kept connection.
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Stay quiet: addresses of lists hold numbers."""


def _shown(message: ProvidedMessage) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "to": message.to,
        "sender": message.form.get("MessagingServiceSid") or message.form.get("From"),
        "body": message.form.get("Body", ""),
        "status": message.status,
        "reports": [{"status": status, "answer": answer} for status, answer in message.reports],
    }


def _page(messages: list[ProvidedMessage]) -> bytes:
    """Show what came, newest first, on a page for people."""
    rows = "".join(
        f"<tr><td><code>{html.escape(message.to)}</code><td dir=auto>"
        f"{html.escape(message.form.get('Body', ''))}<td>{html.escape(message.status)}"
        f"<td>{', '.join(f'{status} → {answer}' for status, answer in message.reports)}"
        for message in messages
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>SMS stand-in</title>"
        "<style>body{font:16px sans-serif;margin:2rem}td,th{padding:.4rem .8rem;text-align:start;"
        "border-bottom:1px solid #ccc}</style><h1>Messages the stand-in accepted</h1>"
        f"<table><tr><th>To<th>Text<th>Status<th>Reports and our answers{rows}</table>"
    ).encode()


@contextmanager
def running_provider(**plan: Any) -> Iterator[Provider]:
    """Serve on a free port of this machine until the block ends."""
    provider = Provider(plan=Plan(**plan))
    thread = threading.Thread(target=provider.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        provider.reporter.stop()
        thread.join()
