"""Loading the measurement: in batches, each whole or not at all; a second run adds the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from beneficiaries.models import Household, Person
from objections.models import Objection
from portal.scale import cases, register
from portal.scale.figures import make_functions
from saudi.gregorian import riyadh_date
from sawtak.models import Ticket

BATCH: Final = 50_000
MOST_PEOPLE: Final = 10_000_000
"""Beyond these the mobiles would repeat."""

PAYMENT_CYCLES: Final = 3
"""Of the newest: a line of a payment has three foreign keys to check and takes its time."""

_TABLES: Final = (
    "beneficiaries_household",
    "beneficiaries_person",
    "beneficiaries_eligibilityresult",
    "beneficiaries_paymentline",
    "beneficiaries_user",
    "sawtak_ticket",
    "sawtak_ticketmessage",
    "sawtak_ticketevent",
    "objections_objection",
    "objections_objectionevent",
)
_NAME_INDEXES: Final = ("person_name_words", "ticket_name_words")
_LOCK: Final = 0x5CA1E

Report = Callable[[str, int, int], None]
"""What is being made, how many there are, how many there will be."""


class RegisterInUse(Exception):
    """The database has other people than the measurement's."""


class PeopleTooFew(Exception):
    """So many people cannot have so many objections; `most` is how many they can."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most: Final = most


@dataclass(frozen=True)
class Loaded:
    """How many rows of the measurement there are now."""

    people: int
    results: int
    payments: int
    tickets: int
    objections: int


def load_scale(
    *,
    people: int,
    tickets: int,
    objections: int,
    now: datetime,
    payment_cycles: int = PAYMENT_CYCLES,
    is_beside_others: bool = False,
    report: Report = lambda _what, _done, _whole: None,
) -> Loaded:
    """Make what is missing of so many people with twelve cycles, tickets and objections.

    Constraints and indexes stay; the planner's figures are new at the end. No SMS is written.

    Raises:
        RegisterInUse: other people are there and the setting DEMO is off; nothing was changed.
        PeopleTooFew: tickets and objections need people; those asked for were made.
    """
    if not (settings.DEMO or is_beside_others) and _has_others():
        raise RegisterInUse
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        make_functions()
        _add_register(people, payment_cycles, now, report)
        _add_cases(people, tickets, objections, now, report)
        _analyse()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return _loaded()


def _has_others() -> bool:
    return (
        Person.objects.exclude(household__register_id__startswith=register.HOUSEHOLDS).exists()
        or Ticket.objects.exclude(submission_key__startswith=cases.TICKETS).exists()
    )


def _batches(what: str, there: int, wanted: int, report: Report) -> Iterator[tuple[int, int]]:
    """Give the first and the last number of each batch that is missing, each in a transaction."""
    for first in range(there + 1, wanted + 1, BATCH):
        last = min(first + BATCH - 1, wanted)
        with transaction.atomic():
            yield first, last
        report(what, last, wanted)


def _add_register(people: int, payment_cycles: int, now: datetime, report: Report) -> None:
    cycles = register.lay_cycles(today=riyadh_date(now))
    as_of = cycles[0].announced_on - timedelta(days=14)
    there = _people_there()
    for first, last in _batches("people", there, people, report):
        register.add_people(first=first, last=last, as_of=as_of)
    _analyse()
    register.know_people(max(people, there))
    for cycle in cycles:
        # From the first number on: a cycle may be newer than the last run.
        for first, last in _batches(f"results of {cycle.code}", 0, people, report):
            register.add_results(cycle, first=first, last=last)
    paid = [cycle for cycle in cycles if cycle.paid_on <= riyadh_date(now)]
    for cycle in paid[max(len(paid) - payment_cycles, 0) :]:
        for first, last in _batches(f"payments of {cycle.code}", 0, people, report):
            register.add_payments(cycle, first=first, last=last, is_newest=cycle is paid[-1])


def _people_there() -> int:
    # Batches are whole and in the order of the numbers, so that a count is the last number.
    return Person.objects.filter(household__register_id__startswith=register.HOUSEHOLDS).count()


def _add_cases(people: int, tickets: int, objections: int, now: datetime, report: Report) -> None:
    staff = cases.make_staff()
    there = Ticket.objects.filter(submission_key__startswith=cases.TICKETS).count()
    if tickets > there and not people:
        raise PeopleTooFew(0)
    for first, last in _batches("tickets", there, tickets, report):
        cases.add_tickets(
            first=first, last=last, total=tickets, people=people, staff=staff, now=now
        )
    there = _objections_there().count()
    missing = max(objections - there, 0)
    if not missing:
        return
    fresh, old = cases.find_contestable(objections=missing, now=now)
    slots = len(cases.STATUSES)
    most = min(fresh * slots // cases.FRESH, old * slots // (slots - cases.FRESH))
    if missing > most:
        raise PeopleTooFew(there + most)
    effective = register.lay_cycles(today=riyadh_date(now))[-1].code
    for first, last in _batches("objections", there, objections, report):
        cases.add_objections(
            first=first, last=last, after=there, staff=staff, effective=effective, now=now
        )


def _objections_there() -> QuerySet[Objection]:
    ours = Household.objects.filter(register_id__startswith=register.HOUSEHOLDS)
    return Objection.objects.filter(person__household__in=ours)


def _analyse() -> None:
    """Give the planner its figures, and merge what the indexes of names have put aside."""
    with connection.cursor() as cursor:
        for index in _NAME_INDEXES:
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        for table in _TABLES:
            cursor.execute(f"ANALYZE {table}")


def _loaded() -> Loaded:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM beneficiaries_eligibilityresult"
            " WHERE person_id IN (SELECT person_id FROM scale_person)),"
            " (SELECT count(*) FROM beneficiaries_paymentline"
            " WHERE person_id IN (SELECT person_id FROM scale_person))"
        )
        results, payments = cursor.fetchone()
    return Loaded(
        people=_people_there(),
        results=results,
        payments=payments,
        tickets=Ticket.objects.filter(submission_key__startswith=cases.TICKETS).count(),
        objections=_objections_there().count(),
    )
