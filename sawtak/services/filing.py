"""Filing a ticket, and the code that opens it."""

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
from beneficiaries.models import Person
from beneficiaries.services import identify
from documents.intake import CheckedFile, files_written
from notifications.outbox import queue_message
from saudi.hijri import HijriDate
from sawtak.attachments import attach_files
from sawtak.models import Channel, IdentityMatch, Ticket
from sawtak.selectors import RECEIVED
from sawtak.services.repeats import Sender, find_same_open, join_ticket
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
    category: str
    message: str
    national_id: str = ""
    birth_date: HijriDate | None = None
    subject: str = ""


def file_ticket(
    *,
    details: TicketDetails,
    attachments: Sequence[CheckedFile],
    submission_key: str,
    channel: Channel,
    language: str,
    now: datetime,
    address: str = "",
    received_at: datetime | None = None,
    sender: Sender | None = None,
) -> Ticket:
    """Store a request and queue the SMS with its reference, once for a submission key (O13).

    Always accepted: whether the identity matches the register is stored for staff and changes
    nothing that the sender sees (DOMAIN 9). A repeat waits on the key's unique index, changes
    nothing and gives the first one's ticket. Files are written before any lock is held; what a
    repeat brought is removed. `address` is the client's; empty where none is to be counted. A
    mobile gets no more than some of these SMS an hour, because anybody can write somebody else's
    number (O19 e): the ticket is stored all the same.

    With a `sender`, as every public form has one, the same request that is open already is
    joined and given instead (docs/adr/0035).

    One transaction of four statements: the match, the ticket with its text and its event, the
    limits, the SMS; a fifth first for a sender, which looks for the same request. `received_at` is
    the receipt of a letter that staff enter later: the clock of its answer counts from then.

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
                    same = sender and find_same_open(
                        details, submission_key=submission_key, sender=sender, now=now
                    )
                    if same:
                        if not same.is_stored:
                            join_ticket(
                                same.ticket,
                                text=details.message,
                                attachments=attachments,
                                submission_key=submission_key,
                                channel=channel,
                                may_tell=_count_filing(address, details.mobile, now),
                                now=now,
                            )
                        return same.ticket
                    ticket, message_id = _store(
                        details, submission_key, channel, language, received_at or now
                    )
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
    details: TicketDetails,
    submission_key: str,
    channel: Channel,
    language: str,
    received_at: datetime,
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
        now=received_at,
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
