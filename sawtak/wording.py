"""How staff read a ticket: its statuses, its steps, who its sender is."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext

from sawtak.models import Ticket, TicketEvent
from sawtak.rules import REOPENED_FROM
from sawtak.statuses import TicketAct, TicketStatus


def staff_label(status: str) -> str:
    """Word a status for staff; two of the labels speak to the sender."""
    if status == TicketStatus.AWAITING_CITIZEN:
        return gettext("Waiting for the sender")
    if status == TicketStatus.WITHDRAWN:
        return gettext("Withdrawn by the sender")
    return str(TicketStatus(status).label)


def act_label(kind: str) -> str:
    """Word what was done with a ticket beside its steps, or what was tried."""
    return str(TicketAct(kind).label)


def is_reopening(event: TicketEvent) -> bool:
    """Tell whether the sender opened an answered or closed ticket again by this step."""
    return event.from_status in REOPENED_FROM and event.to_status == TicketStatus.IN_PROGRESS


def step_label(event: TicketEvent) -> str:
    """Word a row of a ticket's history for staff."""
    if event.is_refused:
        return gettext("Refused attempt: %(what)s") % {"what": act_label(event.kind)}
    if event.kind != TicketAct.MOVED:
        return act_label(event.kind)
    if is_reopening(event):
        return gettext("Opened again by the sender")
    step = (event.from_status, event.to_status)
    if step == (TicketStatus.AWAITING_CITIZEN, TicketStatus.IN_PROGRESS):
        return gettext("The sender replied")
    return staff_label(event.to_status)


def identity_label(ticket: Ticket) -> str:
    """Word for staff whether the sender is in the register; the contact form asks for no ID."""
    if not ticket.national_id:
        return gettext("No ID was given")
    return capfirst(str(ticket.get_identity_match_display()))
