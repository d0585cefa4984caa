"""Whose a ticket is: handed over to a colleague, put back into the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from beneficiaries.models import User
from sawtak.errors import ReceiverMissing
from sawtak.models import Ticket
from sawtak.services.steps import append_act, changing, refusal
from sawtak.statuses import WAITING_STATUSES, TicketAct

ASSIGN_RIGHT: Final = "sawtak.assign_ticket"
ANSWER_RIGHT: Final = "sawtak.answer_ticket"


def hand_over_ticket(
    *,
    ticket_id: int,
    by: User,
    to: User,
    note: str,
    seen_status: str,
    seen_version: str = "",
    now: datetime,
) -> Ticket:
    """Give an open ticket to a colleague who may answer it, with a note where one helps.

    Whoever has it does, or somebody who gives tickets to others. The sender is not told.

    Raises:
        ReceiverMissing: to nobody who could answer it, or to whoever has it.
        TransitionRefused: it changed meanwhile, or it is not theirs to give away.
    """
    if not (to.is_active and to.is_staff and to.has_perm(ANSWER_RIGHT)):
        raise ReceiverMissing
    with changing(
        ticket_id,
        act=TicketAct.HANDED_OVER,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=by,
        now=now,
    ) as ticket:
        if not may_give_away(ticket, by):
            raise refusal(ticket, ticket.status)
        if ticket.assigned_to_id == to.pk:
            raise ReceiverMissing
        ticket.assigned_to = to
        ticket.save(update_fields=["assigned_to"])
        reason = f"{str(to)[:55]}: {note}" if note else str(to)
        append_act(ticket, TicketAct.HANDED_OVER, actor=by, now=now, reason=reason)
    return ticket


def put_back_ticket(
    *,
    ticket_id: int,
    by: User,
    note: str,
    seen_status: str,
    seen_version: str = "",
    now: datetime,
) -> Ticket:
    """Give an open ticket back to the queue, with a note where one helps.

    Raises:
        TransitionRefused: it changed meanwhile, nobody has it, or it is not theirs.
    """
    with changing(
        ticket_id,
        act=TicketAct.PUT_BACK,
        seen_status=seen_status,
        seen_version=seen_version,
        actor=by,
        now=now,
    ) as ticket:
        if ticket.assigned_to_id is None or not may_give_away(ticket, by):
            raise refusal(ticket, ticket.status)
        ticket.assigned_to = None
        ticket.save(update_fields=["assigned_to"])
        append_act(ticket, TicketAct.PUT_BACK, actor=by, now=now, reason=note)
    return ticket


def put_back_all_of(holder: User, *, by: User, now: datetime) -> int:
    """Give back to the queue what somebody holds who can no longer answer; give how many.

    The history says who held each.
    """
    with transaction.atomic():
        held = Ticket.objects.select_for_update(of=("self",)).filter(
            assigned_to=holder, status__in=WAITING_STATUSES
        )
        tickets = list(held.order_by("pk"))
        Ticket.objects.filter(pk__in=[each.pk for each in tickets]).update(assigned_to=None)
        for ticket in tickets:
            append_act(ticket, TicketAct.PUT_BACK, actor=by, now=now, reason=str(holder))
    return len(tickets)


def may_give_away(ticket: Ticket, by: User) -> bool:
    """Tell whether somebody may give a ticket to another: it is open, and theirs or they lead."""
    is_theirs = ticket.assigned_to_id == by.pk or by.has_perm(ASSIGN_RIGHT)
    return is_theirs and ticket.status in WAITING_STATUSES
