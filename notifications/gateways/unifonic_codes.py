"""Unifonic's codes and statuses by class; a code we do not know is read by its class.

Two kinds of code are documented: `ER-01` and on in the answer's `errorCode`, and an own range of
HTTP statuses. Which of the two a refusal carries is not, so both are read.
Source: docs.unifonic.com, "Understanding reasons of SMS non-delivery", "HTTP status codes",
"Understanding SMS delivery".
"""

from __future__ import annotations

from typing import Final

from notifications.statuses import MessageStatus

ACCEPTED: Final = "ER-00"

SERVICE: Final = "3"
AWARENESS: Final = "6"
"""Classes of message that the Saudi regulator asks for; an awareness message has its hours."""

CLOSED_SECONDS: Final = 300
"""How long Unifonic is left alone after it did not take our account, address or sender."""

NOT_OURS: Final = frozenset({401, 402, 403, 404, 459, 480, 499, 546, 548})
"""The application's id, our address, the API's version, the sender's name or the set-up of the
account is wrong, which is no message's fault."""

NOT_OURS_CODES: Final = frozenset({"ER-01", "ER-08"})
"""No balance or no package for the country; a sender's name that is not registered. Every message
would meet the same: they wait instead."""

UNCLEAR: Final = frozenset({504, 599})
"""Something in between waited in vain, or "request failed": nobody says at which point."""

ALARMING: Final = frozenset({"ER-07"})
"""The operator must act: the text was filtered."""

DOUBTFUL_NUMBER: Final = frozenset({"ER-05"})
"""No route to the number: it is not in use, or it is a landline. A delivery clears it."""

STATUSES: Final = {
    "queued": MessageStatus.SENT,
    "scheduled": MessageStatus.SENT,
    "accepted": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "enroute": MessageStatus.SENT,
    "delivery not confirmed": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.FAILED,
    "undeliverable": MessageStatus.FAILED,
    "rejected": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "expired": MessageStatus.FAILED,
    "deleted": MessageStatus.FAILED,
}
"""What each of Unifonic's statuses means to us, in small letters. It keeps a message for a handset
that is off for two days itself, so no status asks for a later try of ours."""


def status_of_word(word: str) -> MessageStatus | None:
    """Give what a status of Unifonic's means to us; None for a word that we do not know."""
    return STATUSES.get(word.strip().lower())
