"""The stand-ins' status callbacks: in any order and number, from a thread of their own."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from queue import SimpleQueue
from urllib.parse import urlsplit

from tests.notifications.sms_provider.messages import ProvidedMessage

Code = int | str | None


class ReportOrder(StrEnum):
    """How a message's story is reported."""

    NONE = "none"
    IN_ORDER = "in-order"
    OUT_OF_ORDER = "out-of-order"
    TWICE = "twice"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True)
class Posted:
    """One callback as it is posted."""

    url: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


Form = Callable[[ProvidedMessage, str, Code], Posted | None]
"""How a provider tells a status; None where nobody asked for reports."""


def story(order: ReportOrder, code: Code) -> list[tuple[str, Code]]:
    """Give what is reported of a message: delivered, or undelivered for this code."""
    end = ("delivered", None) if code is None else ("undelivered", code)
    told: list[tuple[str, Code]] = [("queued", None), ("sent", None), end]
    if order == ReportOrder.OUT_OF_ORDER:
        return told[::-1]
    if order == ReportOrder.TWICE:
        return [one for one in told for _ in range(2)]
    return [] if order == ReportOrder.NONE else told


class Reporter:
    """Posts reports one after the other."""

    def __init__(self, form: Form, *, late_seconds: float = 0.0) -> None:
        self._form = form
        self._late_seconds = late_seconds
        self._waiting: SimpleQueue[tuple[ProvidedMessage, str, Code] | threading.Event | None]
        self._waiting = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def report(self, message: ProvidedMessage, status: str, code: Code = None) -> None:
        """Have a status posted to the address that came with the message."""
        if self._form(message, status, code) is not None:
            self._waiting.put((message, status, code))

    def wait(self) -> None:
        """Wait until everything asked for so far is posted."""
        done = threading.Event()
        self._waiting.put(done)
        done.wait(60)

    def stop(self) -> None:
        """Post what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (told := self._waiting.get()) is not None:
            if isinstance(told, threading.Event):
                told.set()
                continue
            message, status, code = told
            if self._late_seconds:
                time.sleep(self._late_seconds)
            message.status, message.error_code = status, code
            posted = self._form(message, status, code)
            if posted is not None:
                message.reports.append((status, _post(posted)))


def _post(posted: Posted) -> int:
    """Post one report; give the answer's status, 0 where there was none."""
    url = urlsplit(posted.url)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = kind(url.netloc, timeout=10)
    address = f"{url.path}?{url.query}" if url.query else url.path
    try:
        line.request("POST", address, posted.body, dict(posted.headers))
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()
