"""What every step of a ticket is made of: the lock, what was seen, the move with its event, words.

Each act of staff is one transaction under the ticket's lock and compares what its page showed with
what is now, so that two who act at once do not overwrite each other (O29). An attempt that comes
too late is refused and stays in the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from beneficiaries.models import User
from documents.intake import CheckedFile, files_written
from sawtak.errors import TransitionRefused
from sawtak.models import Ticket, TicketEvent, TicketMessage
from sawtak.rules import ensure_transition
from sawtak.selectors import version_of
from sawtak.statuses import TicketAct, TicketStatus

WROTE = "wrote"
"""What the sender did who wrote while an agent looked at the ticket."""


def lock_ticket(ticket_id: int) -> Ticket:
    """Give a ticket whose row nobody else changes until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)


def lock_both(first_id: int, second_id: int) -> dict[int, Ticket]:
    """Lock two tickets, the lower id first; give those that are there by their ids."""
    rows = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=(first_id, second_id))
    return {ticket.pk: ticket for ticket in rows.order_by("pk")}


@contextmanager
def changing(
    ticket_id: int,
    *,
    act: TicketAct,
    seen_status: str,
    seen_version: str,
    actor: User,
    now: datetime,
    wanted: TicketStatus | None = None,
    files: Sequence[CheckedFile] = (),
    also: int | None = None,
) -> Iterator[Ticket]:
    """Lock a ticket that still is as it was seen; keep a refused attempt.

    `wanted` is the status that the act leads to; without one it stays. `seen_version` is what
    `version_of` gave for the page, empty where nothing was shown before. The body may refuse too,
    by `refusal`. Files are written before the lock. `also` is another ticket to lock: the lower id
    first, whichever is asked for.
    """
    try:
        with files_written(files), transaction.atomic():
            if also is not None:
                lock_both(ticket_id, also)
            ticket = lock_ticket(ticket_id)
            if seen_version and version_of(ticket.pk) != seen_version:
                raise refusal(ticket, wanted or ticket.status)
            if wanted is not None:
                refused = refusal(ticket, wanted)
                ensure_transition(
                    status=ticket.status,
                    wanted=wanted,
                    seen_status=seen_status,
                    by=refused.by,
                    at=refused.at,
                    did=refused.did,
                )
            elif ticket.status != seen_status:
                raise refusal(ticket, ticket.status)
            yield ticket
    except TransitionRefused as refused:
        _remember_refused(ticket_id, refused, act=act, actor=actor, now=now)
        raise


def refusal(ticket: Ticket, wanted: str) -> TransitionRefused:
    """Say who did what on a ticket last, and when: a step, another act, or words."""
    event = (
        TicketEvent.objects.filter(ticket=ticket, is_refused=False)
        .select_related("actor")
        .order_by("-id")
        .first()
    )
    words = TicketMessage.objects.filter(ticket=ticket).select_related("author").last()
    if words is not None and (event is None or words.written_at > event.at):
        by = str(words.author or "")
        return TransitionRefused(ticket.status, wanted, by=by, at=words.written_at, did=WROTE)
    if event is None:
        return TransitionRefused(ticket.status, wanted)
    by = str(event.actor or "")
    return TransitionRefused(ticket.status, wanted, by=by, at=event.at, did=event.kind)


def _remember_refused(
    ticket_id: int, refused: TransitionRefused, *, act: TicketAct, actor: User, now: datetime
) -> None:
    """Write an attempt that came too late into the history; its reader sees what was tried."""
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        append_act(ticket, act, actor=actor, now=now, is_refused=True)


def move(
    ticket: Ticket,
    to_status: TicketStatus,
    *,
    actor: User | None,
    now: datetime,
    reason: str = "",
    kind: TicketAct = TicketAct.MOVED,
    other: Ticket | None = None,
) -> TicketEvent:
    """Change the status of a locked ticket and append the event that says so."""
    from_status, ticket.status, ticket.changed_at = ticket.status, to_status, now
    ticket.save(update_fields=["status", "changed_at", "assigned_to", "merged_into"])
    return TicketEvent.objects.create(
        ticket=ticket,
        at=now,
        actor=actor,
        from_status=from_status,
        to_status=ticket.status,
        reason=reason,
        kind=kind,
        other=other,
    )


def append_act(
    ticket: Ticket,
    kind: TicketAct,
    *,
    actor: User,
    now: datetime,
    reason: str = "",
    other: Ticket | None = None,
    is_refused: bool = False,
) -> TicketEvent:
    """Append what was done, or tried, with a locked ticket that stays in its status."""
    return TicketEvent.objects.create(
        ticket=ticket,
        at=now,
        actor=actor,
        from_status=ticket.status,
        to_status=ticket.status,
        reason=reason,
        kind=kind,
        other=other,
        is_refused=is_refused,
    )


def append_words(
    ticket: Ticket, text: str, *, author: User | None, now: datetime, channel: str = ""
) -> TicketMessage:
    """Add a turn to the conversation; without an author it is the sender's, come by `channel`."""
    return TicketMessage.objects.create(
        ticket=ticket, author=author, text=text, channel=channel, written_at=now
    )
