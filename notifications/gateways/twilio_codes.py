"""Twilio's error codes and statuses by class (O23); a code we do not know is read by its class.

Twilio splits codes now and then, so single codes only ever add to what the class says.
Source: twilio.com/docs/api/errors and the statuses of the Messages API.
"""

from __future__ import annotations

from typing import Final

from notifications.statuses import MessageStatus

DAILY_CAP: Final = 63038
"""The account's messages a day are used up. It comes as HTTP 429 and is no call to slow down."""

OPTED_OUT: Final = 21610

NO_SUCH_RESOURCE: Final = 20404

QUEUE_FULL: Final = 30001
"""Our own queue at Twilio is full: worth trying again, whatever the HTTP status."""

CLOSED_SECONDS: Final = 300
"""How long Twilio is left alone after it did not take our credentials."""

ALARMING: Final = frozenset({21408, 30007, DAILY_CAP})
"""The operator must act: a region that is not permitted, carriers that filter, the daily cap."""

DOUBTFUL_NUMBER: Final = frozenset({30005, 30006, OPTED_OUT})
"""An unknown handset, a landline, a recipient who opted out: the number reaches nobody."""

UNREACHABLE: Final = frozenset({30003})
"""A handset that is off or out of reach, says the report: it may be on later."""

STATUSES: Final = {
    "accepted": MessageStatus.SENT,
    "scheduled": MessageStatus.SENT,
    "queued": MessageStatus.SENT,
    "sending": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}
"""What each of Twilio's statuses means to us."""
