"""What the database refuses of decisions, whoever writes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from objections.models import Decision, Objection
from tests.objections.cases import (
    decided,
    proposed,
    taken,
)
from tests.objections.deciding import LATER, filed_one
from tests.personas import staff

pytestmark = pytest.mark.django_db


# What the database refuses ------------------------------------------------------------------


def refuses(statement: str, *values: object, name: str) -> None:
    """Run a statement to the end of its transaction, and expect a constraint to refuse it."""
    with pytest.raises(IntegrityError, match=name):
        _run(statement, values)


def _run(statement: str, values: tuple[object, ...]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


_INSERT = """
    INSERT INTO objections_decision (objection_id, outcome, reason_codes, answer, state,
        proposed_by_id, proposed_at, closed_by_id, closed_at, return_note, effective_cycle,
        supersede_reason, back_pay_sar, supersedes_id)
    SELECT objection_id, {outcome}, {reason_codes}, {answer}, {state}, proposed_by_id,
        proposed_at, {closed_by_id}, {closed_at}, {return_note}, {effective_cycle},
        {supersede_reason}, {back_pay_sar}, {supersedes_id}
    FROM objections_decision WHERE id = %s
"""


def copy_with(**changes: str) -> str:
    """Give the statement that copies a decision, returned, with other values."""
    columns = {
        "outcome": "outcome",
        "reason_codes": "reason_codes",
        "answer": "answer",
        "state": "'lapsed'",
        "closed_by_id": "NULL",
        "closed_at": "proposed_at",
        "return_note": "''",
        "effective_cycle": "''",
        "supersede_reason": "''",
        "back_pay_sar": "0",
        "supersedes_id": "NULL",
    }
    return _INSERT.format(**(columns | changes))


IN_JANUARY = {"effective_cycle": "'2027-01'"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"state": "'proposed'", "closed_at": "NULL"}, "one_proposal_waits"),
        ({"outcome": "'submitted'"}, "decision_outcome"),
        ({"answer": "''"}, "decision_has_answer_and_reason"),
        ({"reason_codes": "'{}'"}, "decision_has_answer_and_reason"),
        (
            {
                "state": "'approved'",
                "closed_by_id": "proposed_by_id",
                "effective_cycle": "'2027-01'",
            },
            "decision_closed_by_a_second_person",
        ),
        (
            {"state": "'approved'"} | IN_JANUARY,
            "decision_closed_by_a_second_person",
        ),
        (
            {"state": "'returned'", "return_note": "'x'", "closed_by_id": "proposed_by_id"},
            "decision_closed_by_a_second_person",
        ),
        ({"state": "'proposed'"}, "decision_closed_by_a_second_person"),
        ({"closed_at": "proposed_at - interval '1 s'"}, "decision_closed_after_proposal"),
        ({"return_note": "'x'"}, "decision_returned_with_a_note"),
        ({"supersedes_id": "id"}, "decision_supersedes_with_a_reason"),
        ({"back_pay_sar": "-1"}, "decision_back_pay_where_granted"),
        ({"outcome": "'rejected'", "back_pay_sar": "1"}, "decision_back_pay_where_granted"),
        (
            {"outcome": "'rejected'", "effective_cycle": "'2027-01'"},
            "decision_effect_where_granted",
        ),
        ({"effective_cycle": "'2027-13'"}, "decision_effect_where_granted"),
        ({"back_pay_sar": "1"}, "is not that of its months"),
    ],
)
def test_database_refuses_an_impossible_decision(changes: dict[str, str], name: str) -> None:
    decision = proposed(filed_one(), staff())
    refuses(copy_with(**changes), decision.pk, name=name)


def test_copy_without_changes_is_possible() -> None:
    """What the test above would prove nothing without."""
    decision = proposed(filed_one(), staff())
    with connection.cursor() as cursor:
        cursor.execute(copy_with(), [decision.pk])
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        "outcome = 'rejected', effective_cycle = ''",
        "answer = 'other'",
        "reason_codes = '{OTHER}'",
        "proposed_by_id = closed_by_id",
        "back_pay_sar = 1",
        "closed_at = closed_at + interval '1 s'",
        "effective_cycle = '2030-01'",
        "state = 'proposed', closed_by_id = NULL, closed_at = NULL",
    ],
)
def test_database_refuses_to_edit_a_decision(change: str) -> None:
    case = filed_one()
    decided(case, staff())
    refuses(
        f"UPDATE objections_decision SET {change} WHERE objection_id = %s",
        case.pk,
        name="is not edited",
    )


def test_database_keeps_decisions_and_their_months(paid_months: Objection) -> None:
    decision = proposed(paid_months, staff(), back_pay={"2026-11": Decimal(5)}, now=LATER)
    refuses("DELETE FROM objections_decision WHERE id = %s", decision.pk, name="kept")
    table = "objections_backpayline"
    refuses(f"DELETE FROM {table} WHERE decision_id = %s", decision.pk, name="not edited")
    refuses(f"UPDATE {table} SET amount_sar = 1 WHERE decision_id = %s", decision.pk, name="edited")
    more = (
        f"INSERT INTO {table} (decision_id, cycle, amount_sar)"
        " SELECT decision_id, {cycle}, {amount} FROM objections_backpayline WHERE decision_id = %s"
    )
    for cycle, amount, name in (
        ("cycle", "0", "back_pay_month_once"),
        ("'2026-13'", "0", "back_pay_cycle_form"),
        ("'2026-10'", "-1", "back_pay_amount"),
        ("'2026-10'", "1", "is not that of its months"),
    ):
        refuses(more.format(cycle=cycle, amount=amount), decision.pk, name=name)


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_database_refuses_an_objection_decided_without_a_decision(status: str) -> None:
    case = filed_one()
    taken(case, staff())
    decider = staff()
    refuses(
        "UPDATE objections_objection SET status = %s, decided_by_id = %s, decided_at = now(),"
        " answer = 'x' WHERE id = %s",
        status,
        decider.pk,
        case.pk,
        name="without a decision in force",
    )
    refuses(
        "UPDATE objections_objection SET status = %s WHERE id = %s",
        status,
        case.pk,
        name="objection_decision_has_decider_and_answer",
    )
    refuses(
        "UPDATE objections_objection SET decided_by_id = %s WHERE id = %s",
        decider.pk,
        case.pk,
        name="objection_undecided_has_no_decider",
    )


def test_database_refuses_a_case_that_leaves_its_decision() -> None:
    case = filed_one()
    decided(case, staff())
    refuses(
        "UPDATE objections_objection SET status = 'under_review', decided_by_id = NULL,"
        " decided_at = NULL, answer = '', effective_cycle = '' WHERE id = %s",
        case.pk,
        name="has a decision in force",
    )
    other_answer = "UPDATE objections_objection SET answer = 'x' WHERE id = %s"
    refuses(other_answer, case.pk, name="without a decision in force")
    waiting = filed_one()
    proposed(waiting, staff())
    refuses(
        "UPDATE objections_objection SET status = 'withdrawn' WHERE id = %s",
        waiting.pk,
        name="which takes none",
    )


def test_database_refuses_to_supersede_anothers_decision() -> None:
    first, second = filed_one(), filed_one()
    decided(first, staff())
    decided(second, staff())
    refuses(
        copy_with(
            supersedes_id=f"(SELECT id FROM objections_decision WHERE objection_id = {first.pk})",
            supersede_reason="'x'",
        ),
        second.decisions.get().pk,
        name="decision_supersedes_of_same_objection",
    )
