"""What a gateway is, and the three ways in which sending can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notifications.statuses import MessageStatus


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One SMS as a gateway needs it. Number and text stay out of its repr, and so out of logs.

    `reference` is our own id of this try, for a gateway that keeps one beside the message.
    """

    message_id: int
    to: str = field(repr=False)
    body: str = field(repr=False)
    reference: str = field(default="", repr=False)
    is_service: bool = field(default=True, repr=False)
    """A code or news of the recipient's own case, which may be sent at any hour."""


@dataclass(frozen=True, slots=True)
class GatewayReceipt:
    """The gateway accepted the message and calls it so."""

    gateway_id: str


@dataclass(frozen=True, slots=True)
class FoundSms:
    """One of the gateway's own messages, in its word and in ours.

    `reference` is what we gave it with the message; empty where the gateway keeps none.
    """

    gateway_id: str
    body: str = field(repr=False)
    reported: str = ""
    status: MessageStatus | None = None
    error: str = ""
    makes_number_doubtful: bool = False
    is_worth_a_later_try: bool = False
    reference: str = ""


class Gateway(Protocol):
    """Something that sends an SMS."""

    @property
    def name(self) -> str:
        """The value of SMS_GATEWAY."""

    @property
    def most_at_once(self) -> int:
        """How many messages may be on their way to it at once, from each process and lane.

        With more than one, `send` is called by many threads and must not use the database.
        """

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Hand one message over; called outside any transaction, bounded in time.

        Raises:
            GatewayClosed: nothing at all is accepted for a while.
            GatewayTemporary: it was surely not accepted and may be later.
            GatewayPermanent: it was not accepted and never will be.
            OutcomeUnknown: it may have been accepted; it must not be sent again blindly.
        """

    def find(self, *, to: str, since: datetime, until: datetime) -> list[FoundSms]:
        """Give the messages that the gateway accepted for a number between two instants.

        Raises:
            GatewayError: when it does not answer.
        """

    def status_of(self, gateway_id: str) -> FoundSms | None:
        """Give one message by the id of its receipt; None when the gateway knows none by it.

        Raises:
            GatewayError: when it does not answer, or not about messages.
        """


class GatewayError(Exception):
    """A message was not surely accepted; `reason` is short and holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GatewayTemporary(GatewayError):
    """Not accepted, and it is worth trying again, no sooner than after `wait_seconds`.

    Where the gateway only asks us to slow down, that is no fault of its own.
    """

    def __init__(self, reason: str, *, wait_seconds: int = 0, is_its_fault: bool = True) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds
        self.is_its_fault = is_its_fault


class GatewayPermanent(GatewayError):
    """Not accepted for good; perhaps the operator must know, or the number reaches nobody."""

    def __init__(
        self, reason: str, *, is_alarming: bool = False, makes_number_doubtful: bool = False
    ) -> None:
        super().__init__(reason)
        self.is_alarming = is_alarming
        self.makes_number_doubtful = makes_number_doubtful


class GatewayClosed(GatewayTemporary):
    """Not accepted, and neither is anything else for a while: the operator must know.

    `rest_seconds` says how long the gateway is left alone; None is until the next day in Riyadh.
    """

    def __init__(self, reason: str, *, rest_seconds: int | None) -> None:
        super().__init__(reason, is_its_fault=False)  # it said so itself
        self.rest_seconds = rest_seconds


class OutcomeUnknown(GatewayError):
    """The request was sent and no answer came: the message may be on its way."""
