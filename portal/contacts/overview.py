"""What an agent sees of a person who is on the phone: what is open, what is new, what can be done.

Reasons are those that the caller may be told: a sensitive one of somebody else of the household
is replaced before it comes near the page (DOMAIN 16).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.urls import reverse

from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from objections.blind import hidden_cases
from objections.models import Objection
from objections.presenting import matter_of
from objections.statuses import FilingChannel
from portal.contacts.models import Contact
from portal.contacts.rules import LEFT_OPEN_HOURS
from portal.contacts.statuses import ContactChannel
from portal.contests import ContestRow, rows_of
from portal.payments import PaymentRow
from portal.profile import ResultRow
from saudi.gregorian import riyadh_date
from saudi.languages import page_language
from sawtak.models import IdentityMatch, Ticket
from sawtak.rules import REOPENED_FROM, can_reply
from sawtak.statuses import WAITING_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ROWS: Final = 60
SHOWN_TICKETS: Final = 8
SHOWN_OBJECTIONS: Final = 5
SHOWN_OPEN: Final = 10

_ENTRY_CHANNELS: Final = {
    ContactChannel.PHONE.value: FilingChannel.PHONE.value,
    ContactChannel.LETTER.value: FilingChannel.PAPER.value,
}
"""How an objection is entered; on X nobody agrees to what is read back."""


@dataclass(frozen=True)
class Contestable:
    """What a caller can object to now: in words, until when, and the page that enters it."""

    row: ContestRow[Any]
    matter: str
    url: str

    @property
    def person(self) -> Person:
        return self.row.person


@dataclass(frozen=True)
class Overview:
    """The person at a glance, as the caller may be told."""

    result: ResultRow | None = None
    payment: PaymentRow | None = None
    contestable: list[Contestable] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)


def overview_of(contact: Contact, *, viewer: User, now: datetime) -> Overview:
    """Read what the page of a contact shows of its person: six statements, none for nobody."""
    person = contact.person
    if person is None:
        return Overview()
    today, language = riyadh_date(now), page_language()
    facts: dict[str, Any] = {"viewer": person, "today": today, "language": language}
    results = rows_of(_announced(EligibilityResult, person), ResultRow, **facts)
    payments = rows_of(_announced(PaymentLine, person), PaymentRow, **facts)
    return Overview(
        result=_newest_own(results),
        payment=_newest_own(payments),
        contestable=_contestable([*results, *payments], contact),
        tickets=tickets_of(person, now=now),
        objections=list(
            Objection.objects.open()
            .filter(person__household_id=person.household_id)
            .exclude(pk__in=hidden_cases(viewer))
            .select_related("person", "result__cycle", "payment__cycle")
            .order_by("-submitted_at")[:SHOWN_OBJECTIONS]
        )
        if viewer.has_perm("objections.view_objection")
        else [],
    )


def tickets_of(person: Person, *, now: datetime) -> list[Ticket]:
    """Give the requests of a person that still take their words, the newest first.

    Theirs is what was filed with all their facts, or from their mobile: not what anybody filed
    who knew their ID.
    """
    own = Q(person=person, identity_match=IdentityMatch.FULL)
    if person.mobile:
        own |= Q(mobile=person.mobile)
    rows = Ticket.objects.filter(own, status__in=[*WAITING_STATUSES, *REOPENED_FROM])
    today = riyadh_date(now)
    return [
        ticket
        for ticket in rows.order_by("-received_at", "-id")[: 2 * SHOWN_TICKETS]
        if can_reply(ticket.status, changed_at=ticket.changed_at, today=today)
    ][:SHOWN_TICKETS]


def open_contacts(by: User, *, other_than: int | None = None) -> list[Contact]:
    """Give what an agent has begun and not ended, the newest first."""
    rows = Contact.objects.filter(agent=by, outcome="")
    if other_than is not None:
        rows = rows.exclude(pk=other_than)
    return list(rows.select_related("person").order_by("-id")[:SHOWN_OPEN])


def left_open(*, now: datetime, most: int) -> list[Contact]:
    """Give the contacts that began hours ago and nobody ended, the oldest first."""
    before = now - timedelta(hours=LEFT_OPEN_HOURS)
    rows = Contact.objects.filter(outcome="", started_at__lt=before)
    return list(rows.select_related("person", "agent").order_by("started_at", "id")[:most])


def _announced(model: Any, person: Person) -> Iterable[Any]:
    """Give the newest rows that were announced, of the household for its head."""
    whose = Q(person__household_id=person.household_id) if person.is_head else Q(person=person)
    rows = model.objects.current().filter(whose).select_related("person", "cycle")
    return list(rows.order_by("-cycle__code", "person_id")[:MOST_ROWS])


def _newest_own(rows: Iterable[Any]) -> Any:
    return next((row for row in rows if row.is_own), None)


def _contestable(rows: Iterable[ContestRow[Any]], contact: Contact) -> list[Contestable]:
    channel = _ENTRY_CHANNELS.get(contact.channel)
    if channel is None or contact.person_id is None:
        return []
    open_rows = [row for row in rows if row.is_contestable]
    open_rows.sort(key=_urgency)
    return [
        Contestable(
            row,
            matter_of(row.contested),
            reverse(
                "admin:objections_objection_entry",
                args=[channel, row.track, row.contested.pk, contact.person_id],
            )
            + f"?contact={contact.pk}",
        )
        for row in open_rows
    ]


def _urgency(row: ContestRow[Any]) -> tuple[bool, date]:
    return not row.is_own, row.state.deadline
