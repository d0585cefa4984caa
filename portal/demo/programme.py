"""What the programme's own systems send, month by month: the register, results, payments."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from django.db.models import F

from beneficiaries.confirmed_ids.services import confirm_national_id
from beneficiaries.imports.payments import COLUMNS as PAYMENT_COLUMNS
from beneficiaries.imports.payments import import_payments
from beneficiaries.imports.register import COLUMNS as REGISTER_COLUMNS
from beneficiaries.imports.register import import_register
from beneficiaries.imports.results import COLUMNS as RESULT_COLUMNS
from beneficiaries.imports.results import import_results
from beneficiaries.models import AnnouncementRun, ImportRun, Person, User
from portal.announcing import PAYMENTS, RESULTS, Matter, announce
from portal.demo.days import DemoCycle, DemoDays, at
from portal.demo.households import ENGLISH
from portal.demo.payments import PaymentRow, late_deposit_rows, payment_rows
from portal.demo.people import CONFIRMED, RegisterRow, iban, synthetic_id
from portal.demo.results import ResultRow, corrected_rows, late_rows, result_rows
from portal.demo.stories import Story
from saudi.hijri import HijriDate

_MOVED: Final = (151, 152)
"""Households that moved to another city and bank after the register's first file."""

_GREW: Final = (155, 157)
"""Households with a child born after the register's first file."""

_REGISTER_UPDATE_DAYS: Final = 75
"""The register's second file came so many days ago."""

_RUN_TAKES: Final = timedelta(seconds=4)

# Rows as they come in life, each with a fault of its own kind.
_FAULTY_PEOPLE: Final = (
    RegisterRow("1000000009", "رقم خاطئ التجريبي", "", "1410/07/01", "1901", "head", "جدة", ""),
    RegisterRow(synthetic_id(9001), "شهر خاطئ التجريبي", "", "1410/13/01", "1902", "head", "", ""),
    RegisterRow(
        synthetic_id(9002), "صلة خاطئة التجريبية", "", "1410/07/01", "1903", "aunt", "", ""
    ),
    RegisterRow(
        synthetic_id(9003),
        *("آيبان خاطئ التجريبي", "", "1410/07/01", "1904", "head", "أبها"),
        "SA0000000000000000000000",
    ),
    RegisterRow(synthetic_id(9004), "", "0500000898", "1410/07/01", "1905", "head", "حائل", ""),
)
_FAULTY_RESULTS: Final = (
    ResultRow("1000000009", "eligible", "", "720.00"),
    ResultRow(synthetic_id(9005), "eligible", "", "720.00"),
    ResultRow(synthetic_id(9006), "eligible", "", "720.00"),
    ResultRow(synthetic_id(10), "suspended", "", "720.00"),
    ResultRow(synthetic_id(11), "ineligible", "NO_SUCH_REASON", "0.00"),
    ResultRow(synthetic_id(12), "ineligible", "", "0.00"),
    ResultRow(synthetic_id(13), "eligible", "", "-720.00"),
)
_FAULTY_PAYMENTS: Final = (
    PaymentRow(synthetic_id(9005), "720.00", "720.00", "paid", "", ""),
    PaymentRow(synthetic_id(9006), "720.00", "720.00", "returned", "", ""),
)


@dataclass
class Programme:
    """What the files are made from and who brings them in."""

    days: DemoDays
    rows: list[RegisterRow]
    staff: dict[str, User]
    folder: Path

    def register(self) -> None:
        """Bring the register's first file in, before anything else happens but one letter of it."""
        confirm_national_id(
            national_id=CONFIRMED,
            proof="خطاب السجل رقم 312، من مدير شؤون الأرقام",
            by=self.staff["supervisor"],
            now=at(self.days.registered_on, 7),
        )
        self._import_people(self.rows, self.days.registered_on)
        Person.objects.filter(full_name=ENGLISH).update(language="en")

    def news_of_the_register(self) -> Story:
        """A later file of the register, with people who moved or were born, and with faults."""
        day = self.days.today - timedelta(days=_REGISTER_UPDATE_DAYS)
        yield at(day, 8)
        moved, born = _moved(self.rows), list(_newborns(self.rows, day))
        self._import_people([*moved.values(), *born, *_FAULTY_PEOPLE], day)
        self.rows = [moved.get(row.national_id, row) for row in self.rows]
        self.rows = sorted([*self.rows, *born], key=lambda row: row.household)

    def results(self) -> Story:
        """Each cycle's results; those of one person came a day late."""
        for age, cycle in reversed([*enumerate(self.days.cycles)]):
            is_closing = age == self.days.closing
            told = result_rows(self.rows, age=age, is_closing=is_closing, cycle=cycle)
            faulty = _FAULTY_RESULTS if age == 0 else ()
            yield from self._tell(RESULTS, cycle, [*faulty, *told], on=cycle.announced_on)
            if is_closing:
                late = late_rows(self.rows)
                yield from self._tell(RESULTS, cycle, late, on=self.days.closes_today)

    def payments(self) -> Story:
        """The payment of each cycle whose day has come, the newest with its exceptions."""
        for age, cycle in reversed([*enumerate(self.days.paid)]):
            yield at(cycle.paid_on, 7)
            faulty = _FAULTY_PAYMENTS if age == 0 else ()
            lines = [*faulty, *payment_rows(cycle, age=age)]
            yield from self._tell(PAYMENTS, cycle, lines, on=cycle.paid_on)

    def corrections(self) -> Story:
        """A corrected file whose SMS wait for the approver, and late deposits told just now."""
        newest = self.days.cycles[0]
        yesterday = self.days.today - timedelta(days=1)
        corrected = corrected_rows(self.rows, cycle=newest)
        yield from self._tell(RESULTS, newest, corrected, on=yesterday, is_approved=False)
        paid = self.days.paid[0]
        if paid.paid_on < self.days.today:
            yield self.days.now
            came = late_deposit_rows(paid, paid_on=yesterday)
            self._import(PAYMENTS, paid, came, now=self.days.now)
            self._announce(PAYMENTS, paid, on=self.days.today, now=self.days.now)

    def _import_people(self, rows: Iterable[RegisterRow], day: date) -> None:
        path = _write(self.folder / f"register-{day}.csv", REGISTER_COLUMNS, rows)
        import_register(path, as_of=day, now=at(day, 8))

    def _tell(
        self,
        matter: Matter,
        cycle: DemoCycle,
        rows: Iterable[Any],
        *,
        on: date,
        is_approved: bool = True,
    ) -> Story:
        """Bring a file in at eight and announce it later that morning."""
        yield at(on, 8)
        self._import(matter, cycle, rows, now=at(on, 8))
        announced_at = at(on, 10 if matter is RESULTS else 9)
        yield announced_at
        self._announce(matter, cycle, on=on, now=announced_at, is_approved=is_approved)

    def _import(
        self, matter: Matter, cycle: DemoCycle, rows: Iterable[Any], *, now: datetime
    ) -> None:
        name, columns, bring_in = (
            ("results", RESULT_COLUMNS, import_results)
            if matter is RESULTS
            else ("payments", PAYMENT_COLUMNS, import_payments)
        )
        path = _write(self.folder / f"{name}-{cycle.code}.csv", columns, rows)
        bring_in(cycle.code, path, now=now)

    def _announce(
        self,
        matter: Matter,
        cycle: DemoCycle,
        *,
        on: date,
        now: datetime,
        is_approved: bool = True,
    ) -> None:
        announce(
            cycle_code=cycle.code,
            on=on,
            matter=matter,
            prepared_by=self.staff["admin"],
            approved_by=self.staff["approver"] if is_approved else None,
            now=now,
        )


def end_runs_in_the_past() -> None:
    """Date the end of each import and announcement after its start: the clock wrote today's."""
    for runs in (ImportRun, AnnouncementRun):
        runs._default_manager.update(ended_at=F("started_at") + _RUN_TAKES)


def _moved(rows: Iterable[RegisterRow]) -> dict[str, RegisterRow]:
    """Give the heads who moved as the second file has them, by their IDs."""
    return {
        row.national_id: replace(row, city="الرياض", iban=iban(row.household + 500))
        for row in rows
        if row.relation == "head" and row.household in _MOVED
    }


def _newborns(rows: Iterable[RegisterRow], day: date) -> Iterable[RegisterRow]:
    """Give the children who were born shortly before a day."""
    born = HijriDate.from_gregorian(day - timedelta(days=20)).display_slash
    for row in rows:
        if row.relation == "head" and row.household in _GREW:
            yield replace(
                row,
                national_id=synthetic_id(8000 + row.household),
                full_name=f"غيث {row.full_name.split()[0]} التجريبي",
                mobile="",
                birth_date_hijri=born,
                relation="child",
                iban="",
            )


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Any]) -> Path:
    values = attrgetter(*columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(values(row) for row in rows)
    return path
