"""What the stand-ins share: a server that is told how to answer, and shows what came.

What a provider's requests, answers and reports look like is in a module of its own.
"""

from __future__ import annotations

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
from urllib.parse import SplitResult, parse_qsl, urlsplit

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
    APP_SID,
    TOKEN,
    ProvidedMessage,
)
from tests.notifications.sms_provider.reports import Code, Posted, Reporter, ReportOrder, story

Lookup = Refuse | CutUnread | AnswerNonsense


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the stand-in behaves where nothing else was asked for."""

    plays: str = "twilio"
    account: str = ACCOUNT
    token: str = TOKEN
    app_sid: str = APP_SID
    latency_seconds: float = 0.0
    reports: ReportOrder = ReportOrder.NONE
    late_seconds: float = 0.0
    refused: Mapping[str, int | str] = field(default_factory=dict)
    """Numbers to which a message is refused with a code."""
    undelivered: Mapping[str, int | str] = field(default_factory=dict)
    """Numbers to which a message is accepted and reported undelivered with a code."""
    lost_answers: int = 0
    """Of every so many messages the answer to the last is lost."""


class Provider(ThreadingHTTPServer):
    """The server: `next_answers` are used up one a request to send, then the plan holds.

    Nothing among them accepts. `next_lookups` are used up by requests to list or to fetch.
    `always` holds for every request to send while it is set, as an outage does.
    """

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int = 0, plan: Plan | None = None) -> None:
        self.plan = plan or Plan()
        self.handler = _handlers()[self.plan.plays]
        super().__init__(("127.0.0.1", port), self.handler)
        self.messages: dict[str, ProvidedMessage] = {}
        self.requests: list[str] = []
        self.next_answers: deque[Behaviour | None] = deque()
        self.next_lookups: deque[Lookup] = deque()
        self.always: Behaviour | None = None
        self.reporter = Reporter(self._form, late_seconds=self.plan.late_seconds)
        self.lock = threading.Lock()

    def _form(self, message: ProvidedMessage, status: str, code: Code) -> Posted | None:
        return self.handler.report(self.plan, message, status, code)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def accepted(self) -> list[dict[str, str]]:
        """What was accepted, oldest first."""
        return [message.form for message in self.messages.values()]

    def accept(self, form: dict[str, str]) -> ProvidedMessage:
        """Take a message; the caller holds the lock."""
        sid = self.handler.new_id(len(self.messages) + 1)
        message = ProvidedMessage(sid=sid, form=form, created_at=datetime.now(tz=UTC))
        self.messages[sid] = message
        return message

    def tell_story(self, message: ProvidedMessage) -> None:
        """Report what became of a message, as planned."""
        for status, code in story(self.plan.reports, self.plan.undelivered.get(message.to)):
            self.reporter.report(message, status, code)


def _handlers() -> dict[str, type[Handler]]:
    from tests.notifications.sms_provider.twilio_api import TwilioHandler
    from tests.notifications.sms_provider.unifonic_api import UnifonicHandler

    return {"twilio": TwilioHandler, "unifonic": UnifonicHandler}


class Handler(BaseHTTPRequestHandler):
    """What any provider does with a request; a subclass knows its own forms."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @classmethod
    def new_id(cls, number: int) -> str:
        """Give the provider's id of its so-manieth message."""
        raise NotImplementedError

    @classmethod
    def report(cls, plan: Plan, message: ProvidedMessage, status: str, code: Code) -> Posted | None:
        """Give a status as the provider posts it."""
        raise NotImplementedError

    def posted(self, path: str, form: dict[str, str]) -> None:
        """Answer a POST."""
        raise NotImplementedError

    def asked(self, asked: SplitResult, messages: list[ProvidedMessage]) -> None:
        """Answer a GET; the messages are newest first."""
        raise NotImplementedError

    def fault_of(self, form: dict[str, str]) -> Refuse | None:
        """Give how the provider refuses such a request, or nothing."""
        raise NotImplementedError

    def refused_with(self, code: int | str) -> Refuse:
        """Give the refusal that carries a code."""
        raise NotImplementedError

    def accepted_as(self, message: ProvidedMessage) -> tuple[int, Any]:
        """Give status and content of the answer to a message that was taken."""
        raise NotImplementedError

    def refuse(self, refusal: Refuse) -> None:
        """Answer a refusal in the provider's form."""
        raise NotImplementedError

    @property
    def provider(self) -> Provider:
        return cast(Provider, self.server)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        if len(body) < size:  # the sender died in the middle of it
            self.cut()
            return
        form = dict(parse_qsl(body.decode()))
        with self.provider.lock:
            self.provider.requests.append(self.path)
        self.posted(urlsplit(self.path).path, form)

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        with self.provider.lock:
            self.provider.requests.append(self.path)
        messages = self.newest()
        if asked.path == "/":
            self.send(200, _page(messages), "text/html; charset=utf-8")
        elif asked.path == "/received.json":
            self.json(200, [_shown(message) for message in messages])
        else:
            self.asked(asked, messages)

    def newest(self) -> list[ProvidedMessage]:
        with self.provider.lock:
            return list(self.provider.messages.values())[::-1]

    def take(self, form: dict[str, str]) -> None:
        """Take a message, or do with it what was asked for."""
        provider, plan = self.provider, self.provider.plan
        if plan.latency_seconds:
            time.sleep(plan.latency_seconds)
        with provider.lock:
            behaviour = self._behaviour(form)
            is_taken = not isinstance(behaviour, Refuse | CutUnread)
            message = provider.accept(form) if is_taken else None
        if message is None:
            self.refuse(behaviour) if isinstance(behaviour, Refuse) else self.cut()
            return
        if plan.reports == ReportOrder.EARLY:
            provider.tell_story(message)
            provider.reporter.wait()
            self._answer_to(message, behaviour)
        else:
            self._answer_to(message, behaviour)
            provider.tell_story(message)

    def fails_lookup(self) -> bool:
        """Do with a request to look up what was asked for; False where nothing was."""
        if not self.provider.next_lookups:
            return False
        behaviour = self.provider.next_lookups.popleft()
        if isinstance(behaviour, Refuse):
            self.refuse(behaviour)
        elif isinstance(behaviour, AnswerNonsense):
            self.send(200, b"{")
        else:
            self.cut()
        return True

    def _behaviour(self, form: dict[str, str]) -> Behaviour | None:
        provider, plan = self.provider, self.provider.plan
        if provider.next_answers:
            return provider.next_answers.popleft()
        if provider.always is not None:
            return provider.always
        code = plan.refused.get(ProvidedMessage("", form, datetime.now(tz=UTC)).to)
        refusal = self.refused_with(code) if code else self.fault_of(form)
        if refusal is not None:
            return refusal
        if plan.lost_answers and (len(provider.messages) + 1) % plan.lost_answers == 0:
            return AcceptAndCut()
        return None

    def _answer_to(self, message: ProvidedMessage, behaviour: Behaviour | None) -> None:
        status, content = self.accepted_as(message)
        if isinstance(behaviour, AcceptAndCut):
            self.cut()
        elif isinstance(behaviour, AnswerNonsense):
            self.send(status, b"{")
        else:
            if isinstance(behaviour, AcceptAndHold):
                behaviour.taken.set()
                behaviour.go_on.wait(60)
            self.json(status, content)

    def cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def json(self, status: int, content: Any, headers: Mapping[str, str] | None = None) -> None:
        self.send(status, json.dumps(content, ensure_ascii=False).encode(), headers=headers)

    def send(
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
        "sender": message.sender,
        "body": message.body,
        "status": message.status,
        "reports": [{"status": status, "answer": answer} for status, answer in message.reports],
    }


def _page(messages: list[ProvidedMessage]) -> bytes:
    """Show what came, newest first, on a page for people."""
    rows = "".join(
        f"<tr><td><code>{html.escape(message.to)}</code><td dir=auto>"
        f"{html.escape(message.body)}<td>{html.escape(message.status)}"
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
