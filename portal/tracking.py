"""Finding a case by its reference and who filed it: an objection or a ticket, without its texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from access.references import is_objection
from objections import statuses as objection_statuses
from objections.models import Objection
from objections.presenting import title_of
from objections.statuses import DOCUMENT_KINDS, OPEN_STATUSES, ObjectionStatus
from sawtak import statuses as ticket_statuses
from sawtak.models import Ticket
from sawtak.selectors import events_of, find_for_tracking
from sawtak.statuses import TicketStatus
from sawtak.timeline import TimelineStep, timeline_of


@dataclass(frozen=True)
class TrackedCase:
    """What the tracking page tells of a case: where it is, nothing of what it says."""

    reference: str
    title: str
    status_label: str | Promise
    badge: objection_statuses.Badge | ticket_statuses.Badge
    received_at: datetime
    changed_at: datetime
    steps: Sequence[TimelineStep]
    ticket: Ticket | None = None


def find_case(reference: str, identifier: str, *, today: date) -> TrackedCase | None:
    """Give the case, or nothing for a pair that does not belong together.

    A wrong pair costs one statement whatever is wrong with it: an unknown reference, somebody
    else's, an objection's or a ticket's (DOMAIN 17). `identifier` is a national ID or a mobile
    in its stored form; `today` is a civil day in Riyadh.
    """
    if is_objection(reference):
        objection = _find_objection(reference, identifier)
        return None if objection is None else _of_objection(objection)
    ticket = find_for_tracking(reference, identifier)
    return None if ticket is None else _of_ticket(ticket, today)


def _find_objection(reference: str, identifier: str) -> Objection | None:
    """Give an objection by the ID of whom it is about or who filed it, or the filer's mobile."""
    return (
        Objection.objects.filter(reference=reference)
        .filter(
            Q(person__national_id=identifier)
            | Q(filed_by__national_id=identifier)
            | Q(filed_by__mobile=identifier)
        )
        .select_related("result__cycle", "payment__cycle")
        .first()
    )


def _of_ticket(ticket: Ticket, today: date) -> TrackedCase:
    events = events_of(ticket)
    return TrackedCase(
        reference=ticket.reference,
        title=ticket.public_title,
        status_label=TicketStatus(ticket.status).label,
        badge=ticket_statuses.BADGES[ticket.status],
        received_at=ticket.received_at,
        changed_at=ticket.changed_at,
        steps=timeline_of(ticket.status, events, today=today),
        ticket=ticket,
    )


def _of_objection(objection: Objection) -> TrackedCase:
    events = [
        event
        for event in objection.events.all()
        if event.is_for_citizen
        and event.kind not in DOCUMENT_KINDS
        and event.to_status != ObjectionStatus.DRAFT
    ]
    is_open = objection.status in OPEN_STATUSES
    badges = objection_statuses.BADGES
    last = len(events) - 1
    steps = [
        TimelineStep(
            title=str(event.title),
            state="now" if number == last and is_open else "done",
            icon=badges[event.to_status].icon if number == last else "check",
            at=event.at,
            with_time=True,
        )
        for number, event in enumerate(events)
    ]
    if is_open:
        text = _("We tell you by message when it is decided.")
        steps.append(TimelineStep(title=_("The decision"), state="next", text=text))
    received_at = objection.submitted_at or objection.opened_at
    return TrackedCase(
        reference=objection.reference or "",
        title=title_of(objection.contested),
        status_label=ObjectionStatus(objection.status).label,
        badge=badges[objection.status],
        received_at=received_at,
        changed_at=events[-1].at if events else received_at,
        steps=steps,
    )
