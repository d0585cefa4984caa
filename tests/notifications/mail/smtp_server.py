"""A mail server on loopback that takes mails, and can be told to fail in each way that servers do.

with SmtpServer() as server:
    server.refuses["gone@example.com"] = "550 5.1.1 No such user"
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class TakenMail:
    """A mail as it crossed the line."""

    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())


@dataclass
class SmtpServer:
    """One thread a connection. What it does at the next mails is changed while it runs."""

    refuses: dict[str, str] = field(default_factory=dict)
    """The answer to RCPT of an address."""
    sender_answer: str = "250 ok"
    data_answers: list[str] = field(default_factory=list)
    """Answers to the end of the text, the first one first; then 250."""
    drops_at: str = ""
    """Closes the line without an answer: at `MAIL`, at `DATA` or at the `END` of the text."""
    greeting: str = "220 test"
    password: str = ""
    taken: list[TakenMail] = field(default_factory=list)
    connections: int = 0
    end_reached: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def __post_init__(self) -> None:
        self.may_answer.set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.may_answer.set()
        for line in (self._listener, *self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as heard:
            say = lambda words: line.sendall(f"{words}\r\n".encode())  # noqa: E731
            say(self.greeting)
            sender = to = ""
            while command := heard.readline():
                words = command.decode().strip()
                verb = words[:4].upper()
                if verb == self.drops_at:
                    return
                if verb == "EHLO":
                    say("250-test\r\n250 AUTH PLAIN" if self.password else "250 test")
                elif verb == "AUTH":
                    say("235 ok" if self.password in words else "535 5.7.8 No")
                elif verb == "MAIL":
                    sender = words.partition("<")[2].partition(">")[0]
                    say(self.sender_answer)
                elif verb == "RCPT":
                    to = words.partition("<")[2].partition(">")[0]
                    say(self.refuses.get(to, "250 ok"))
                elif verb == "DATA":
                    say("354 go on")
                    content = b""
                    while (part := heard.readline()) not in {b".\r\n", b""}:
                        content += part[1:] if part.startswith(b"..") else part
                    self.end_reached.set()
                    if self.drops_at == "END":
                        return
                    self.may_answer.wait(60)
                    answer = self.data_answers.pop(0) if self.data_answers else "250 taken"
                    if answer.startswith("250"):
                        self.taken.append(TakenMail(sender, to, content))
                    say(answer)
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")
