"""The one statement that stores a submission: a ticket, its first message and its first event.

Not three `create` calls: on results day this is the busiest write of the portal, and one
statement costs a third of three, in the process and on the way to the database
(bench/ticket_submission.py). The foreign keys are checked at the commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection

from beneficiaries.models import Person
from saudi.hijri import HijriDate
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus

_FIELDS: Final = (
    "reference",
    "submission_key",
    "channel",
    "category",
    "subject",
    "full_name",
    "mobile",
    "national_id",
    "birth_date",
    "person_id",
    "identity_match",
    "status",
    "language",
    "received_at",
    "changed_at",
)

_STORE: Final = f"""
    WITH ticket AS (
        INSERT INTO sawtak_ticket ({", ".join(_FIELDS)})
        VALUES ({", ".join(f"%({name})s" for name in _FIELDS)})
        RETURNING id
    ), message AS (
        INSERT INTO sawtak_ticketmessage (ticket_id, text, written_at)
        SELECT id, %(text)s, %(received_at)s FROM ticket
        RETURNING id
    ), event AS (
        INSERT INTO sawtak_ticketevent (ticket_id, at, from_status, to_status, reason)
        SELECT id, %(received_at)s, '', %(status)s, '' FROM ticket
    )
    SELECT ticket.id, message.id FROM ticket, message
"""  # noqa: S608 - the names are the constants above, the values are parameters


def store_submission(
    *,
    reference: str,
    submission_key: str,
    channel: str,
    category: str,
    subject: str,
    full_name: str,
    mobile: str,
    national_id: str,
    birth_date: HijriDate | None,
    person: Person | None,
    identity_match: str,
    language: str,
    text: str,
    now: datetime,
) -> tuple[Ticket, int]:
    """Store a new ticket with its text and the event of its arrival; give it and the message's id.

    Runs in the caller's transaction. Raises IntegrityError for a reference that is taken or a
    submission that is stored; the second of two at once waits for the first.
    """
    values: dict[str, Any] = {
        "reference": reference,
        "submission_key": submission_key,
        "channel": str(channel),
        "category": str(category),
        "subject": subject,
        "full_name": full_name,
        "mobile": mobile,
        "national_id": national_id,
        "birth_date": birth_date,
        "person_id": None if person is None else person.pk,
        "identity_match": str(identity_match),
        "status": str(TicketStatus.NEW),
        "language": language,
        "received_at": now,
        "changed_at": now,
    }
    stored_date = None if birth_date is None else str(birth_date)
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values | {"text": text, "birth_date": stored_date})
        ticket_id, message_id = cursor.fetchone()
    names = ("id", *_FIELDS)
    ticket = Ticket.from_db(connection.alias, names, (ticket_id, *values.values()))
    return ticket, message_id
