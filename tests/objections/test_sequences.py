"""Random sequences of citizens, staff, the clock and retries find no impossible state.

Whatever is done in whatever order: after each act the rows are asked what must hold of them.
`SEQUENCES=500 ./test -k sequences` walks more than the build does.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from typing import Final

import pytest
from django.db import connection, transaction

from notifications.models import Message
from objections.models import Decision, Objection, SecondLook
from objections.statuses import (
    DECIDED_STATUSES,
    OPEN_STATUSES,
    REFUSED_STATUSES,
    TRANSITIONS,
    DecisionState,
    EventKind,
    LookState,
    ObjectionStatus,
)
from saudi.gregorian import riyadh_date
from tests.objections.walking import Walk

WALKS: Final = int(os.environ.get("SEQUENCES", "8"))
MOST_WALKS: Final = 10 * WALKS
STEPS: Final = 60
DECIDED_TEMPLATES: Final = (
    "objection_accepted",
    "objection_partly_accepted",
    "objection_rejected",
    "objection_confirmed",
)


@pytest.mark.django_db
def test_no_sequence_of_acts_reaches_an_impossible_state() -> None:
    everything = set(ObjectionStatus.values) | set(DecisionState.values)
    everything |= {f"look {state}" for state in LookState.values}
    reached: set[str] = set()
    seeds = iter(range(MOST_WALKS))
    # A walk that never gets anywhere would find nothing.
    while (seed := next(seeds)) < WALKS or not everything <= reached:
        with transaction.atomic():
            walk = Walk(seed)
            try:
                for _step in range(STEPS):
                    walk.step()
                    reached |= ensure_possible()
            except BaseException:
                print(f"seed {seed}:", *walk.done, sep="\n")
                raise
            transaction.set_rollback(True)


def ensure_possible() -> set[str]:
    """Ask every row what must hold of it; give the statuses and states that there are."""
    cases = list(Objection.objects.prefetch_related("events", "decisions"))
    for case in cases:
        ensure_whole_history(case)
        ensure_decided_by_two(case)
        if case.submitted_at is not None:
            assert riyadh_date(case.submitted_at) <= case.deadline
            assert case.ground
            assert case.statement
    open_rows = [
        (case.result_id, case.payment_id) for case in cases if case.status in OPEN_STATUSES
    ]
    assert len(open_rows) == len(set(open_rows))
    with connection.cursor() as cursor:  # what the database asks at a commit
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    ensure_told_once(cases)
    return (
        {case.status for case in cases}
        | {decision.state for case in cases for decision in case.decisions.all()}
        | {f"look {look.state}" for look in SecondLook.objects.all()}
    )


def ensure_whole_history(case: Objection) -> None:
    events = [event for event in case.events.all() if not event.is_refused]
    assert events[0].from_status == ""
    assert events[-1].to_status == case.status
    for earlier, later in pairwise(events):
        assert later.from_status == earlier.to_status
        assert later.at >= earlier.at
        is_moved = later.from_status != later.to_status
        is_replaced = {later.from_status, later.to_status} <= set(DECIDED_STATUSES)
        if later.kind == EventKind.LOOK_ASKED:
            assert later.from_status in REFUSED_STATUSES
            assert later.to_status == ObjectionStatus.SUBMITTED
        elif later.kind == EventKind.LOOK_WITHDRAWN:
            assert later.to_status in REFUSED_STATUSES
        else:
            assert not is_moved or is_replaced or later.to_status in TRANSITIONS[later.from_status]


def ensure_decided_by_two(case: Objection) -> None:
    in_force = [one for one in case.decisions.all() if one.state == DecisionState.APPROVED]
    is_decided = case.status in DECIDED_STATUSES
    assert len(in_force) == (is_decided or case.is_looked_at_again)
    for decision in in_force:
        assert decision.closed_by_id != decision.proposed_by_id
        assert case.decided_by_id == decision.closed_by_id
        assert not is_decided or case.status == decision.outcome
        assert case.answer == decision.answer
        assert case.effective_cycle == decision.effective_cycle
    ensure_looked_at_by_others(case)


def ensure_looked_at_by_others(case: Objection) -> None:
    if case.second_asked_at is None:
        assert not SecondLook.objects.filter(objection=case).exists()
        return
    look = case.second_look
    assert look.is_open == case.is_looked_at_again
    earlier = set(look.earlier_staff)
    assert not look.is_open or case.assigned_to_id not in earlier
    for decision in case.decisions.all():
        if decision.second_look_id is not None:
            assert not {decision.proposed_by_id, decision.closed_by_id} & earlier


def ensure_told_once(cases: list[Objection]) -> None:
    told = list(
        Message.objects.filter(event__startswith="objection:").values_list(
            "event", "recipient", "template"
        )
    )
    assert len({(event, number) for event, number, _template in told}) == len(told)
    templates = Counter(template for _event, _number, template in told)
    closed = {DecisionState.APPROVED, DecisionState.SUPERSEDED}
    decided = Decision.objects.filter(objection__in=cases, state__in=closed).count()
    assert sum(templates[name] for name in DECIDED_TEMPLATES) == decided
    assert templates["objection_submitted"] == sum(bool(case.reference) for case in cases)
