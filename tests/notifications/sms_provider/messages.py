"""The stand-in's messages, as Twilio's Message resource shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
API = "2010-04-01"
LONGEST_BODY = 1_600
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass
class ProvidedMessage:
    """A message that was accepted, what was reported of it and how that was answered."""

    sid: str
    form: dict[str, str]
    created_at: datetime
    status: str = "queued"
    error_code: int | None = None
    reports: list[tuple[str, int]] = field(default_factory=list)

    @property
    def to(self) -> str:
        return self.form.get("To", "")

    def resource(self, account: str) -> dict[str, Any]:
        """Give the message as the API shows it."""
        moment = format_datetime(self.created_at)
        uri = f"/{API}/Accounts/{account}/Messages/{self.sid}.json"
        return {
            "account_sid": account,
            "api_version": API,
            "body": self.form.get("Body", ""),
            "date_created": moment,
            "date_sent": moment,
            "date_updated": moment,
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.form.get("From"),
            "messaging_service_sid": self.form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
            "to": self.to,
            "uri": uri,
        }

    def is_asked_for(self, filters: dict[str, str]) -> bool:
        """Tell whether a list with these filters has the message: To, From and DateSent, as
        a day or an instant, with `<` and `>` for on or before and on or after."""
        if filters.get("To", self.to) != self.to:
            return False
        if filters.get("From", self.form.get("From")) != self.form.get("From"):
            return False
        day = self.created_at.date().isoformat()
        return (
            filters.get("DateSent", day)[:10] == day
            and _is_before(filters.get("DateSent>", ""), self.created_at)
            and not _is_before(filters.get("DateSent<", ""), self.created_at, default=False)
        )


def _is_before(typed: str, moment: datetime, *, default: bool = True) -> bool:
    if not typed:
        return default
    return datetime.fromisoformat(typed.replace("Z", "+00:00")).replace(tzinfo=UTC) <= moment


def fault_of(form: dict[str, str]) -> int | None:
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
