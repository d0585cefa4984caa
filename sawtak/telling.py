"""The SMS that a ticket's sender gets."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifications.outbox import queue_message
from sawtak.models import IdentityMatch, Ticket
from sawtak.selectors import told_event

TOLD_LIMIT: Final = "ticket_sms"


def tell_sender(
    ticket: Ticket, template: str, *, event: str, now: datetime, other: str = ""
) -> None:
    """Queue an SMS about a ticket, once for an event, in the caller's transaction.

    `other` is the reference of another ticket, for a template that names two.
    """
    queue_message(
        event=told_event(ticket, event),
        to=ticket.mobile,
        template=template,
        values={"reference": ticket.reference} | ({"other": other} if other else {}),
        language=ticket.language,
        now=now,
        # Who named somebody without proof is told of the case and nobody's inbox is (DOMAIN 9).
        person_id=ticket.person_id if ticket.identity_match == IdentityMatch.FULL else None,
    )
