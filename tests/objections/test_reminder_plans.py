"""What asking after reminders reads, whatever PostgreSQL believes of how many rows there are.

Tables that were emptied or filled since they were counted last look full or empty to the planner.
A statement that it may turn round then takes minutes for a handful of numbers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pytest
from django.db import connection
from django.db.models import Model

from beneficiaries.models import EligibilityResult, Household, Person
from beneficiaries.set_based import planned_for_some_rows
from notifications.mail.models import Mail
from notifications.models import Message
from objections.models import Objection, ObjectionEvent
from objections.services import open_draft, reminders
from tests.objections.cases import NOW, result_of
from tests.objections.reminding import BEFORE_1, BEFORE_14, DRAFT_1, LAST_DAY, RESULT
from tests.personas import head
from tests.plans import copy_people, copy_rows, count_rows, empty, pages_read

pytestmark = pytest.mark.django_db

TABLES: Final[tuple[type[Model], ...]] = (
    *(ObjectionEvent, Objection, EligibilityResult, Person, Household),
)
FEW: Final = 500
MANY: Final = 3_000
DRAFTS: Final = 300
"""How many have begun a draft."""

PAGES: Final = 45
"""Enough to look at all that concerns a person; of no table is it the whole."""


def lay(people: int) -> None:
    """Lay people whose window closes, each with a result and the first of them with a draft."""
    person = head()
    result = result_of(person)
    open_draft(contested=result, filed_by=person, now=NOW)
    copy_people(people, mobile="'+96651' || lpad((one.id + n)::text, 7, '0')")
    copy_rows(
        Objection,
        DRAFTS,
        uuid="gen_random_uuid()",
        person_id="one.person_id + n",
        filed_by_id="one.filed_by_id + n",
        result_id="one.result_id + n",
    )


@pytest.fixture(params=["when-empty", "when-full"])
def people(request: pytest.FixtureRequest) -> list[Person]:
    """Give the people of tables that were counted when they were empty, or when they were full."""
    if request.param == "when-empty":
        lay(FEW)
        empty(TABLES)
        count_rows(TABLES)
        lay(MANY)
    else:
        lay(MANY)
        count_rows(TABLES)
        empty(TABLES)
        lay(FEW)
    return list(Person.objects.filter(mobile__startswith="+96651").order_by("pk"))


def test_numbers_are_asked_after_one_by_one_by_indexes(people: list[Person]) -> None:
    some = people[DRAFTS - 20 : DRAFTS + 20]
    writers, others = ({one.pk for one in half} for half in (some[:20], some[20:]))

    def needed(event: str, now: datetime) -> set[int]:
        messages = [Message(pk=one.pk, recipient=one.mobile, event=event) for one in some]
        return reminders.still_needed(messages, now)

    with pages_read() as pages:
        assert needed(RESULT, BEFORE_14) == writers | others
        assert needed(RESULT, BEFORE_1) == others
        assert needed(DRAFT_1, BEFORE_1) == writers
    assert len(pages) == 3
    assert max(pages) <= len(some) * PAGES


def test_mails_are_asked_after_by_indexes(people: list[Person]) -> None:
    person = people[0]
    with pages_read() as pages:
        for event, now in ((RESULT, BEFORE_14), (DRAFT_1, BEFORE_1)):
            mail = Mail(pk=1, person_id=person.pk, event=event)
            assert reminders.mails_still_needed([mail], now) == {1}
        mail = Mail(pk=1, person_id=person.pk, event=RESULT)
        assert reminders.mails_still_needed([mail], BEFORE_1) == set()
    assert len(pages) == 3
    assert max(pages) <= PAGES


def test_batches_look_their_rows_up_by_indexes(people: list[Person]) -> None:
    facts = reminders._facts(LAST_DAY, today=BEFORE_14.date())
    facts |= {"after": 0, "batch": 2 * MANY}
    for statements, rows in (
        (reminders._OF_RESULTS, len(people) + 1),
        (reminders._OF_DRAFTS, DRAFTS + 1),
    ):
        with connection.cursor() as cursor, planned_for_some_rows(cursor), pages_read() as pages:
            cursor.execute(statements.ahead, facts)
            facts["upto"], found = cursor.fetchone()
            assert found == rows
            for statement in (statements.numbers, statements.readers):
                cursor.execute(statement, facts)
                assert len(cursor.fetchall()) == rows
        assert len(pages) == 3
        # Besides, once, through the rows of the day that other tests took back.
        assert max(pages) <= rows * PAGES + 4 * MANY
