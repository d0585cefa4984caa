"""By which way a set is written, whatever PostgreSQL believes of how many rows there are.

Counted when they were empty, the tables led it through all of one for each row of another: minutes
for a set of some hundred results.
"""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import Model

from beneficiaries.models import EligibilityResult, Household, Person
from beneficiaries.set_based import planned_for_some_rows
from objections.corrections.criteria import Criteria
from objections.models import CorrectionRow
from objections.services.corrections import fixing
from tests.objections.cases import result_of
from tests.personas import head
from tests.plans import copy_people, count_rows, empty

pytestmark = pytest.mark.django_db

TABLES: Final[tuple[type[Model], ...]] = (EligibilityResult, Person, Household)
MORE: Final = {"correction": 1, "after": 0, "upto": 1000, "batch": 1000}


def lay(people: int) -> dict[str, Any]:
    """Lay people with a result each, and give the facts of a set of them."""
    result = result_of(head())
    copy_people(people, mobile="''")
    return Criteria(cycle=result.cycle, reason_code="LEASE_NOT_PROVEN").facts | MORE


def plan_of(statement: str, facts: dict[str, Any]) -> str:
    with connection.cursor() as cursor, planned_for_some_rows(cursor):
        cursor.execute(f"EXPLAIN {statement}", facts)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("counted", ["when-empty", "when-full"])
def test_each_step_looks_up_what_belongs_to_the_row_of_the_one_before(counted: str) -> None:
    lay(2_000)
    if counted == "when-empty":
        empty(TABLES)
    count_rows((*TABLES, CorrectionRow))
    if counted == "when-full":
        empty(TABLES)
    facts = lay(200)
    plan = plan_of(fixing._WRITE_FOLLOWERS, facts)
    for step in ("household_id = chief.household_id", "person_id = other.id"):
        assert f"Index Cond: ({step})" in plan, plan
    for each in (plan, plan_of(fixing._WRITE, facts)):
        # The person's earlier amount, too, is not looked for among all results of a cycle.
        assert re.search(r"Index Cond: \(person_id = (f|r|found)\.person_id\)", each), each
        assert not re.search(r"Seq Scan on beneficiaries_(person|eligibilityresult)", each), each
