"""Twilio's Messages API through its official client.

`TWILIO_API_BASE_URL` may name another server that speaks the same protocol: a relay, or the
stand-in of the tests. The client's own retries are off: what is tried again, and when, is
decided by notifications/rules.py. Its own HTTP layer is left out too, for ours, at half the cost
of a request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Final

import urllib3
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import HTTPError

from notifications.gateways.base import (
    FoundSms,
    GatewayClosed,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.gateways.http import Line, without_answer
from notifications.gateways.twilio_codes import (
    ALARMING,
    CLOSED_SECONDS,
    DAILY_CAP,
    DOUBTFUL_NUMBER,
    NO_SUCH_RESOURCE,
    QUEUE_FULL,
    STATUSES,
    UNREACHABLE,
)

MOST_FOUND: Final = 100
"""How many of a number's messages are looked through, newest first."""

STATUS_PATH: Final = "/sms/twilio/status/"
"""Where Twilio reports what became of a message; notifications/urls.py serves it."""

_SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
"""What Twilio calls a message; nothing else goes into an address."""

_NOT_OURS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""Our account, token or address is wrong, which is no message's fault."""


class Refusal(Exception):
    """Twilio answered, and did not accept. Its words are left out: they quote the number."""

    def __init__(self, status: int, code: int, wait_seconds: int) -> None:
        super().__init__(f"http {status}, code {code}")
        self.status = status
        self.code = code
        self.wait_seconds = wait_seconds


class TwilioHttp:
    """Sends the client's requests to the configured server. Safe between threads."""

    is_async = False

    def __init__(self, base_url: str, *, most_at_once: int = 1) -> None:
        self._line = Line(base_url, most_at_once=most_at_once)

    def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_ignored: object,
    ) -> Response:
        """Make one request.

        Raises:
            Refusal: for any answer that is no success.
            urllib3.exceptions.HTTPError: when there is no whole answer.
        """
        own = urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}
        answer = self._line.request(
            method, uri, params=params, data=data, headers={**(headers or {}), **own}
        )
        if not answer.is_success:
            raise Refusal(answer.status, _code_in(answer.text), answer.wait_seconds)
        return Response(answer.status, answer.text, dict(answer.headers))


class TwilioGateway:
    """Sends by Twilio. Statuses that come back later are taken by notifications/views.py."""

    name = "twilio"

    def __init__(
        self,
        *,
        client: Client,
        sender: str,
        service_sid: str = "",
        status_callback: str = "",
        most_at_once: int = 1,
    ) -> None:
        self.most_at_once = most_at_once
        self._client = client
        self._facts = {"messaging_service_sid": service_sid} if service_sid else {"from_": sender}
        if status_callback:
            self._facts["status_callback"] = status_callback

    @classmethod
    def from_settings(cls) -> TwilioGateway:
        """Give the gateway of the settings: one in a process, with one pool of connections."""
        return _gateway(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
            base_url=settings.TWILIO_API_BASE_URL,
            sender=settings.SMS_SENDER,
            service_sid=settings.TWILIO_MESSAGING_SERVICE_SID,
            status_callback=f"{settings.PUBLIC_URL}{STATUS_PATH}",
            most_at_once=settings.SMS_IN_FLIGHT,
        )

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Post one message; see Gateway.send for the errors."""
        try:
            accepted = self._client.messages.create(to=sms.to, body=sms.body, **self._facts)
        except Refusal as refusal:
            raise _sorted(refusal) from None
        except (HTTPError, TwilioException, ValueError) as error:
            raise without_answer(error) from None
        if not accepted.sid:
            raise OutcomeUnknown("no id in the answer")
        return GatewayReceipt(gateway_id=accepted.sid)

    def find(self, *, to: str, since: datetime, until: datetime) -> list[FoundSms]:
        """List messages to a number; see Gateway.find.

        Twilio filters by the day of sending, which a message that still waits has not got, so
        the instants are compared here, with when it was made.
        """
        try:
            listed = self._client.messages.list(to=to, limit=MOST_FOUND)
        except Refusal as refusal:
            raise _sorted(refusal) from None
        except (HTTPError, TwilioException, ValueError) as error:
            raise without_answer(error) from None
        return [
            _found(one)
            for one in listed
            if one.date_created is not None and since <= one.date_created <= until
        ]

    def status_of(self, gateway_id: str) -> FoundSms | None:
        """Fetch one message; see Gateway.status_of.

        Only Twilio's own "no such resource" means that: another 404 is a wrong address of ours.
        """
        if _SID.fullmatch(gateway_id) is None:
            return None
        try:
            return _found(self._client.messages(gateway_id).fetch())
        except Refusal as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND and refusal.code == NO_SUCH_RESOURCE:
                return None
            raise _sorted(refusal) from None
        except (HTTPError, TwilioException, ValueError) as error:
            raise without_answer(error) from None


@lru_cache(maxsize=4)
def _gateway(
    *,
    account_sid: str,
    auth_token: str,
    base_url: str,
    sender: str,
    service_sid: str,
    status_callback: str,
    most_at_once: int,
) -> TwilioGateway:
    http = TwilioHttp(base_url, most_at_once=most_at_once)
    return TwilioGateway(
        client=Client(account_sid, auth_token, http_client=http),
        sender=sender,
        service_sid=service_sid,
        status_callback=status_callback,
        most_at_once=most_at_once,
    )


def _found(one: MessageInstance) -> FoundSms:
    code = int(one.error_code or 0)
    return FoundSms(
        gateway_id=one.sid or "",
        body=one.body or "",
        reported=str(one.status),
        status=STATUSES.get(str(one.status)),
        error=str(code or ""),
        makes_number_doubtful=code in DOUBTFUL_NUMBER,
        is_worth_a_later_try=code in UNREACHABLE,
    )


def _sorted(refusal: Refusal) -> GatewayTemporary | GatewayPermanent:
    """Sort a refusal by its class, so that a code we have never seen is treated sensibly.

    Twilio answers 429 and 5xx before it has taken a message; any other 4xx is for good. The daily
    cap is a 429 too, after which nothing goes until the next day (O23).
    """
    reason = str(refusal)
    if refusal.code == DAILY_CAP:
        return GatewayClosed(reason, rest_seconds=None)
    if refusal.status in _NOT_OURS:
        return GatewayClosed(reason, rest_seconds=CLOSED_SECONDS)
    is_too_fast = refusal.status == HTTPStatus.TOO_MANY_REQUESTS or refusal.code == QUEUE_FULL
    if is_too_fast or refusal.status >= 500:
        return GatewayTemporary(
            reason, wait_seconds=refusal.wait_seconds, is_its_fault=not is_too_fast
        )
    return GatewayPermanent(
        reason,
        is_alarming=refusal.code in ALARMING,
        makes_number_doubtful=refusal.code in DOUBTFUL_NUMBER,
    )


def _code_in(text: str) -> int:
    """Read Twilio's code in a refusal; 0 where there is none."""
    try:
        code = json.loads(text).get("code")
    except (ValueError, AttributeError):
        return 0
    return code if isinstance(code, int) else 0
