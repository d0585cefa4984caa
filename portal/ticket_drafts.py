"""A ticket that is meant as an objection: a draft in the sender's words, which they confirm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from objections.contested import key_of, track_of
from objections.models import Contested, Objection
from objections.presenting import matter_of, new_url
from objections.selectors import ContestState, contest_states
from objections.services.prepared import prepare_draft
from saudi.gregorian import format_both
from sawtak.models import IdentityMatch, Ticket
from sawtak.services import answer_ticket
from sawtak.services.steps import append_act, lock_ticket, refusal
from sawtak.statuses import WAITING_STATUSES, TicketAct, TicketStatus

MAY_OBJECT: Final = frozenset({"open", "again", "draft"})
_SHOWN: Final = MAY_OBJECT | {"closed", "objected"}
_ROWS: Final = 40


@dataclass(frozen=True)
class Matter:
    """What a sender may object to, or came too late for."""

    row: Contested
    state: ContestState
    text: str

    @property
    def track(self) -> str:
        return str(track_of(self.row))

    @property
    def is_open(self) -> bool:
        return self.state.kind in MAY_OBJECT


def may_draft_from(ticket: Ticket) -> bool:
    """Tell whether a ticket may become a draft: it is open and surely the person's."""
    is_known = ticket.identity_match == IdentityMatch.FULL and ticket.person_id is not None
    return is_known and ticket.status in WAITING_STATUSES


def matters_of(person: Person, *, today: date) -> list[Matter]:
    """Give what somebody may object to for themselves and their household, the newest first."""
    whose: Mapping[str, object] = (
        {"person__household_id": person.household_id} if person.is_head else {"person": person}
    )
    rows: list[Contested] = []
    for model in (EligibilityResult, PaymentLine):
        found = model.objects.current().filter(**whose).select_related("person", "cycle")
        rows += found.order_by("-cycle__code", "person_id")[:_ROWS]
    states = contest_states(rows, viewer=person, today=today)
    matters = [Matter(row, states[key_of(row)], matter_of(row)) for row in rows]
    matters = [each for each in matters if each.state.kind in _SHOWN]
    return sorted(matters, key=lambda each: (each.is_open, each.state.deadline), reverse=True)


def answer_with_draft(ticket: Ticket, matter: Matter, *, is_new: bool) -> str:
    """Write the answer that leads to the draft, in the sender's language."""
    with override(ticket.language):
        day = format_both(matter.state.deadline, "en" if ticket.language == "en" else "ar")
        url = settings.PUBLIC_URL.rstrip("/") + new_url(matter.row)
        if is_new:
            text = _(
                "What you wrote is an objection. We prepared it for you in your words. Nothing is"
                " sent yet: read it, add your documents, and send it before the end of %(day)s."
            )
        else:
            text = _(
                "What you wrote is an objection, and you have begun one. Go on with it and send it"
                " before the end of %(day)s."
            )
        return text % {"day": day} + f"\n\n{url}"


def draft_from_ticket(
    *,
    ticket_id: int,
    contested: Contested,
    ground: str,
    statement: str,
    answer: str,
    by: User,
    seen_version: str,
    now: datetime,
) -> tuple[Objection, bool]:
    """Prepare the sender's objection and answer the ticket with the way to it, in one transaction.

    Give the draft and whether it is new; one that the sender has begun stays as it is. The day
    until which it may be sent does not move.

    Raises:
        TransitionRefused: the ticket changed meanwhile, or it is not surely the person's.
        AlreadyObjected, FilingWindowClosed, NotContestable, GroundNotOffered: see `prepare_draft`.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id)
        if not may_draft_from(ticket) or ticket.person is None:
            raise refusal(ticket, TicketStatus.ANSWERED)
        draft, is_new = prepare_draft(
            contested=contested,
            filed_by=ticket.person,
            ground=ground,
            statement=statement,
            by=by,
            now=now,
        )
        answered = answer_ticket(
            ticket_id=ticket_id,
            agent=by,
            text=answer,
            seen_status=ticket.status,
            seen_version=seen_version,
            now=now,
        )
        append_act(answered, TicketAct.DRAFTED, actor=by, now=now, reason=matter_of(contested))
    return draft, is_new
