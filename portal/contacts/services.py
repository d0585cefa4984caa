"""Every step of a contact: taken, the person identified, a case touched, ended.

A step locks the contact, looks whether it is still open and whose it is, and appends its event, in
one transaction with what it does to a case.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from access import limits
from beneficiaries.models import User
from beneficiaries.services import identify
from objections.models import Objection
from portal.contacts.errors import (
    CallerNotMatched,
    ContactIsAnothers,
    ContactIsOver,
    NotTheirTicket,
)
from portal.contacts.known import keep_problem
from portal.contacts.models import Contact, ContactEvent
from portal.contacts.overview import tickets_of
from portal.contacts.rules import ensure_outcome
from portal.contacts.statuses import WITH_CASE, ContactChannel, ContactStep, Outcome
from saudi.gregorian import riyadh_date, start_of_day
from saudi.hijri import HijriDate
from sawtak.errors import TransitionRefused
from sawtak.models import Channel, Ticket
from sawtak.rules import submission_key
from sawtak.services import TicketDetails, file_ticket, reply_from_sender

logger = logging.getLogger(__name__)

TRIES_BY_AGENT: Final = "caller_tries_by_agent"
TRIES_FOR_PERSON: Final = "caller_tries_for_person"


@dataclass(frozen=True)
class Arrival:
    """How something came; of a letter its stamp, of a post where it stands."""

    channel: ContactChannel
    source: str = ""
    received_on: date | None = None


def start_contact(*, submission: uuid.UUID, arrival: Arrival, by: User, now: datetime) -> Contact:
    """Take a call, a post or a letter; the same form sent again is the same contact.

    Raises:
        ContactIsAnothers: the form was a colleague's.
    """
    with transaction.atomic():
        contact, is_new = Contact.objects.get_or_create(
            submission=submission,
            defaults={
                "channel": arrival.channel,
                "agent": by,
                "source": arrival.source,
                "received_on": arrival.received_on,
                "started_at": now,
            },
        )
        if is_new:
            _record(contact, ContactStep.STARTED, by=by, now=now)
    if contact.agent_id != by.pk:
        raise ContactIsAnothers
    return contact


def identify_caller(
    *,
    contact_id: int,
    national_id: str,
    birth_date: HijriDate,
    mobile: str,
    by: User,
    now: datetime,
) -> Contact:
    """Tie a contact to the person whose ID, birth date and registered mobile were given.

    All three or nothing: which of them differs is told to nobody, and an ID that is not in the
    register is answered alike (DOMAIN 17). A wrong try is counted for the agent with this ID and
    for the ID over all agents, is an event of the contact, and stays when the call ends.

    Raises:
        LimitReached: so many wrong tries that this ID is not asked about for a while.
        CallerNotMatched: the facts are not one person's.
        ContactIsOver, ContactIsAnothers: see `_locked`.
    """
    keys = {
        TRIES_BY_AGENT: (f"{by.pk}:{national_id}", settings.LIMITS["caller_tries_per_agent_hour"]),
        TRIES_FOR_PERSON: (national_id, settings.LIMITS["caller_tries_per_person_hour"]),
    }
    with transaction.atomic():
        contact = _locked(contact_id, by=by)
        for name, (key, ceiling) in keys.items():
            limits.ensure_below(name, key, ceiling=ceiling, now=now)
        person, match = identify(national_id=national_id, birth_date=birth_date, mobile=mobile)
        if match == "full":
            contact.person = person
            contact.save(update_fields=["person"])
            _record(contact, ContactStep.IDENTIFIED, by=by, now=now)
            return contact
        limits.count_each(keys, now=now)
        _record(contact, ContactStep.NOT_MATCHED, by=by, now=now)
    logger.warning("contact %d: the caller did not match, asked by user %d", contact_id, by.pk)
    raise CallerNotMatched


def open_ticket(
    *, contact_id: int, details: TicketDetails, language: str, by: User, now: datetime
) -> Ticket:
    """File a request for somebody who called, posted or wrote; its sender is told by SMS.

    The same words sent twice in a contact are one request. A letter counts from its stamp.

    Raises:
        ContactIsOver, ContactIsAnothers: see `_locked`.
    """
    with transaction.atomic():
        contact = _locked(contact_id, by=by)
        ticket = file_ticket(
            details=details,
            attachments=[],
            submission_key=submission_key(
                token=f"contact {contact.pk}",
                parts=(details.mobile, details.full_name, details.category, details.message),
                file_hashes=(),
            ),
            channel=Channel(contact.channel),
            language=language,
            now=now,
            received_at=_receipt(contact, now),
        )
        if contact.ticket_id != ticket.pk:
            _touch(contact, ContactStep.TICKET, by=by, now=now, ticket=ticket)
    return ticket


def continue_ticket(
    *, contact_id: int, ticket_id: int, text: str, by: User, now: datetime
) -> Ticket:
    """Add to a request of the identified person what they said, as their own words.

    Raises:
        NotTheirTicket: it is not theirs, or takes no words any more.
        TextMissing, LimitReached: see `sawtak.services.reply_from_sender`.
        ContactIsOver, ContactIsAnothers: see `_locked`.
    """
    with transaction.atomic():
        contact = _locked(contact_id, by=by)
        person = contact.person
        if person is None or ticket_id not in {each.pk for each in tickets_of(person, now=now)}:
            raise NotTheirTicket
        try:
            ticket = reply_from_sender(
                ticket_id=ticket_id,
                text=text,
                attachments=[],
                now=now,
                channel=contact.channel,
            )
        except TransitionRefused as refusal:
            raise NotTheirTicket from refusal
        _touch(contact, ContactStep.ADDED, by=by, now=now, ticket=ticket)
    return ticket


def note_objection(*, contact_id: int, objection: Objection, by: User, now: datetime) -> Contact:
    """Note the objection that was entered for the person of a contact.

    Raises:
        ContactIsOver, ContactIsAnothers: see `_locked`.
    """
    with transaction.atomic():
        contact = _locked(contact_id, by=by)
        if contact.objection_id != objection.pk:
            _touch(contact, ContactStep.OBJECTION, by=by, now=now, objection=objection)
    return contact


def end_contact(
    *,
    contact_id: int,
    outcome: Outcome,
    problem: str,
    cause: str,
    solution: str,
    by: User,
    now: datetime,
) -> Contact:
    """End a contact with what came of it; its problem is kept for the next one.

    Raises:
        OutcomeRefused: naming the field that is missing or does not fit.
        ContactIsOver, ContactIsAnothers: see `_locked`.
    """
    with transaction.atomic():
        contact = _locked(contact_id, by=by)
        touched = {"ticket": contact.ticket_id, "objection": contact.objection_id}
        ensure_outcome(
            outcome,
            touched=frozenset(name for name, pk in touched.items() if pk is not None),
            problem=problem,
            cause=cause,
            solution=solution,
        )
        if problem:
            contact.known = keep_problem(
                problem=problem, cause=cause, solution=solution, by=by, now=now
            )
        contact.outcome, contact.ended_at = outcome, now
        contact.save(update_fields=["outcome", "ended_at", "known"])
        _record(contact, ContactStep.ENDED, by=by, now=now)
    return contact


def end_for_colleague(*, contact_id: int, reason: str, by: User, now: datetime) -> Contact:
    """End a contact that its agent left open, with a reason; what it touched says how it ended.

    Raises:
        ContactIsOver: see `_locked`.
    """
    with transaction.atomic():
        contact = _locked(contact_id, by=None)
        contact.outcome, contact.ended_at = _left_with(contact), now
        contact.save(update_fields=["outcome", "ended_at"])
        _record(contact, ContactStep.ENDED_FOR, by=by, now=now, reason=reason)
    logger.info("contact %d of user %d ended by user %d", contact_id, contact.agent_id, by.pk)
    return contact


def _left_with(contact: Contact) -> Outcome:
    """Give the outcome of a contact by the last case that it touched."""
    last = contact.events.filter(step__in=WITH_CASE).order_by("-id").first()
    return Outcome.LEFT_OPEN if last is None else Outcome(last.step)


def _locked(contact_id: int, *, by: User | None) -> Contact:
    """Give an open contact of this agent, whose row nobody else changes until the end.

    Without an agent it is anybody's.

    Raises:
        ContactIsOver: it was ended, how, by whom and when.
        ContactIsAnothers: a colleague has it.
    """
    contact = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("person", "agent")
        .get(pk=contact_id)
    )
    if not contact.is_open:
        last = contact.events.select_related("actor").last()
        by_whom = contact.agent if last is None else last.actor
        raise ContactIsOver(contact.outcome, str(by_whom), contact.ended_at)
    if by is not None and contact.agent_id != by.pk:
        raise ContactIsAnothers
    return contact


def _receipt(contact: Contact, now: datetime) -> datetime | None:
    """Give when a letter came: its stamp; nothing for what comes at this moment."""
    if contact.received_on is None or contact.received_on >= riyadh_date(now):
        return None
    return start_of_day(contact.received_on)


def _touch(
    contact: Contact,
    step: ContactStep,
    *,
    by: User,
    now: datetime,
    ticket: Ticket | None = None,
    objection: Objection | None = None,
) -> None:
    if ticket is not None:
        contact.ticket = ticket
    if objection is not None:
        contact.objection = objection
    contact.save(update_fields=["ticket", "objection"])
    _record(contact, step, by=by, now=now, ticket=ticket, objection=objection)


def _record(
    contact: Contact,
    step: ContactStep,
    *,
    by: User,
    now: datetime,
    ticket: Ticket | None = None,
    objection: Objection | None = None,
    reason: str = "",
) -> None:
    ContactEvent.objects.create(
        contact=contact,
        at=now,
        actor=by,
        step=step,
        ticket=ticket,
        objection=objection,
        reason=reason,
    )
