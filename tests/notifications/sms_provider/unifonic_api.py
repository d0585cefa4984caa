"""Unifonic's SMS API as the stand-in plays it: send, details, reports with the account's address.

What is not documented is played as notifications/gateways/unifonic.py assumes it; a rehearsal
against it proves the portal, not the provider.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlencode

from tests.notifications.sms_provider.behaviours import Refuse
from tests.notifications.sms_provider.messages import ProvidedMessage
from tests.notifications.sms_provider.reports import Code, Posted
from tests.notifications.sms_provider.server import Handler, Plan

SEND = "/rest/SMS/messages"
DETAILS = "/rest/SMS/Messages/GetMessagesDetails"
FIRST_ID = 42_000_348_806_900
LONGEST_BODY = 1_600
_INTERNATIONAL = re.compile(r"[1-9][0-9]{6,14}")


class UnifonicHandler(Handler):
    """Speaks as el.cloud.unifonic.com does."""

    @classmethod
    def new_id(cls, number: int) -> str:
        return str(FIRST_ID + number)

    @classmethod
    def report(cls, plan: Plan, message: ProvidedMessage, status: str, code: Code) -> Posted | None:
        address = message.form.get("statusCallback", "")
        if not address:
            return None
        facts = {
            "MessageID": message.sid,
            "CorrelationID": message.form.get("CorrelationID", ""),
            "DLR": status.capitalize(),
            "Recipient": message.form.get("Recipient", ""),
            "TimeCreated": _moment(message.created_at),
        }
        if code is not None:
            facts["errorCode"] = str(code)
        return Posted(
            address, urlencode(facts), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def posted(self, path: str, form: dict[str, str]) -> None:
        if not form.get("AppSid"):
            self.refuse(Refuse(402))
        elif form["AppSid"] != self.provider.plan.app_sid:
            self.refuse(Refuse(401))
        elif path.endswith(SEND):
            self.take(form)
        elif path.endswith(DETAILS):
            self._details(form)
        else:
            self.refuse(Refuse(404))

    def asked(self, asked: SplitResult, messages: list[ProvidedMessage]) -> None:
        self.refuse(Refuse(404))

    def fault_of(self, form: dict[str, str]) -> Refuse | None:
        if not form.get("Recipient"):
            return Refuse(422)
        if not _INTERNATIONAL.fullmatch(form["Recipient"]):
            return Refuse(482)
        if not form.get("SenderID"):
            return Refuse(440)
        if not form.get("Body"):
            return Refuse(449)
        return Refuse(412) if len(form["Body"]) > LONGEST_BODY else None

    def refused_with(self, code: int | str) -> Refuse:
        return Refuse(200, code)

    def accepted_as(self, message: ProvidedMessage) -> tuple[int, Any]:
        return 200, _envelope(
            {
                "MessageID": int(message.sid),
                "CorrelationID": message.form.get("CorrelationID", ""),
                "Status": "Queued",
                "NumberOfUnits": 1,
                "Cost": 0,
                "Balance": 0,
                "Recipient": message.form.get("Recipient", ""),
                "TimeCreated": _moment(message.created_at),
                "CurrencyCode": "",
            }
        )

    def refuse(self, refusal: Refuse) -> None:
        more = {"Retry-After": refusal.retry_after} if refusal.retry_after else {}
        if refusal.code is None and refusal.status >= 500:
            self.send(refusal.status, b"<html>out of order</html>", "text/html", more)
            return
        content = {
            "success": False,
            "message": "The number 966500000001 is not accepted",
            "errorCode": refusal.code or "",
            "data": {},
        }
        self.json(refusal.status, content, more)

    def _details(self, form: dict[str, str]) -> None:
        """Answer the messages that the filters let through, newest first."""
        if self.fails_lookup():
            return
        if form.get("MessageID") and not form["MessageID"].isdigit():
            self.refuse(Refuse(432))
            return
        found = [message for message in self.newest() if _is_asked_for(message, form)]
        shown = found[: int(form.get("Limit", 100))]
        self.json(
            200,
            _envelope(
                {
                    "messages": [_detail(message) for message in shown],
                    "CurrencyCode": "",
                    "TotalTextMessages": len(found),
                    "Next": "",
                    "Prev": "",
                }
            ),
        )


def _envelope(data: dict[str, Any]) -> dict[str, Any]:
    return {"success": True, "message": "", "errorCode": "ER-00", "data": data}


def _detail(message: ProvidedMessage) -> dict[str, Any]:
    detail = {
        "MessageID": int(message.sid),
        "CorrelationID": message.form.get("CorrelationID", ""),
        "Status": "Sent",
        "MessageBody": message.body,
        "Country": "Saudi Arabia",
        "DLR": message.status.capitalize(),
        "NumberOfUnits": 1,
        "Cost": 0,
        "SenderID": message.sender,
        "Recipient": message.form.get("Recipient", ""),
        "DateCreated": _moment(message.created_at),
        "DateSent": _moment(message.created_at),
    }
    return {**detail, "errorCode": message.error_code} if message.error_code else detail


def _is_asked_for(message: ProvidedMessage, filters: dict[str, str]) -> bool:
    """Tell whether a search with these filters has the message."""
    day = message.created_at.date().isoformat()
    facts = {"MessageID": message.sid, **message.form}
    return all(
        facts.get(name, "") == filters[name]
        for name in ("MessageID", "Recipient", "CorrelationID")
        if filters.get(name)
    ) and filters.get("dateFrom", day) <= day <= filters.get("dateTo", day)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
