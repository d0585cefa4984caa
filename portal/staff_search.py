"""Finding a case or a person by the number that a caller reads out, or a person by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.urls import reverse

from access.searches import SearchColumns, read_number
from beneficiaries.models import Person, User
from objections.blind import hidden_cases
from objections.models import Objection
from sawtak.models import Ticket

SHOWN_ROWS: Final = 10

_PERSON: Final = SearchColumns(national_id="national_id", mobile="mobile", name="folded_name")
_OBJECTION: Final = SearchColumns(reference="reference", name="folded_name")
_TICKET: Final = SearchColumns(
    reference="reference", national_id="national_id", mobile="mobile", name="folded_name"
)


@dataclass(frozen=True)
class Found:
    """What a number belongs to, as far as its reader may see."""

    people: Sequence[Person] = ()
    objections: Sequence[Objection] = ()
    tickets: Sequence[Ticket] = ()

    @property
    def only_url(self) -> str:
        """Give the page of the one thing that was found; empty for none or several.

        A person comes before their tickets: these stand on the person's page.
        """
        if len(self.people) == 1 and not self.objections:
            return reverse("admin:beneficiaries_person_change", args=[self.people[0].pk])
        if self.people or len(self.objections) + len(self.tickets) != 1:
            return ""
        if self.objections:
            return reverse("admin:objections_objection_change", args=[self.objections[0].pk])
        return reverse("admin:sawtak_ticket_change", args=[self.tickets[0].pk])

    @property
    def is_nothing(self) -> bool:
        return not (self.people or self.objections or self.tickets)


def find(text: str, *, user: User) -> Found:
    """Look for a reference, a national ID or a mobile, in any spelling of digits; else for a name.

    Exact matches and folded words over indexed columns only, at most three statements. Raises
    NameTooShort.
    """
    number = read_number(text)
    found = Found()
    if user.has_perm("beneficiaries.view_person"):
        people = Person.objects.filter(_PERSON.filter_for(text)).order_by("id")
        found = replace(found, people=list(people[:SHOWN_ROWS]))
    # A person's cases stand on the person's page; by name they are shown beside it.
    if user.has_perm("objections.view_objection") and (number is None or number[0] == "reference"):
        objections = (
            Objection.objects.exclude(reference=None)
            .exclude(pk__in=hidden_cases(user))
            .filter(_OBJECTION.filter_for(text))
            .select_related("person", "result__cycle", "payment__cycle")
            .order_by("-submitted_at", "-id")
        )
        found = replace(found, objections=list(objections[:SHOWN_ROWS]))
    if user.has_perm("sawtak.view_ticket"):
        tickets = Ticket.objects.filter(_TICKET.filter_for(text)).order_by("-received_at", "-id")
        found = replace(found, tickets=list(tickets[:SHOWN_ROWS]))
    return found
