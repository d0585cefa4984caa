"""Twilio's Messages API as the stand-in plays it: create, fetch, list, signed reports."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.notifications.sms_provider.behaviours import Refuse
from tests.notifications.sms_provider.messages import ProvidedMessage
from tests.notifications.sms_provider.reports import Code, Posted
from tests.notifications.sms_provider.server import Handler, Plan

API = "2010-04-01"
LONGEST_BODY = 1_600
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class TwilioHandler(Handler):
    """Speaks as api.twilio.com does."""

    @classmethod
    def new_id(cls, number: int) -> str:
        return f"SM{number:032}"

    @classmethod
    def report(cls, plan: Plan, message: ProvidedMessage, status: str, code: Code) -> Posted | None:
        address = message.form.get("StatusCallback", "")
        if not address:
            return None
        facts = {
            "AccountSid": plan.account,
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
        signature = RequestValidator(plan.token).compute_signature(
            urlsplit(address).geturl(), facts
        )
        return Posted(
            address,
            urlencode(facts),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature,
            },
        )

    def posted(self, path: str, form: dict[str, str]) -> None:
        if not self._is_let_in():
            return
        if path.endswith(f"/{API}/Accounts/{self.provider.plan.account}/Messages.json"):
            self.take(form)
        else:
            self.refuse(Refuse(404, 20404))

    def asked(self, asked: SplitResult, messages: list[ProvidedMessage]) -> None:
        if not self._is_let_in() or self.fails_lookup():
            return
        base = f"/{API}/Accounts/{self.provider.plan.account}/Messages"
        name = asked.path.partition(base)[2].removesuffix(".json").removeprefix("/")
        if asked.path.endswith(f"{base}.json"):
            self._list(messages, dict(parse_qsl(asked.query)), base)
        elif name in self.provider.messages:
            self.json(200, self._resource(self.provider.messages[name]))
        else:
            self.refuse(Refuse(404, 20404))

    def fault_of(self, form: dict[str, str]) -> Refuse | None:
        code = _fault_of(form)
        return Refuse(400, code) if code else None

    def refused_with(self, code: int | str) -> Refuse:
        return Refuse(400, code)

    def accepted_as(self, message: ProvidedMessage) -> tuple[int, Any]:
        return 201, self._resource(message)

    def refuse(self, refusal: Refuse) -> None:
        more = {"Retry-After": refusal.retry_after} if refusal.retry_after else {}
        if refusal.code is None:
            self.send(refusal.status, b"<html>out of order</html>", "text/html", more)
            return
        content = {
            "code": refusal.code,
            "message": "The number +966500000001 in 'To' is not accepted.",
            "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
            "status": refusal.status,
        }
        self.json(refusal.status, content, more)

    def _resource(self, message: ProvidedMessage) -> dict[str, Any]:
        """Give the message as the API shows it."""
        account = self.provider.plan.account
        moment = format_datetime(message.created_at)
        uri = f"/{API}/Accounts/{account}/Messages/{message.sid}.json"
        return {
            "account_sid": account,
            "api_version": API,
            "body": message.body,
            "date_created": moment,
            "date_sent": moment,
            "date_updated": moment,
            "direction": "outbound-api",
            "error_code": message.error_code,
            "error_message": None,
            "from": message.form.get("From"),
            "messaging_service_sid": message.form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
            "to": message.to,
            "uri": uri,
        }

    def _list(self, messages: list[ProvidedMessage], query: dict[str, str], base: str) -> None:
        """Answer a page of the messages that the filters let through, newest first."""
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        found = [message for message in messages if _is_asked_for(message, query)]
        shown = found[page * size : (page + 1) * size]
        more = {**query, "PageSize": size, "Page": page + 1}
        self.json(
            200,
            {
                "messages": [self._resource(message) for message in shown],
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
        self.refuse(Refuse(401, 20003))
        return False


def _is_asked_for(message: ProvidedMessage, filters: dict[str, str]) -> bool:
    """Tell whether a list with these filters has the message: To, From and DateSent, as a day or
    an instant, with `<` and `>` for on or before and on or after."""
    if filters.get("To", message.to) != message.to:
        return False
    if filters.get("From", message.form.get("From")) != message.form.get("From"):
        return False
    day = message.created_at.date().isoformat()
    return (
        filters.get("DateSent", day)[:10] == day
        and _is_before(filters.get("DateSent>", ""), message.created_at)
        and not _is_before(filters.get("DateSent<", ""), message.created_at, default=False)
    )


def _is_before(typed: str, moment: datetime, *, default: bool = True) -> bool:
    if not typed:
        return default
    return datetime.fromisoformat(typed.replace("Z", "+00:00")).replace(tzinfo=UTC) <= moment


def _fault_of(form: dict[str, str]) -> int | None:
    """Give the code with which Twilio refuses such a request, or nothing."""
    if not form.get("To"):
        return 21604
    if not _E164.fullmatch(form["To"]):
        return 21211
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if not form.get("Body"):
        return 21602
    if len(form["Body"]) > LONGEST_BODY:
        return 21617
    return None
