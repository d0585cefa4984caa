"""Finding a case or a person by the number that a caller reads out, or a person by name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse

from access.names import name_filter
from beneficiaries.models import Person, User
from objections.models import Objection
from saudi.digits import clean_number
from saudi.mobile import InvalidMobile, parse_mobile
from sawtak.models import Ticket

SHOWN_ROWS: Final = 10


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

    Exact matches and folded words over indexed columns only, at most three statements.
    """
    number = clean_number(text)
    if not (number.isascii() and number.lstrip("+").isdecimal()):
        return _find_name(text, user=user)
    mobile = ""
    with suppress(InvalidMobile):  # it is some other number
        mobile = parse_mobile(number)
    people: list[Person] = []
    objections: list[Objection] = []
    tickets: list[Ticket] = []
    if user.has_perm("beneficiaries.view_person"):
        is_person = Q(mobile=mobile) if mobile else Q(national_id=number)
        people = list(Person.objects.filter(is_person).order_by("id")[:SHOWN_ROWS])
    if user.has_perm("objections.view_objection") and not mobile:
        of_number = Objection.objects.filter(reference=number)
        objections = list(of_number.select_related("person", "result__cycle", "payment__cycle"))
    if user.has_perm("sawtak.view_ticket"):
        is_ticket = Q(mobile=mobile) if mobile else Q(reference=number) | Q(national_id=number)
        tickets = list(Ticket.objects.filter(is_ticket).order_by("-received_at")[:SHOWN_ROWS])
    return Found(people, objections, tickets)


def _find_name(text: str, *, user: User) -> Found:
    wanted = name_filter("folded_name", text)
    if wanted is None:
        return Found()
    people: list[Person] = []
    tickets: list[Ticket] = []
    if user.has_perm("beneficiaries.view_person"):
        people = list(Person.objects.filter(wanted).order_by("id")[:SHOWN_ROWS])
    if user.has_perm("sawtak.view_ticket"):
        tickets = list(Ticket.objects.filter(wanted).order_by("-received_at")[:SHOWN_ROWS])
    return Found(people=people, tickets=tickets)
