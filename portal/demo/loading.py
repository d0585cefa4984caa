"""Loading the demonstration: once, whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db import connection

from beneficiaries.models import Household, Person, User
from documents.intake import files_follow_transaction
from objections.models import Objection
from portal.demo.accounts import ACCOUNTS
from portal.demo.answering import answer_in_many_ways
from portal.demo.calls import make_calls
from portal.demo.campaigns import count_all, cut_short
from portal.demo.caseload import PAYMENT_CASES, RESULT_CASES
from portal.demo.contacts import contacts
from portal.demo.corrections import corrected_many
from portal.demo.days import DemoDays, days_from
from portal.demo.desk import Desk
from portal.demo.exports import export_lists
from portal.demo.families import HOUSEHOLDS, households
from portal.demo.history import Network, send_in_the_past, sign_ins
from portal.demo.inbox import ordinary_tickets
from portal.demo.mails import CHOOSING, choose_mail, mail_in_the_past
from portal.demo.objections import WRITTEN as WRITTEN_OBJECTIONS
from portal.demo.people import SARA, RegisterRow, register_rows
from portal.demo.programme import Programme, end_runs_in_the_past
from portal.demo.quality import quality, teams
from portal.demo.replies import write_back
from portal.demo.staff import make_staff
from portal.demo.stories import Story, play
from portal.demo.texts import texts_of_the_sms
from portal.demo.tickets import WRITTEN as WRITTEN_TICKETS
from portal.demo.walk import Walk, mornings, nights
from portal.demo.windows import a_cycle_with_more_time, entered_ones, late_ones
from portal.demo.work import make_rules, work_the_queue
from portal.inbox.models import InboxMark
from sawtak.models import Ticket

_LOCK: Final = 0x64656D6F

_SIGNING_IN: Final = (173, 174, 175, 176)
_UNREACHABLE: Final = (171, 172)
"""Ordinary households whose heads ask for a code, and at whose numbers nobody can be reached."""

_STOPPING: Final = (178, 179)
"""Ordinary households whose heads stop reminders and announcements; the second wants them back."""

_READERS: Final = (1, 2, 6, 7)
"""Households whose heads open their messages."""

READ_DAYS_AGO: Final = 12

People = dict[tuple[int, int], Person]
"""Everybody by household, the first is 1, and by place in it, the head is 0."""


class AlreadyLoaded(Exception):
    """The demonstration is there."""


class RegisterInUse(Exception):
    """The register has other people than the demonstration's."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded."""

    households: int
    people: int
    cycles: int
    objections: int
    tickets: int
    messages: int


def load_demonstration(*, staff_password: str, now: datetime, size: int = HOUSEHOLDS) -> Loaded:
    """Load the demonstration as of now, in one transaction.

    `size` is the number of households: a smaller one has the accounts all the same, and fewer
    others with what they file.

    Raises:
        AlreadyLoaded: it is there; nothing was changed.
        RegisterInUse: somebody else's register is there; nothing was changed.
    """
    days = days_from(now)
    with files_follow_transaction():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if Person.objects.filter(national_id=SARA).exists():
            raise AlreadyLoaded
        if Person.objects.exists():
            raise RegisterInUse
        staff = make_staff(staff_password)
        rows = list(register_rows(households(size)))
        with TemporaryDirectory() as folder:
            programme = Programme(days, rows, staff, Path(folder))
            programme.register()
            people = _people(rows)
            choosing = _heads(people, CHOOSING)
            choose_mail(choosing, days)
            play(_stories(programme, days, people, staff), now=now)
        end_runs_in_the_past()
        _leave_traces(days, people)
        _read_some(days, people)
        write_back(_heads(people, _STOPPING), now=now)
        make_rules()
        work_the_queue(caseworker=staff["caseworker"], agent=staff["agent"], now=now)
        answer_in_many_ways(agent=staff["agent"], supervisor=staff["supervisor"], now=now)
        make_calls(agent=staff["agent"], supervisor=staff["supervisor"], now=now)
        messages = send_in_the_past(now=now)
        mail_in_the_past(choosing, now=now)
        count_all(now=now)
        export_lists(supervisor=staff["supervisor"], now=now)
        return Loaded(
            households=Household.objects.count(),
            people=Person.objects.count(),
            cycles=len(days.cycles),
            objections=Objection.objects.count(),
            tickets=Ticket.objects.count(),
            messages=messages,
        )


def _stories(
    programme: Programme, days: DemoDays, people: People, staff: dict[str, User]
) -> Iterator[Story]:
    """Give all that happened: what the programme sent, then what people did with it."""
    yield programme.news_of_the_register()
    yield programme.results()
    yield programme.payments()
    walk = Walk(days=days, people=people, staff=staff)
    cases = (case.objection for case in (*RESULT_CASES, *PAYMENT_CASES))
    for number, objection in enumerate((*WRITTEN_OBJECTIONS, *cases), start=1):
        if (objection.household, objection.person) in people:
            yield walk.file(objection, number)
    desk = Desk(days=days, people=people, agent=staff["agent"])
    for number, ticket in enumerate((*WRITTEN_TICKETS, *ordinary_tickets()), start=1):
        if not ticket.household or (ticket.household, 0) in people:
            yield desk.file(ticket, number)
    yield teams(days, staff)
    yield quality(days, staff)
    yield a_cycle_with_more_time(days, staff["supervisor"])
    yield entered_ones(days, staff["agent"])
    yield late_ones(days, staff["supervisor"])
    yield texts_of_the_sms(days, staff)
    yield contacts(
        {number: person for (number, place), person in people.items() if place == 0},
        agent=staff["agent"],
        supervisor=staff["supervisor"],
        auditor=staff["auditor"],
        now=days.now,
    )
    yield nights(days)
    yield mornings(days)
    yield sign_ins(_heads(people, _SIGNING_IN), days=days)
    yield programme.corrections()
    yield from cut_short(days=days, staff=staff)
    yield from corrected_many(days=days, staff=staff)


def _read_some(days: DemoDays, people: People) -> None:
    """Let the first heads have read their messages of before some days, and nobody else any."""
    InboxMark.objects.bulk_create(
        InboxMark(person=person, read_up_to=days.at(READ_DAYS_AGO))
        for person in _heads(people, _READERS)
    )


def _leave_traces(days: DemoDays, people: People) -> None:
    unreachable = [person.mobile for person in _heads(people, _UNREACHABLE)]
    known = [f"+966{account.mobile[1:]}" for account in ACCOUNTS]
    Network(days=days, unreachable=unreachable, known=known).leave_traces()


def _heads(people: People, numbers: Iterable[int]) -> list[Person]:
    """Give the heads of those households that are there."""
    return [people[number, 0] for number in numbers if (number, 0) in people]


def _people(rows: Iterable[RegisterRow]) -> People:
    rows = list(rows)
    known = Person.objects.in_bulk([row.national_id for row in rows], field_name="national_id")
    places: defaultdict[int, int] = defaultdict(int)
    people: People = {}
    for row in rows:
        people[row.household, places[row.household]] = known[row.national_id]
        places[row.household] += 1
    return people
