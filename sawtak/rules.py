"""What may be done with a ticket and by when it is answered: pure decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from datetime import date, datetime

from saudi.calendar import WorkingHours
from saudi.gregorian import riyadh_date
from sawtak.errors import TransitionRefused
from sawtak.statuses import TRANSITIONS, TicketStatus

ANSWER_WORKING_DAYS = 3
"""Working days in which a ticket is answered: the one place that says it."""

REPLY_STATUSES = frozenset({TicketStatus.AWAITING_CITIZEN, TicketStatus.ANSWERED})
"""Where the sender may write: after a question or an answer."""

FINAL_STATUSES = frozenset({TicketStatus.CLOSED, TicketStatus.WITHDRAWN})


def answer_due_on(
    counted_from: datetime, *, hours: WorkingHours, holidays: Container[date]
) -> date:
    """Give the last civil day in Riyadh on which an answer is in time.

    The day of the request, or of the sender's reply, is day 0; working days are Sunday to
    Thursday without holidays (DOMAIN 14).
    """
    return hours.add_working_days(riyadh_date(counted_from), ANSWER_WORKING_DAYS, holidays)


def can_reply(status: str) -> bool:
    """Tell whether the sender may write to a ticket in this status."""
    return status in REPLY_STATUSES


def is_final(status: str) -> bool:
    """Tell whether nothing more can happen to a ticket in this status."""
    return status in FINAL_STATUSES


def ensure_transition(
    *, status: str, wanted: str, seen_status: str, by: str, at: datetime | None
) -> None:
    """Refuse a step that the table does not have, or that was decided from an old page.

    Raises:
        TransitionRefused: with the status now, and who made it so and when.
    """
    if status != seen_status or wanted not in TRANSITIONS[status]:
        raise TransitionRefused(status=status, wanted=wanted, by=by, at=at)


def submission_key(*, token: str, parts: Iterable[str], file_hashes: Iterable[str]) -> str:
    """Give the key under which a submission is stored once (O13).

    `token` is the form's own; the same content sent twice with one token is one ticket, and a
    changed word makes another. The order of the files does not matter.
    """
    digest = hashlib.sha256()
    for part in (token, *parts, *sorted(file_hashes)):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
