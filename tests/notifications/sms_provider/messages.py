"""A message that a stand-in accepted, whoever it stands in for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
APP_SID = "standinAppSid0000000000000000"
CALLBACK_TOKEN = "stand-in-callback-token-0123456789abcdef"


@dataclass
class ProvidedMessage:
    """A message that was accepted, what was reported of it and how that was answered."""

    sid: str
    form: dict[str, str]
    created_at: datetime
    status: str = "queued"
    error_code: int | str | None = None
    reports: list[tuple[str, int]] = field(default_factory=list)

    @property
    def to(self) -> str:
        """Give the number with its plus, however the provider wants it."""
        recipient = self.form.get("Recipient", "")
        return self.form.get("To", "") or (f"+{recipient}" if recipient else "")

    @property
    def sender(self) -> str:
        names = ("MessagingServiceSid", "From", "SenderID")
        return next((self.form[name] for name in names if self.form.get(name)), "")

    @property
    def body(self) -> str:
        return self.form.get("Body", "")
