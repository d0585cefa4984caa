"""Every write of a ticket: file it, take it, answer, ask, close, and the sender's reply.

Staff steps lock the ticket's row, check the table of transitions against the status the staff
member saw, append the event and queue the SMS, all in one transaction (O29).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from access import limits
from access.codes import issue_code
from access.errors import LimitReached, TooManyCodes
from access.models import CodePurpose
from access.references import ReferenceKind, new_reference
from beneficiaries.models import Person, User
from beneficiaries.services import identify
from documents.intake import (
    CheckedFile,
    files_follow_transaction,
    files_written,
)
from notifications.outbox import queue_message
from saudi.hijri import HijriDate
from sawtak.attachments import attach_files
from sawtak.errors import TextMissing, TransitionRefused
from sawtak.models import (
    Category,
    Channel,
    IdentityMatch,
    Ticket,
    TicketEvent,
    TicketMessage,
)
from sawtak.rules import can_reply, ensure_transition
from sawtak.selectors import RECEIVED
from sawtak.statuses import TicketStatus
from sawtak.storing import store_submission
from sawtak.telling import TOLD_LIMIT, tell_sender

REFERENCE_DRAWS = 5
"""How often a reference is drawn again when it is taken: eight random digits, so almost never."""

FILING_LIMIT = "tickets"
CODE_LIMIT = "ticket_codes"


@dataclass(frozen=True)
class TicketDetails:
    """What the sender wrote, in stored forms; the contact form asks for less."""

    mobile: str
    full_name: str
    category: Category
    message: str
    national_id: str = ""
    birth_date: HijriDate | None = None
    subject: str = ""


# Filing ---------------------------------------------------------------------------------


def file_ticket(
    *,
    details: TicketDetails,
    attachments: Sequence[CheckedFile],
    submission_key: str,
    channel: Channel,
    language: str,
    now: datetime,
    address: str = "",
) -> Ticket:
    """Store a request and queue the SMS with its reference, once for a submission key (O13).

    Always accepted: whether the identity matches the register is stored for staff and changes
    nothing that the sender sees (DOMAIN 9). A repeat waits on the key's unique index, changes
    nothing and gives the first one's ticket. Files are written before any lock is held; what a
    repeat brought is removed. `address` is the client's; empty where none is to be counted. A
    mobile gets no more than some of these SMS an hour, because anybody can write somebody else's
    number (O19 e): the ticket is stored all the same.

    One transaction of four statements: the match, the ticket with its text and its event, the
    limits, the SMS.

    Raises:
        LimitReached: the address has filed as many as it may in an hour; nothing is stored.
        FilesNotKept: the store takes no files now; nothing is stored.
    """
    draws = 0
    with files_written(attachments):
        while True:
            draws += 1
            try:
                with transaction.atomic():
                    ticket, message_id = _store(details, submission_key, channel, language, now)
                    may_tell = _count_filing(address, ticket.mobile, now)
                    attach_files(message_id, attachments, now)
                    if may_tell:
                        tell_sender(ticket, "ticket_received", event=RECEIVED, now=now)
            except IntegrityError:
                earlier = Ticket.objects.filter(submission_key=submission_key).first()
                if earlier is not None:
                    return earlier
                if draws == REFERENCE_DRAWS:
                    raise
            else:
                return ticket


def _store(
    details: TicketDetails, submission_key: str, channel: Channel, language: str, now: datetime
) -> tuple[Ticket, int]:
    person, match = _match(details)
    return store_submission(
        reference=new_reference(ReferenceKind.TICKET),
        submission_key=submission_key,
        channel=channel,
        category=details.category,
        subject=details.subject,
        full_name=details.full_name,
        mobile=details.mobile,
        national_id=details.national_id,
        birth_date=details.birth_date,
        person=person,
        identity_match=match,
        language=language,
        text=details.message,
        now=now,
    )


def _match(details: TicketDetails) -> tuple[Person | None, str]:
    """Look the sender up in the register: one statement, none where no ID was asked for."""
    if not details.national_id or details.birth_date is None:
        return None, IdentityMatch.NONE
    return identify(
        national_id=details.national_id, birth_date=details.birth_date, mobile=details.mobile
    )


def _count_filing(address: str, mobile: str, now: datetime) -> bool:
    """Count a ticket for its address and its SMS for the mobile; tell whether it may be sent."""
    figures = settings.LIMITS
    keys = {TOLD_LIMIT: (mobile, figures["ticket_sms_per_mobile_hour"])}
    if address:
        keys[FILING_LIMIT] = (address, figures["tickets_per_address_hour"])
    counted = limits.count_each(keys, now=now)
    if address and FILING_LIMIT not in counted:
        _key, ceiling = keys[FILING_LIMIT]
        free_at = limits.free_at(FILING_LIMIT, address, ceiling=ceiling, now=now)
        raise LimitReached(FILING_LIMIT, free_at)
    return TOLD_LIMIT in counted


def send_ticket_code(*, ticket: Ticket, now: datetime) -> None:
    """Send a code that proves the ticket's mobile, in one transaction with its row.

    The hour's codes are counted for the mobile too: many tickets with somebody's number must not
    flood it (O19).

    Raises:
        CodeSentRecently, TooManyCodes, TooManyWrongTries: see `access.codes.issue_code`.
    """
    with transaction.atomic():
        issued = issue_code(purpose=CodePurpose.TICKET, subject=code_subject(ticket), now=now)
        _count_code(ticket.mobile, now)
        queue_message(
            event=f"code:{issued.row_id}",
            to=ticket.mobile,
            template="ticket_code",
            values={"code": issued.code},
            language=ticket.language,
            now=now,
            expires_at=issued.expires_at,
        )


def _count_code(mobile: str, now: datetime) -> None:
    ceiling = settings.LIMITS["ticket_codes_per_mobile_hour"]
    try:
        limits.count_below(CODE_LIMIT, mobile, ceiling=ceiling, now=now)
    except LimitReached as error:
        raise TooManyCodes(error.retry_at) from error


def code_subject(ticket: Ticket) -> str:
    """Name whom a ticket's code is for."""
    return f"ticket:{ticket.reference}"


# The sender's reply -----------------------------------------------------------------------


def reply_from_sender(
    *, ticket_id: int, text: str, attachments: Sequence[CheckedFile], now: datetime
) -> Ticket:
    """Add the sender's words and put the ticket back to work.

    Locks the ticket. The same words sent twice (a double click, a retry) are one reply.

    Raises:
        TextMissing: the text is empty.
        TransitionRefused: the ticket does not wait for the sender.
        FilesNotKept: the store takes no files now; nothing is stored.
    """
    if not text:
        raise TextMissing
    with files_follow_transaction(attachments):
        ticket = _lock(ticket_id)
        if not can_reply(ticket.status):
            last = TicketMessage.objects.filter(ticket=ticket).order_by("-id").first()
            if last is not None and last.author_id is None and last.text == text:
                return ticket
            by, at = _last_change(ticket)
            raise TransitionRefused(ticket.status, TicketStatus.IN_PROGRESS, by, at)
        message = _append(ticket, text, author=None, now=now)
        attach_files(message.pk, attachments, now)
        _move(ticket, TicketStatus.IN_PROGRESS, actor=None, now=now)
    return ticket


# Staff ------------------------------------------------------------------------------------


def take_ticket(*, ticket_id: int, agent: User, seen_status: str, now: datetime) -> Ticket:
    """Give a ticket that is nobody's to a member of staff, who works on it from now.

    The sender is told when the work begins, and not of who goes on with it.

    Raises:
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    with transaction.atomic():
        ticket = _lock(ticket_id)
        is_new = ticket.status == TicketStatus.NEW
        if (
            ticket.status != seen_status
            or ticket.assigned_to_id is not None
            or not (is_new or ticket.status == TicketStatus.IN_PROGRESS)
        ):
            by, at = _last_change(ticket)
            raise TransitionRefused(ticket.status, TicketStatus.IN_PROGRESS, by, at)
        ticket.assigned_to = agent
        event = _move(ticket, TicketStatus.IN_PROGRESS, actor=agent, now=now)
        if is_new:
            tell_sender(ticket, "ticket_taken", event=f"taken:{event.pk}", now=now)
    return ticket


def answer_ticket(
    *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    """Answer a ticket with words that its sender reads.

    Raises:
        TextMissing: the answer is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    return _write(
        TicketStatus.ANSWERED,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        now=now,
    )


def ask_sender(
    *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    """Ask the sender a question; the ticket waits for the reply.

    Raises:
        TextMissing: the question is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    return _write(
        TicketStatus.AWAITING_CITIZEN,
        ticket_id=ticket_id,
        agent=agent,
        text=text,
        seen_status=seen_status,
        now=now,
    )


def close_ticket(
    *, ticket_id: int, agent: User, reason: str, seen_status: str, now: datetime
) -> Ticket:
    """Close a ticket for a reason that its sender reads.

    Raises:
        TextMissing: the reason is empty.
        TransitionRefused: somebody changed it first, or its status does not allow it.
    """
    if not reason.strip():
        raise TextMissing
    with transaction.atomic():
        ticket = _lock_seen(ticket_id, seen_status, TicketStatus.CLOSED)
        event = _move(ticket, TicketStatus.CLOSED, actor=agent, now=now, reason=reason.strip())
        tell_sender(ticket, "ticket_closed", event=f"closed:{event.pk}", now=now)
    return ticket


_TOLD = {
    TicketStatus.ANSWERED: ("ticket_answered", "answered"),
    TicketStatus.AWAITING_CITIZEN: ("ticket_question", "question"),
}


def _write(
    wanted: TicketStatus, *, ticket_id: int, agent: User, text: str, seen_status: str, now: datetime
) -> Ticket:
    if not text.strip():
        raise TextMissing
    template, name = _TOLD[wanted]
    with transaction.atomic():
        ticket = _lock_seen(ticket_id, seen_status, wanted)
        ticket.assigned_to = ticket.assigned_to or agent
        _append(ticket, text.strip(), author=agent, now=now)
        event = _move(ticket, wanted, actor=agent, now=now)
        tell_sender(ticket, template, event=f"{name}:{event.pk}", now=now)
    return ticket


# Parts ------------------------------------------------------------------------------------


def _lock(ticket_id: int) -> Ticket:
    return Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)


def _lock_seen(ticket_id: int, seen_status: str, wanted: TicketStatus) -> Ticket:
    """Lock a ticket and refuse the step if it cannot be taken from what the person saw."""
    ticket = _lock(ticket_id)
    by, at = _last_change(ticket)
    ensure_transition(status=ticket.status, wanted=wanted, seen_status=seen_status, by=by, at=at)
    return ticket


def _last_change(ticket: Ticket) -> tuple[str, datetime | None]:
    last = TicketEvent.objects.filter(ticket=ticket).select_related("actor").order_by("-id").first()
    if last is None:
        return "", None
    return str(last.actor or ""), last.at


def _move(
    ticket: Ticket, to_status: TicketStatus, *, actor: User | None, now: datetime, reason: str = ""
) -> TicketEvent:
    """Change the status of a locked ticket and append the event that says so."""
    from_status, ticket.status, ticket.changed_at = ticket.status, to_status, now
    ticket.save(update_fields=["status", "changed_at", "assigned_to"])
    return _record(ticket, from_status=from_status, actor=actor, now=now, reason=reason)


def _record(
    ticket: Ticket, *, from_status: str, actor: User | None, now: datetime, reason: str = ""
) -> TicketEvent:
    return TicketEvent.objects.create(
        ticket=ticket,
        at=now,
        actor=actor,
        from_status=from_status,
        to_status=ticket.status,
        reason=reason,
    )


def _append(ticket: Ticket, text: str, *, author: User | None, now: datetime) -> TicketMessage:
    return TicketMessage.objects.create(ticket=ticket, author=author, text=text, written_at=now)
