"""What may be done with a ticket and by when it is answered: pure decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from datetime import date, datetime, timedelta

from saudi.calendar import WorkingHours
from saudi.gregorian import riyadh_date
from sawtak.errors import TransitionRefused
from sawtak.statuses import TRANSITIONS, WAITING_STATUSES, TicketStatus

ANSWER_WORKING_DAYS = 3
"""Working days in which a ticket is answered: the one place that says it."""

REOPEN_DAYS = 14
"""Civil days after the answer or the closing in which the sender opens a ticket again."""

REPEAT_DAYS = 7
"""Days after a request in which the same one, sent again, joins it while it is open."""

UNGUESSABLE_CHARACTERS = 40
"""Folded characters of a text that nobody writes alike who does not know it (docs/adr/0035)."""

REOPENED_FROM = frozenset({TicketStatus.ANSWERED, TicketStatus.CLOSED})
"""Where the sender's words open the ticket again."""

FINAL_STATUSES = frozenset({TicketStatus.CLOSED, TicketStatus.WITHDRAWN})


def answer_due_on(
    counted_from: datetime, *, hours: WorkingHours, holidays: Container[date]
) -> date:
    """Give the last civil day in Riyadh on which an answer is in time.

    The day of the request, or of the sender's reply, is day 0; working days are Sunday to
    Thursday without holidays (DOMAIN 14).
    """
    return hours.add_working_days(riyadh_date(counted_from), ANSWER_WORKING_DAYS, holidays)


def reopen_until(status: str, *, changed_at: datetime) -> date | None:
    """Give the last civil day in Riyadh on which the sender opens a ticket again.

    `changed_at` is when it came into its status; None where there is nothing to open.
    """
    if status not in REOPENED_FROM:
        return None
    return riyadh_date(changed_at) + timedelta(days=REOPEN_DAYS)


def can_reply(status: str, *, changed_at: datetime, today: date) -> bool:
    """Tell whether the sender may write to a ticket: while it is open, or to open it again."""
    until = reopen_until(status, changed_at=changed_at)
    return status in WAITING_STATUSES or (until is not None and today <= until)


def tells_of_itself(folded_text: str) -> bool:
    """Tell whether whoever sends a text word for word must have known it already."""
    return len(folded_text) >= UNGUESSABLE_CHARACTERS


def is_final(status: str) -> bool:
    """Tell whether staff do nothing more with a ticket, unless its sender opens it again."""
    return status in FINAL_STATUSES


def ensure_transition(
    *, status: str, wanted: str, seen_status: str, by: str, at: datetime | None, did: str = ""
) -> None:
    """Refuse a step that the table does not have, or that was decided from an old page.

    Raises:
        TransitionRefused: with the status now, and who made it so and when.
    """
    if status != seen_status or wanted not in TRANSITIONS[status]:
        raise TransitionRefused(status=status, wanted=wanted, by=by, at=at, did=did)


def hindrance_to_join(
    *,
    mobiles: tuple[str, str],
    national_ids: tuple[str, str],
    statuses: tuple[str, str],
    are_merged: bool,
) -> str:
    """Say why one ticket cannot be joined with another: a word, empty where it can.

    Each pair is of the one that ends and of the one that goes on. Only what the same person sent
    from the same mobile comes together, because whoever proves that mobile then reads both.
    """
    first, survivor = statuses
    if mobiles[0] != mobiles[1]:
        return "mobile"
    if all(national_ids) and national_ids[0] != national_ids[1]:
        return "person"
    if are_merged or survivor not in WAITING_STATUSES:
        return "ended"
    if TicketStatus.CLOSED not in TRANSITIONS[first]:
        return "done"
    return ""


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
