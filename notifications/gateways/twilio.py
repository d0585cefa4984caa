"""Twilio's Messages API through its official client.

`TWILIO_API_BASE_URL` may name another server that speaks the same protocol: a relay, or the
stand-in of the tests. The client's own retries are off: what is tried again, and when, is
decided by notifications/rules.py.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from twilio.rest import Client

from notifications.gateways.base import (
    GatewayClosed,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.gateways.twilio_codes import (
    ALARMING,
    CLOSED_SECONDS,
    DAILY_CAP,
    DOUBTFUL_NUMBER,
    QUEUE_FULL,
)

CONNECT_TIMEOUT_SECONDS: Final = 3.05
ANSWER_TIMEOUT_SECONDS: Final = 10.0

STATUS_PATH: Final = "/sms/twilio/status/"
"""Where Twilio reports what became of a message; notifications/urls.py serves it."""


class TwilioHttp:
    """Sends the client's requests to the configured server, once, with bounded waits."""

    is_async = False

    def __init__(self, base_url: str) -> None:
        self._base = urlsplit(base_url)
        self._session = requests.Session()
        self._session.trust_env = False

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
        """Make one request; a redirect is never followed, because a POST would be repeated."""
        answer = self._session.request(
            method,
            self._address(uri),
            params=_flat(params),
            data=_flat(data),
            headers=headers,
            auth=auth,
            timeout=(CONNECT_TIMEOUT_SECONDS, ANSWER_TIMEOUT_SECONDS),
            allow_redirects=False,
        )
        return Response(answer.status_code, answer.text, dict(answer.headers))

    def _address(self, uri: str) -> str:
        asked = urlsplit(uri)
        path = self._base.path.rstrip("/") + asked.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))


class TwilioGateway:
    """Sends by Twilio. Statuses that come back later are taken by notifications/views.py."""

    name = "twilio"

    def __init__(
        self, *, client: Client, sender: str, service_sid: str = "", status_callback: str = ""
    ) -> None:
        self._client = client
        self._facts = {"messaging_service_sid": service_sid} if service_sid else {"from_": sender}
        if status_callback:
            self._facts["status_callback"] = status_callback

    @classmethod
    def from_settings(cls) -> TwilioGateway:
        """Make the gateway of the settings."""
        client = Client(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            http_client=TwilioHttp(settings.TWILIO_API_BASE_URL),
        )
        return cls(
            client=client,
            sender=settings.SMS_SENDER,
            service_sid=settings.TWILIO_MESSAGING_SERVICE_SID,
            status_callback=f"{settings.PUBLIC_URL}{STATUS_PATH}",
        )

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Post one message; see Gateway.send for the errors."""
        try:
            accepted = self._client.messages.create(to=sms.to, body=sms.body, **self._facts)
        except (TwilioRestException, TwilioServiceException) as refusal:
            raise _refused(refusal) from None
        except requests.ConnectTimeout:
            raise GatewayTemporary("connect timeout") from None
        except requests.ConnectionError as error:
            if _never_connected(error):
                raise GatewayTemporary("not connected") from None
            raise OutcomeUnknown("connection cut") from None
        except (requests.RequestException, TwilioException, ValueError) as error:
            # Sent, and answered late, in part or in words we do not understand.
            raise OutcomeUnknown(type(error).__name__) from None
        if not accepted.sid:
            raise OutcomeUnknown("no id in the answer")
        return GatewayReceipt(gateway_id=accepted.sid)


def _refused(
    refusal: TwilioRestException | TwilioServiceException,
) -> GatewayTemporary | GatewayPermanent:
    """Sort a refusal by its class, so that a code we have never seen is treated sensibly.

    Twilio answers 429 and 5xx before it has taken a message; any other 4xx is for good. The daily
    cap is a 429 too, after which nothing goes until the next day (O23). A 401 says that our token
    is wrong, which is no message's fault.
    """
    reason = f"http {refusal.status}, code {refusal.code}"
    if refusal.code == DAILY_CAP:
        return GatewayClosed(reason, rest_seconds=None)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        return GatewayClosed(reason, rest_seconds=CLOSED_SECONDS)
    is_for_now = refusal.status == HTTPStatus.TOO_MANY_REQUESTS or refusal.status >= 500
    if is_for_now or refusal.code == QUEUE_FULL:
        return GatewayTemporary(reason)
    return GatewayPermanent(
        reason,
        is_alarming=refusal.code in ALARMING,
        makes_number_doubtful=refusal.code in DOUBTFUL_NUMBER,
    )


def _never_connected(error: requests.ConnectionError) -> bool:
    """Tell a connection that was refused from one that was cut after the request went out."""
    cause: object = error.args[0] if error.args else None
    if isinstance(cause, urllib3.exceptions.MaxRetryError):
        cause = cause.reason
    if isinstance(cause, urllib3.exceptions.SSLError):
        return bool(cause.args) and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    return isinstance(cause, urllib3.exceptions.NewConnectionError)


def _flat(values: Mapping[str, object] | None) -> dict[str, str] | None:
    if values is None:
        return None
    return {name: str(value) for name, value in values.items() if value is not None}
