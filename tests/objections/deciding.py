"""A case of tests that is to be decided, and the days of it."""

from __future__ import annotations

from objections.models import Objection
from objections.statuses import DECIDED_STATUSES
from tests.objections.cases import (
    result_of,
    riyadh,
    submitted,
)
from tests.personas import head

LATER = riyadh("2026-11-15 10:00:00")

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES


def filed_one() -> Objection:
    person = head()
    return submitted(result_of(person), person)
