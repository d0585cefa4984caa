"""Unifonic's SMS API ("NextGen", el.cloud.unifonic.com).

Documented (docs.unifonic.com: "Sending your first SMS via Unifonic API", "SMS API", "SMS
compliance", "Get message details"): the two addresses below, the names of what is posted, the
answer's envelope `success`, `message`, `errorCode`, `data`, the classes of message, that
`statusCallback` is a public https address, the codes and statuses of unifonic_codes.py.

Assumed, because nothing public says it: that a 5xx but 504 and 599 comes before a message is taken;
that `success` without a `MessageID` proves nothing; that a search without a match gives an empty
list; that `MessageBody` is the whole text. In which time zone `DateCreated` stands is not said, so
a search gives what fits in any: one that leaves a message out could have it sent again, while our
own id of the try, which comes back as `CorrelationID`, tells which of them is meant. A user guide
calls `statusCallback` a filter of statuses instead of an address; the reference is followed, and
the same address should be set in the account (docs/sms-gateways.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from urllib3.exceptions import HTTPError

from notifications.gateways.base import (
    FoundSms,
    GatewayClosed,
    GatewayError,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.gateways.http import Answer, Line, without_answer
from notifications.gateways.unifonic_codes import (
    ACCEPTED,
    ALARMING,
    AWARENESS,
    CLOSED_SECONDS,
    DOUBTFUL_NUMBER,
    NOT_OURS,
    NOT_OURS_CODES,
    SERVICE,
    UNCLEAR,
    status_of_word,
)
from notifications.statuses import MessageStatus

SEND_PATH: Final = "/rest/SMS/messages"
DETAILS_PATH: Final = "/rest/SMS/Messages/GetMessagesDetails"

STATUS_PATH: Final = "/sms/unifonic/status/"
"""Where Unifonic reports what became of a message; notifications/urls.py serves it."""

MOST_FOUND: Final = 100
"""How many of a number's messages are looked through."""

ZONES_APART: Final = timedelta(hours=14)

_ID: Final = re.compile(r"[0-9]{1,20}")
_CODE: Final = re.compile(r"[A-Z]{2,5}-[0-9]{1,5}")
_FORM: Final = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
}


class UnifonicGateway:
    """Sends by Unifonic. Statuses that come back later are taken by notifications/views.py."""

    name = "unifonic"

    def __init__(
        self,
        *,
        line: Line,
        app_sid: str,
        sender: str,
        status_callback: str = "",
        most_at_once: int = 1,
    ) -> None:
        self.most_at_once = most_at_once
        self._line = line
        self._app = {"AppSid": app_sid}
        self._facts = {"SenderID": sender, "responseType": "JSON"}
        if status_callback:
            self._facts["statusCallback"] = status_callback

    @classmethod
    def from_settings(cls) -> UnifonicGateway:
        """Give the gateway of the settings: one in a process, with one pool of connections."""
        return _gateway(
            app_sid=settings.UNIFONIC_APP_SID,
            base_url=settings.UNIFONIC_API_BASE_URL,
            sender=settings.SMS_SENDER,
            status_callback=status_callback(),
            most_at_once=settings.SMS_IN_FLIGHT,
        )

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Post one message; see Gateway.send for the errors."""
        data = self._ask(
            SEND_PATH,
            {
                **self._facts,
                "Recipient": sms.to.removeprefix("+"),
                "Body": sms.body,
                "CorrelationID": sms.reference or None,
                "MessageType": SERVICE if sms.is_service else AWARENESS,
            },
        )
        if status_of_word(str(data.get("Status", ""))) == MessageStatus.FAILED:
            raise GatewayPermanent("http 200, refused")
        gateway_id = str(data.get("MessageID", ""))
        if _ID.fullmatch(gateway_id) is None:
            raise OutcomeUnknown("no id in the answer")
        return GatewayReceipt(gateway_id=gateway_id)

    def find(self, *, to: str, since: datetime, until: datetime) -> list[FoundSms]:
        """Look through a number's messages; see Gateway.find. The search itself goes by days."""
        day = timedelta(days=1)
        rows = self._rows(
            {
                "Recipient": to.removeprefix("+"),
                "dateFrom": f"{since.astimezone(UTC) - day:%Y-%m-%d}",
                "dateTo": f"{until.astimezone(UTC) + day:%Y-%m-%d}",
                "Limit": MOST_FOUND,
            }
        )
        return [_found(row) for row in rows if _is_between(row, since, until)]

    def status_of(self, gateway_id: str) -> FoundSms | None:
        """Ask for one message; see Gateway.status_of."""
        if _ID.fullmatch(gateway_id) is None:
            return None
        rows = self._rows({"MessageID": gateway_id, "Limit": 1})
        found = [_found(row) for row in rows]
        if found and found[0].gateway_id != gateway_id:
            raise OutcomeUnknown("another message in the answer")
        return found[0] if found else None

    def _rows(self, asked: Mapping[str, object]) -> list[dict[str, Any]]:
        rows = self._ask(DETAILS_PATH, asked).get("messages")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise OutcomeUnknown("no list in the answer")
        return rows

    def _ask(self, path: str, facts: Mapping[str, object]) -> dict[str, Any]:
        """Post to the API and give the answer's data.

        The application's id goes with what is posted, not in the address, which proxies log.
        """
        try:
            answer = self._line.request("POST", path, data={**self._app, **facts}, headers=_FORM)
        except (HTTPError, ValueError) as error:
            raise without_answer(error) from None
        content = _content(answer)
        if not answer.is_success or _is_no(content):
            raise _sorted(answer, content)
        data = content.get("data")
        if not _is_yes(content) or not isinstance(data, dict):
            raise OutcomeUnknown("an answer that says nothing")
        return data


def status_callback() -> str:
    """Give the address for reports, with its secret; empty where none is set: none would count."""
    if not settings.UNIFONIC_CALLBACK_TOKEN:
        return ""
    secret = urlencode({"token": settings.UNIFONIC_CALLBACK_TOKEN})
    return f"{settings.PUBLIC_URL}{STATUS_PATH}?{secret}"


@lru_cache(maxsize=4)
def _gateway(
    *, app_sid: str, base_url: str, sender: str, status_callback: str, most_at_once: int
) -> UnifonicGateway:
    return UnifonicGateway(
        line=Line(base_url, most_at_once=most_at_once),
        app_sid=app_sid,
        sender=sender,
        status_callback=status_callback,
        most_at_once=most_at_once,
    )


def _sorted(answer: Answer, content: Mapping[str, Any]) -> GatewayError:
    """Sort a refusal by its class, so that a code we have never seen is treated sensibly.

    Their words are left out: they quote the number.
    """
    code = _code_in(content)
    reason = f"http {answer.status}, code {code}" if code else f"http {answer.status}"
    if answer.status in NOT_OURS or code in NOT_OURS_CODES:
        return GatewayClosed(reason, rest_seconds=CLOSED_SECONDS)
    if answer.status in UNCLEAR:
        return OutcomeUnknown(reason)
    if answer.status == 429:
        return GatewayTemporary(reason, wait_seconds=answer.wait_seconds, is_its_fault=False)
    if answer.status >= 500:
        return GatewayTemporary(reason, wait_seconds=answer.wait_seconds)
    return GatewayPermanent(
        reason, is_alarming=code in ALARMING, makes_number_doubtful=code in DOUBTFUL_NUMBER
    )


def _found(row: Mapping[str, Any]) -> FoundSms:
    """Read one message; what the network says of it counts before what Unifonic does."""
    word = str(row.get("DLR") or row.get("Status") or "")
    code = _code_in(row)
    return FoundSms(
        gateway_id=str(row.get("MessageID", "")),
        body=str(row.get("MessageBody") or ""),
        reported=word,
        status=status_of_word(word),
        error=code,
        makes_number_doubtful=code in DOUBTFUL_NUMBER,
        reference=str(row.get("CorrelationID") or ""),
    )


def _is_between(row: Mapping[str, Any], since: datetime, until: datetime) -> bool:
    """Tell whether a message may be of this time, in any zone; an unreadable time may be."""
    try:
        read = datetime.fromisoformat(str(row.get("DateCreated", "")))
    except ValueError:
        return True
    if read.tzinfo is not None:
        return since <= read <= until
    as_utc = read.replace(tzinfo=UTC)
    return since - ZONES_APART <= as_utc <= until + ZONES_APART


def _content(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _is_yes(content: Mapping[str, Any]) -> bool:
    """Read `success`, which is documented as a boolean here and as a string there."""
    return content.get("success") in (True, "true") and not _code_in(content)


def _is_no(content: Mapping[str, Any]) -> bool:
    return content.get("success") in (False, "false")


def _code_in(content: Mapping[str, Any]) -> str:
    """Read a refusal's code; empty where there is none, or success."""
    code = str(content.get("errorCode") or "")
    return code if _CODE.fullmatch(code) and code != ACCEPTED else ""
