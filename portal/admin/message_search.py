"""What staff may type to find the SMS of a person, of a case, or one that a log names."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Q

from access.searches import NOTHING, read_number
from beneficiaries.models import Person
from objections.models import Objection
from saudi.digits import clean_text
from sawtak.models import Ticket

_EVENT: Final = re.compile(r"[a-z_]+(?::[\w.-]+)+", re.ASCII)
_GATEWAY_ID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}|[a-z]+-[0-9]+|[0-9]{11,20}", re.ASCII)


def sms_filter(text: str) -> Q | None:
    """Give the condition for a national ID, a case's number, an event or a gateway's number.

    Each is answered from an index; None for what the list itself can find, a mobile.
    """
    asked = clean_text(text)
    if _EVENT.fullmatch(asked):
        return Q(event=asked)
    number = read_number(asked)
    if number is not None and number[0] in {"national_id", "reference"}:
        kind, value = number
        return _of_person(value) if kind == "national_id" else _of_case(value)
    if _GATEWAY_ID.fullmatch(asked) and (number is None or number[0] != "mobile"):
        return Q(gateway_id=asked)
    return None


def _of_person(national_id: str) -> Q:
    person = Person.objects.filter(national_id=national_id).first()
    if person is None:
        return NOTHING
    return _of(person.pk, person.mobile)


def _of_case(reference: str) -> Q:
    """Give the messages to whoever filed a case."""
    objection = Objection.objects.filter(reference=reference).select_related("filed_by").first()
    if objection is not None:
        return _of(objection.filed_by_id, objection.filed_by.mobile)
    ticket = Ticket.objects.filter(reference=reference).first()
    return Q(recipient=ticket.mobile) if ticket is not None else NOTHING


def _of(person_id: int, mobile: str) -> Q:
    theirs = Q(person_id=person_id)
    return theirs | Q(recipient=mobile) if mobile else theirs
