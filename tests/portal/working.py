"""What tests of the queue of work share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from beneficiaries.models import User
from objections.models import Objection, Team, TeamMembership
from portal.work.models import WorkItem
from saudi.gregorian import RIYADH
from sawtak.models import Ticket
from sawtak.services import take_ticket
from tests.objections.cases import result_of, submitted
from tests.personas import head
from tests.sawtak import tickets

TUESDAY: Final = datetime(2026, 11, 24, 12, tzinfo=RIYADH)
"""A working day at noon; the working days after it are 25 and 26, then 29 November."""


def place_of(case: Objection | Ticket) -> WorkItem | None:
    """Give the place of a case, as it is now."""
    kind = "objection" if isinstance(case, Objection) else "ticket"
    return WorkItem.objects.filter(**{kind: case.pk}).first()


def queued(case: Objection | Ticket) -> WorkItem:
    """Give the place of a case that must have one."""
    place = place_of(case)
    assert place is not None
    return place


def objection_filed(*, now: datetime = TUESDAY, **person: str) -> Objection:
    """File an objection of a new person."""
    filer = head(**person)
    return submitted(result_of(filer), filer, now=now)


def team_of(*members: User, name: str = "فريق الدفعات") -> Team:
    """Give a team of some staff."""
    team = Team.objects.create(name_ar=name, name_en=f"Team {name}")
    for member in members:
        TeamMembership.objects.create(team=team, member=member, joined_at=TUESDAY)
    return team


def filed(**fields: Any) -> Ticket:
    """File a ticket, on the Tuesday unless told."""
    return tickets.file(**{"now": TUESDAY} | fields)


def take(ticket: Ticket, agent: User) -> None:
    """Let an agent take a new ticket."""
    take_ticket(ticket_id=ticket.pk, agent=agent, seen_status="new", now=TUESDAY)
