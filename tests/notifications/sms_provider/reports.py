"""The stand-in's status callbacks: signed with the account's token, in any order and number."""

from __future__ import annotations

import http.client
import threading
from enum import StrEnum
from queue import SimpleQueue
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.notifications.sms_provider.messages import API, ProvidedMessage


class ReportOrder(StrEnum):
    """How a message's story is reported."""

    NONE = "none"
    IN_ORDER = "in-order"
    OUT_OF_ORDER = "out-of-order"
    TWICE = "twice"


def story(order: ReportOrder, code: int | None) -> list[tuple[str, int | None]]:
    """Give what is reported of a message: delivered, or undelivered for this code."""
    end = ("delivered", None) if code is None else ("undelivered", code)
    told: list[tuple[str, int | None]] = [("queued", None), ("sent", None), end]
    if order == ReportOrder.OUT_OF_ORDER:
        return told[::-1]
    if order == ReportOrder.TWICE:
        return [one for one in told for _ in range(2)]
    return told if order == ReportOrder.IN_ORDER else []


class Reporter:
    """Posts reports one after the other from a thread of its own."""

    def __init__(self, *, account: str, token: str) -> None:
        self._account = account
        self._sign = RequestValidator(token).compute_signature
        self._waiting: SimpleQueue[tuple[ProvidedMessage, str, int | None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def report(self, message: ProvidedMessage, status: str, code: int | None = None) -> None:
        """Have a status posted to the address that came with the message."""
        if message.form.get("StatusCallback"):
            self._waiting.put((message, status, code))

    def stop(self) -> None:
        """Post what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (told := self._waiting.get()) is not None:
            message, status, code = told
            message.status, message.error_code = status, code
            message.reports.append((status, self._post(message, status, code)))

    def _post(self, message: ProvidedMessage, status: str, code: int | None) -> int:
        """Post one report; give the answer's status, 0 where there was none."""
        facts = {
            "AccountSid": self._account,
            "ApiVersion": API,
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.to,
        }
        for name in ("From", "MessagingServiceSid"):
            if message.form.get(name):
                facts[name] = message.form[name]
        if code is not None:
            facts["ErrorCode"] = str(code)
        url = urlsplit(message.form["StatusCallback"])
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        line = kind(url.netloc, timeout=10)
        try:
            line.request(
                "POST",
                url.path,
                urlencode(facts),
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Twilio-Signature": self._sign(url.geturl(), facts),
                },
            )
            return line.getresponse().status
        except OSError:
            return 0
        finally:
            line.close()
