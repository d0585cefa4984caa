"""What a person's file shows, read in a number of statements that does not grow with it.

The people of the household, their results, and what the viewer can do about each. A sensitive
reason of somebody else is replaced before it comes near a page (DOMAIN 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q

from beneficiaries.models import EligibilityResult, Person, User
from beneficiaries.statuses import ResultStatus
from objections.models import Objection
from objections.selectors import objections_of
from portal.contests import SHOWN_CYCLES, ContestRow, rows_of
from portal.payments import Payments, payments_of
from sawtak.models import Ticket

SHOWN_CASES: Final = 5
MOST_CYCLES: Final = 120


class ResultRow(ContestRow[EligibilityResult]):
    """An announced result as one viewer may see it and act on it."""

    @property
    def is_eligible(self) -> bool:
        return self.contested.status == ResultStatus.ELIGIBLE

    @property
    def stands_out(self) -> bool:
        """Tell whether there is more to say of the row than that all is well."""
        return not self.is_eligible


@dataclass(frozen=True)
class PersonRow:
    """Somebody of the household: their age, their newest result, and older open ones."""

    person: Person
    age: int
    newest: ResultRow | None
    older: list[ResultRow]


@dataclass(frozen=True)
class Profile:
    """The whole page."""

    newest: ResultRow | None
    people: list[PersonRow]
    cycles: list[ResultRow]
    has_more_cycles: bool
    payments: Payments
    objections: list[Objection]
    tickets: list[Ticket]
    today: date

    @property
    def has_people_first(self) -> bool:
        """Tell whether somebody of the household can object, so that people come before cycles."""
        rows = [row for person in self.people for row in (person.newest, *person.older) if row]
        return any(row.is_contestable for row in rows)

    @property
    def has_more_objections(self) -> bool:
        return len(self.objections) > SHOWN_CASES


def profile_of(
    user: User, person: Person, *, today: date, language: str, has_all_cycles: bool = False
) -> Profile:
    """Read a person's file: at most ten statements, whatever the size of the household.

    `today` is a civil day in Riyadh.
    """
    own = _own_results(person)
    people = _people(user, person)
    others = _household_results(people, person, today) if len(people) > 1 else []
    rows = rows_of([*own, *others], ResultRow, viewer=person, today=today, language=language)
    own_rows = [row for row in rows if row.is_own]
    shown = own_rows if has_all_cycles else _shown_cycles(own_rows, today)
    return Profile(
        newest=own_rows[0] if own_rows else None,
        people=_people_rows(people, rows, today) if len(people) > 1 else [],
        cycles=shown,
        has_more_cycles=len(shown) < len(own_rows),
        payments=payments_of(
            user,
            people,
            viewer=person,
            today=today,
            language=language,
            has_all=has_all_cycles,
        ),
        objections=objections_of(user),
        tickets=list(Ticket.objects.visible_to(user).order_by("-received_at", "-id")[:SHOWN_CASES]),
        today=today,
    )


def _shown_cycles(own: list[ResultRow], today: date) -> list[ResultRow]:
    """Give the newest cycles, and each older one that is or was lately open to objection."""
    return [row for nth, row in enumerate(own) if nth < SHOWN_CYCLES or row.is_fresh(today)]


def _people(user: User, person: Person) -> list[Person]:
    """Give those whose file may be opened, the viewer first; no statement for who has only one."""
    if not person.is_head:
        return [person]
    others = Person.objects.visible_to(user).exclude(pk=person.pk).order_by("birth_date", "pk")
    return [person, *others]


def _own_results(person: Person) -> list[EligibilityResult]:
    found = (
        EligibilityResult.objects.current()
        .filter(person=person)
        .select_related("cycle")
        .order_by("-cycle__code")[:MOST_CYCLES]
    )
    results = list(found)
    for result in results:
        result.person = person
    return results


def _household_results(
    people: list[Person], viewer: Person, today: date
) -> list[EligibilityResult]:
    """Give everybody else's newest result and those whose window is open, newest first."""
    by_id = {person.pk: person for person in people if person.pk != viewer.pk}
    current = EligibilityResult.objects.current().filter(person_id__in=by_id)
    newest = current.order_by("person_id", "-cycle__code").distinct("person_id").values("pk")
    results = list(
        current.filter(
            Q(filing_deadline__gte=today)
            | Q(cycle__results_open_until__gte=today)
            | Q(exempted_until__gte=today)
            | Q(pk__in=newest)
        )
        .select_related("cycle")
        .order_by("-cycle__code")
    )
    for result in results:
        result.person = by_id[result.person_id]
    return results


def _people_rows(people: list[Person], rows: list[ResultRow], today: date) -> list[PersonRow]:
    of_person: dict[int, list[ResultRow]] = {person.pk: [] for person in people}
    for row in rows:
        of_person[row.person.pk].append(row)
    return [
        PersonRow(
            person=person,
            age=person.birth_date.age_on(today),
            newest=next(iter(of_person[person.pk]), None),
            # The viewer's own older results stand among the cycles.
            older=[
                row for row in of_person[person.pk][1:] if row.is_contestable and not row.is_own
            ],
        )
        for person in people
    ]
