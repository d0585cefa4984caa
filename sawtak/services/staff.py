"""What staff do with a ticket: take it, answer, ask, close, note.

Each step locks the ticket's row, checks it against what the member of staff saw and the table of
transitions, appends the event and queues the SMS, all in one transaction (O29). `seen_version` is
what `sawtak.selectors.version_of` gave when the page was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from beneficiaries.models import User
from documents.intake import CheckedFile
from saudi.digits import is_blank
from sawtak.attachments import attach_files
from sawtak.errors import TextMissing
from sawtak.models import Ticket, TicketNote
from sawtak.services.steps import append_words, changing, lock_ticket, move, refusal
from sawtak.statuses import TicketAct, TicketStatus
from sawtak.telling import tell_sender


def take_ticket(
    *, ticket_id: int, agent: User, seen_status: str, seen_version: str = "", now: datetime
) -> Ticket:
    """Give a ticket that is nobody's to a member of staff, who works on it from now.

    The sender is told when the work begins, and not of who goes on with it.

    Raises:
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    with changing(
        ticket_id,
        act=TicketAct.TAKE,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=agent,
        now=now,
    ) as ticket:
        is_new = ticket.status == TicketStatus.NEW
        is_worked_on = is_new or ticket.status == TicketStatus.IN_PROGRESS
        if ticket.assigned_to_id is not None or not is_worked_on:
            raise refusal(ticket, TicketStatus.IN_PROGRESS)
        ticket.assigned_to = agent
        event = move(ticket, TicketStatus.IN_PROGRESS, actor=agent, now=now)
        if is_new:
            tell_sender(ticket, "ticket_taken", event=f"taken:{event.pk}", now=now)
    return ticket


def answer_ticket(
    *,
    ticket_id: int,
    agent: User,
    text: str,
    seen_status: str,
    seen_version: str = "",
    attachments: Sequence[CheckedFile] = (),
    now: datetime,
) -> Ticket:
    """Answer a ticket with words, and files, that its sender reads.

    Raises:
        TextMissing: the answer is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
        FilesNotKept: the store takes no files now; nothing is stored.
    """
    return _write(
        TicketStatus.ANSWERED,
        TicketAct.ANSWER,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        seen_version=seen_version,
        attachments=attachments,
        now=now,
    )


def ask_sender(
    *,
    ticket_id: int,
    agent: User,
    text: str,
    seen_status: str,
    seen_version: str = "",
    attachments: Sequence[CheckedFile] = (),
    now: datetime,
) -> Ticket:
    """Ask the sender; the ticket waits for the reply.

    Raises:
        TextMissing: the question is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
        FilesNotKept: the store takes no files now; nothing is stored.
    """
    return _write(
        TicketStatus.AWAITING_CITIZEN,
        TicketAct.ASK,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        seen_version=seen_version,
        attachments=attachments,
        now=now,
    )


def close_ticket(
    *,
    ticket_id: int,
    agent: User,
    reason: str,
    seen_status: str,
    seen_version: str = "",
    now: datetime,
) -> Ticket:
    """Close a ticket for a reason that its sender reads.

    Raises:
        TextMissing: the reason is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    if not reason.strip():
        raise TextMissing
    with changing(
        ticket_id,
        act=TicketAct.CLOSE,
        wanted=TicketStatus.CLOSED,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=agent,
        now=now,
    ) as ticket:
        event = move(ticket, TicketStatus.CLOSED, actor=agent, now=now, reason=reason.strip())
        tell_sender(ticket, "ticket_closed", event=f"closed:{event.pk}", now=now)
    return ticket


def add_note(*, ticket_id: int, author: User, text: str, now: datetime) -> TicketNote:
    """Keep what staff note for each other; the sender never reads it and nothing else changes.

    Raises:
        TextMissing: the note is empty.
    """
    if is_blank(text):
        raise TextMissing
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        return TicketNote.objects.create(
            ticket=ticket, author=author, text=text.strip(), written_at=now
        )


TOLD = {
    TicketStatus.ANSWERED: ("ticket_answered", "answered"),
    TicketStatus.AWAITING_CITIZEN: ("ticket_question", "question"),
}
"""The SMS of a step that writes to the sender, and the name of its event."""


def _write(
    wanted: TicketStatus,
    act: TicketAct,
    *,
    ticket_id: int,
    agent: User,
    text: str,
    seen_status: str,
    seen_version: str,
    attachments: Sequence[CheckedFile],
    now: datetime,
) -> Ticket:
    if not text.strip():
        raise TextMissing
    template, name = TOLD[wanted]
    with changing(
        ticket_id,
        act=act,
        wanted=wanted,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=agent,
        now=now,
        files=attachments,
    ) as ticket:
        ticket.assigned_to = ticket.assigned_to or agent
        message = append_words(ticket, text.strip(), author=agent, now=now)
        attach_files(message.pk, attachments, now)
        event = move(ticket, wanted, actor=agent, now=now)
        tell_sender(ticket, template, event=f"{name}:{event.pk}", now=now)
    return ticket
