"""What a viewer can do about each result, in a constant number of statements."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult
from beneficiaries.statuses import ResultStatus
from objections.contested import key_of
from objections.models import Objection
from objections.selectors import contest_states, objections_of, with_whole_case
from objections.services import open_draft, stop_overdue_drafts
from objections.statuses import ObjectionStatus
from tests.objections.cases import ANNOUNCED_ON, NOW, draft, result_of, riyadh, submitted
from tests.personas import adult_of, child_of, head, outsider, user_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 12)


def test_each_result_has_its_state() -> None:
    person = head()
    adult, shy, child = adult_of(person), adult_of(person), child_of(person)
    own, sensitive = result_of(person), result_of(shy, reason_codes=["PRISON"])
    filed = submitted(own, person)
    theirs = result_of(adult)
    submitted(theirs, adult)
    childs = result_of(child)
    open_draft(contested=childs, filed_by=person, now=NOW)
    old = result_of(person, cycle__code="2026-07", announced_on=date(2026, 7, 29))
    good = result_of(person, cycle__code="2026-09", status=ResultStatus.ELIGIBLE)
    waiting = result_of(person, cycle__code="2026-11", announced_on=None)
    every = [own, sensitive, theirs, childs, old, good, waiting]
    states = contest_states(every, viewer=person, today=TODAY)
    assert {result: states[key_of(result)].kind for result in every if result != waiting} == {
        own: "objected",
        sensitive: "own_only",
        theirs: "objected",
        childs: "draft",
        old: "closed",
        good: "eligible",
    }
    assert key_of(waiting) not in states
    assert states[key_of(own)].reference == filed.reference
    assert states[key_of(theirs)].reference == ""
    state = states[key_of(childs)]
    assert (state.counted_from, state.deadline, state.days_left) == (
        ANNOUNCED_ON,
        date(2027, 1, 27),
        76,
    )


def test_draft_of_another_person_does_not_show() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult)
    open_draft(contested=result, filed_by=adult, now=NOW)
    assert contest_states([result], viewer=person, today=TODAY)[key_of(result)].kind == "open"


@pytest.mark.parametrize("status", [ObjectionStatus.WITHDRAWN, ObjectionStatus.STOPPED])
def test_what_was_withdrawn_or_stopped_does_not_count(status: ObjectionStatus) -> None:
    person = head()
    result = result_of(person)
    if status == ObjectionStatus.WITHDRAWN:
        objection = submitted(result, person)
        Objection.objects.filter(pk=objection.pk).update(status=status)
    else:
        draft(result, person)
        Objection.objects.update(deadline=ANNOUNCED_ON)
        EligibilityResult.objects.update(filing_deadline=ANNOUNCED_ON)
        stop_overdue_drafts(now=riyadh("2026-11-20 10:00:00"))
        EligibilityResult.objects.update(filing_deadline=date(2027, 1, 27))
        result.refresh_from_db()
    assert contest_states([result], viewer=person, today=TODAY)[key_of(result)].kind == "open"


def test_statements_do_not_grow_with_the_results() -> None:
    person = head()
    for _ in range(12):
        result_of(child_of(person))
    for count in (1, 12):
        results = list(EligibilityResult.objects.all()[:count])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(contest_states(results, viewer=person, today=TODAY)) == count
        assert len(captured) == 3
    assert contest_states([], viewer=person, today=TODAY) == {}


def test_list_and_case_are_for_those_concerned() -> None:
    person = head()
    adult = adult_of(person)
    filed = submitted(result_of(adult), person)
    begun = draft(result_of(person), person)
    reference = filed.reference or ""
    assert set(objections_of(user_of(person))) == {filed, begun}
    assert objections_of(user_of(adult)) == [filed]
    assert objections_of(user_of(outsider())) == []
    assert with_whole_case(user_of(adult), reference) == filed
    assert with_whole_case(user_of(outsider()), reference) is None
