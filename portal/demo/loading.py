"""Loading the demonstration: once, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import connection

from beneficiaries.imports.payments import COLUMNS as PAYMENT_COLUMNS
from beneficiaries.imports.payments import import_payments
from beneficiaries.imports.register import COLUMNS as REGISTER_COLUMNS
from beneficiaries.imports.register import import_register
from beneficiaries.imports.results import COLUMNS as RESULT_COLUMNS
from beneficiaries.imports.results import import_results
from beneficiaries.models import Cycle, Person, User
from documents.intake import files_follow_transaction
from objections.models import Objection
from objections.services import stop_overdue_drafts
from portal.announcing import PAYMENTS, announce
from portal.demo.days import DemoDays, at, days_from
from portal.demo.history import send_in_the_past
from portal.demo.objections import OBJECTIONS
from portal.demo.payments import EARLIER, LAST, paid_on, payment_rows
from portal.demo.people import ENGLISH, SARA, RegisterRow, register_rows
from portal.demo.results import late_rows, result_rows
from portal.demo.staff import make_staff
from portal.demo.tickets import TICKETS, Desk
from portal.demo.walk import Walk
from saudi.gregorian import riyadh_date, start_of_day
from sawtak.models import Ticket

_LOCK: Final = 0x64656D6F


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


def load_demonstration(*, staff_password: str, now: datetime) -> Loaded:
    """Load the demonstration as of now, in one transaction.

    Raises:
        AlreadyLoaded: it is there; nothing was changed.
        RegisterInUse: somebody else's register is there; nothing was changed.
    """
    days = days_from(riyadh_date(now))
    with files_follow_transaction():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if Person.objects.filter(national_id=SARA).exists():
            raise AlreadyLoaded
        if Person.objects.exists():
            raise RegisterInUse
        staff = make_staff(staff_password)
        rows = list(register_rows())
        with TemporaryDirectory() as folder:
            _import_people(Path(folder), rows, days)
            _announce_cycles(Path(folder), rows, days, staff)
            _pay(Path(folder), days, staff)
        people = _people(rows)
        walk = Walk(days=days, people=people, staff=staff)
        for number, objection in enumerate(OBJECTIONS, start=1):
            walk.file(objection, number)
        # The scheduler does this every night; the last night's is the one that counts here.
        stop_overdue_drafts(now=min(start_of_day(days.today) + timedelta(minutes=5), now))
        desk = Desk(days=days, people=people, agent=staff["agent"])
        for number, ticket in enumerate(TICKETS, start=1):
            desk.file(ticket, number)
        return Loaded(
            households=len({row.household_id for row in rows}),
            people=len(rows),
            cycles=len(days.cycles),
            objections=Objection.objects.count(),
            tickets=Ticket.objects.count(),
            messages=send_in_the_past(now=now),
        )


def _import_people(folder: Path, rows: list[RegisterRow], days: DemoDays) -> None:
    path = _write(folder / "register.csv", REGISTER_COLUMNS, rows)
    import_register(path, as_of=days.registered_on, now=at(days.registered_on, 8))
    Person.objects.filter(full_name=ENGLISH).update(language="en")


def _announce_cycles(
    folder: Path, rows: list[RegisterRow], days: DemoDays, staff: dict[str, User]
) -> None:
    for place, cycle in enumerate(days.cycles):
        told = result_rows(rows, place=place, closing=days.closing, announced_on=cycle.announced_on)
        _announce(folder, cycle.code, told, on=cycle.announced_on, staff=staff)
        if place == days.closing:
            late = late_rows(rows, announced_on=days.closes_today)
            _announce(folder, cycle.code, late, on=days.closes_today, staff=staff)


def _announce(
    folder: Path, code: str, rows: Iterable[Any], *, on: date, staff: dict[str, User]
) -> None:
    path = _write(folder / f"results-{code}.csv", RESULT_COLUMNS, rows)
    import_results(code, path, now=at(on, 8))
    announce(
        cycle_code=code,
        on=on,
        prepared_by=staff["admin"],
        approved_by=staff["approver"],
        now=at(on, 10),
    )


def _pay(folder: Path, days: DemoDays, staff: dict[str, User]) -> None:
    """Announce the payment of each cycle whose day has come, the last two with their exceptions."""
    codes = [cycle.code for cycle in days.cycles if paid_on(cycle.code) <= days.today]
    for age, code in enumerate(reversed(codes)):
        place = {0: LAST, 1: EARLIER}.get(age, "")
        day = paid_on(code)
        lines = payment_rows(Cycle.objects.get(code=code), place=place)
        path = _write(folder / f"payments-{code}.csv", PAYMENT_COLUMNS, lines)
        import_payments(code, path, now=at(day, 8))
        announce(
            cycle_code=code,
            on=day,
            matter=PAYMENTS,
            prepared_by=staff["admin"],
            approved_by=staff["approver"],
            now=at(day, 9),
        )


def _people(rows: list[RegisterRow]) -> dict[tuple[int, int], Person]:
    """Give everybody by household, the first is 1, and by place in it, the head is 0."""
    known = Person.objects.in_bulk([row.national_id for row in rows], field_name="national_id")
    people: dict[tuple[int, int], Person] = {}
    for row in rows:
        household = int(row.household_id) - 1000
        position = 0
        while (household, position) in people:
            position += 1
        people[household, position] = known[row.national_id]
    return people


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            if tuple(field.name for field in fields(row)) != columns:
                raise ValueError("a row is not in the order of the columns")
            writer.writerow(astuple(row))
    return path
