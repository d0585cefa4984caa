"""Tickets that belong together: linked, joined into one, a second matter split off.

Each is an event on both tickets. Two tickets are locked in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from access.references import ReferenceKind, new_reference
from beneficiaries.models import User
from sawtak.errors import NothingChosen, NotTogether
from sawtak.models import Ticket, TicketLink
from sawtak.rules import hindrance_to_join
from sawtak.services.steps import (
    append_act,
    append_words,
    changing,
    lock_both,
    lock_ticket,
    move,
)
from sawtak.statuses import TicketAct, TicketStatus
from sawtak.storing import store_submission
from sawtak.telling import tell_sender


def link_tickets(*, ticket_id: int, other_id: int, by: User, now: datetime) -> TicketLink:
    """Note that two tickets belong together, of whomever they are: only staff see it.

    A second time changes nothing.

    Raises:
        NotTogether: a ticket with itself.
    """
    if ticket_id == other_id:
        raise NotTogether("same")
    with transaction.atomic():
        first, second = sorted(lock_both(ticket_id, other_id).values(), key=lambda one: one.pk)
        link, is_new = TicketLink.objects.get_or_create(
            first=first, second=second, defaults={"made_by": by, "made_at": now}
        )
        if is_new:
            append_act(first, TicketAct.LINKED, actor=by, now=now, other=second)
            append_act(second, TicketAct.LINKED, actor=by, now=now, other=first)
    return link


def unlink_tickets(*, ticket_id: int, other_id: int, by: User, now: datetime) -> None:
    """Take a link away that was made by mistake; a split stays. Nothing there is nothing done."""
    with transaction.atomic():
        found = lock_both(ticket_id, other_id)
        low, high = sorted((ticket_id, other_id))
        gone, _rows = TicketLink.objects.filter(first=low, second=high, is_split=False).delete()
        if gone:
            append_act(found[low], TicketAct.UNLINKED, actor=by, now=now, other=found[high])
            append_act(found[high], TicketAct.UNLINKED, actor=by, now=now, other=found[low])


def merge_ticket(
    *,
    ticket_id: int,
    into_id: int,
    by: User,
    seen_status: str,
    seen_version: str = "",
    now: datetime,
) -> Ticket:
    """End a duplicate in another ticket of the same person and mobile, which goes on with both.

    What was said in it is read in the other one from now on, in the order of time, and one SMS
    says so. What was joined with it before goes along.

    Raises:
        NotTogether: of another mobile or person, or one of them cannot.
        TransitionRefused: somebody changed it first.
    """
    if ticket_id == into_id:
        raise NotTogether("same")
    with changing(
        ticket_id,
        act=TicketAct.MERGED,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=by,
        now=now,
        also=into_id,
    ) as ticket:
        survivor = lock_ticket(into_id)
        why = hindrance_to_join(
            mobiles=(ticket.mobile, survivor.mobile),
            national_ids=(ticket.national_id, survivor.national_id),
            statuses=(ticket.status, survivor.status),
            are_merged=bool(ticket.merged_into_id or survivor.merged_into_id),
        )
        if why:
            raise NotTogether(why)
        ticket.merged_into = survivor
        event = move(
            ticket, TicketStatus.CLOSED, actor=by, now=now, kind=TicketAct.MERGED, other=survivor
        )
        Ticket.objects.filter(merged_into=ticket).update(merged_into=survivor)
        append_act(survivor, TicketAct.TOOK_IN, actor=by, now=now, other=ticket)
        tell_sender(
            ticket,
            "ticket_merged",
            event=f"merged:{event.pk}",
            now=now,
            other=survivor.reference,
        )
    return survivor


def split_ticket(
    *,
    ticket_id: int,
    message_ids: Iterable[int],
    category: str,
    by: User,
    seen_status: str,
    seen_version: str = "",
    now: datetime,
) -> Ticket:
    """Make a ticket of its own of a second matter: the sender's chosen words, once more.

    The words stay in the first one, too, and so do its files. The clock of the new one counts from
    the day on which its first words were written: a split takes nobody's time. An SMS tells its
    number.

    Raises:
        NothingChosen: none of the sender's words.
        TransitionRefused: somebody changed it first, a double click among them.
    """
    with changing(
        ticket_id,
        act=TicketAct.SPLIT,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=by,
        now=now,
    ) as ticket:
        words = list(ticket.messages.filter(pk__in=list(message_ids), author=None))
        if not words:
            raise NothingChosen
        second = _second_of(ticket, category, text=words[0].text, now=words[0].written_at)
        for each in words[1:]:
            append_words(second, each.text, author=None, now=each.written_at)
        TicketLink.objects.create(
            first=ticket, second=second, is_split=True, made_by=by, made_at=now
        )
        append_act(ticket, TicketAct.SPLIT, actor=by, now=now, other=second)
        event = append_act(second, TicketAct.SPLIT_OFF, actor=by, now=now, other=ticket)
        tell_sender(
            second, "ticket_split", event=f"split:{event.pk}", now=now, other=ticket.reference
        )
    return second


def _second_of(ticket: Ticket, category: str, *, text: str, now: datetime) -> Ticket:
    second, _message = store_submission(
        reference=new_reference(ReferenceKind.TICKET),
        submission_key=f"split:{uuid4().hex}",
        channel=ticket.channel,
        category=category,
        subject="",
        full_name=ticket.full_name,
        mobile=ticket.mobile,
        national_id=ticket.national_id,
        birth_date=ticket.birth_date,
        person=ticket.person,
        identity_match=ticket.identity_match,
        language=ticket.language,
        text=text,
        now=now,
    )
    return second
