"""A second look at a decision: once, within 30 days, by others than the first (docs/adr/0026)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from beneficiaries.models import Person, User
from beneficiaries.services import user_of
from objections.after_decision import Decided, second_look_kind
from objections.clock import days_used, last_day_of
from objections.errors import (
    HadFirstDecision,
    IncompleteObjection,
    NothingToTake,
    SecondLookRefused,
    TransitionRefused,
)
from objections.models import Decision, Objection, SecondLook
from objections.presenting.cases import timeline_of
from objections.rules import second_look_last_day
from objections.services import ask_second_look, withdraw_objection, withdraw_second_look
from objections.services.review import (
    approve_decision,
    hand_over_objection,
    return_proposal,
    take_next,
)
from objections.statuses import DECIDED_STATUSES, EventKind, LookState, ObjectionStatus
from tests.objections.cases import (
    NOW,
    approved,
    decided,
    pdf,
    proposed,
    result_of,
    riyadh,
    seen,
    submitted,
    taken,
    texts_to,
)
from tests.objections.correcting import applied
from tests.objections.correcting import proposed as corrected
from tests.personas import adult_of, head, staff

pytestmark = pytest.mark.django_db

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES
DECIDED_AT = riyadh("2026-11-15 10:00:00")
LAST_DAY = date(2026, 12, 15)
LATER = riyadh("2026-11-20 09:00:00")
WHY = "لم يقرأ أحد الصفحة الثانية من العقد."


class Case:
    """A case that two of the staff decided."""

    def __init__(self, outcome: ObjectionStatus = REJECTED, **fields: Any) -> None:
        self.person = head()
        self.clerk, self.approver = staff("caseworker"), staff("approver")
        filed = submitted(result_of(self.person), self.person)
        self.objection = decided(
            filed, self.clerk, decision=outcome, approver=self.approver, now=DECIDED_AT, **fields
        )
        self.first = self.objection.decisions.get()

    def asked(
        self, *, now: datetime = LATER, by: Person | None = None, **fields: Any
    ) -> SecondLook:
        person = by or self.person
        look = ask_second_look(
            objection=self.objection,
            asked_by=person,
            actor=user_of(person),
            **{"statement": WHY, "checked": [], "now": now, **fields},
        )
        self.objection.refresh_from_db()
        return look

    def withdrawn(self, *, now: datetime = LATER) -> Objection:
        withdraw_second_look(
            objection=self.objection, asked_by=self.person, actor=user_of(self.person), now=now
        )
        self.objection.refresh_from_db()
        return self.objection


def decided_again(
    case: Case, outcome: ObjectionStatus, *, clerk: User | None = None, now: datetime = LATER
) -> Decision:
    decision = proposed(case.objection, clerk or staff("caseworker"), decision=outcome, now=now)
    approved(decision, now=now)
    case.objection.refresh_from_db()
    decision.refresh_from_db()
    return decision


# The rule ------------------------------------------------------------------------------

OPEN_CASE = Decided(
    status=REJECTED,
    announced_on=date(2026, 11, 15),
    had_second_look=False,
    is_replaced=False,
    has_newer=False,
    is_filer=True,
    viewer_age=40,
)


@pytest.mark.parametrize(
    ("fields", "today", "kind"),
    [
        ({}, date(2026, 11, 15), "open"),
        ({}, LAST_DAY, "open"),
        ({}, date(2026, 12, 16), "closed"),
        ({"status": PARTLY}, LAST_DAY, "open"),
        ({"status": ACCEPTED}, LAST_DAY, "accepted"),
        ({"status": ObjectionStatus.SUBMITTED}, LAST_DAY, "undecided"),
        ({"status": ObjectionStatus.WITHDRAWN}, LAST_DAY, "undecided"),
        ({"status": ObjectionStatus.STOPPED}, LAST_DAY, "undecided"),
        ({"announced_on": None}, LAST_DAY, "undecided"),
        ({"had_second_look": True}, LAST_DAY, "used"),
        ({"had_second_look": True, "status": ACCEPTED}, LAST_DAY, "used"),
        ({"had_second_look": True, "status": ObjectionStatus.UNDER_REVIEW}, LAST_DAY, "under_way"),
        ({"is_replaced": True}, LAST_DAY, "replaced"),
        ({"has_newer": True}, LAST_DAY, "newer"),
        ({"is_filer": False, "viewer_age": 17}, LAST_DAY, "minor"),
        ({"is_filer": False, "viewer_age": 18}, LAST_DAY, "open"),
        ({"viewer_age": 17}, LAST_DAY, "open"),
    ],
)
def test_who_can_ask_for_a_second_look(fields: dict[str, Any], today: date, kind: str) -> None:
    case = Decided(**{**vars(OPEN_CASE), **fields})
    assert second_look_kind(case, today=today) == kind


@pytest.mark.parametrize(
    ("day_0", "last"),
    [
        (date(2026, 11, 15), date(2026, 12, 15)),
        (date(2027, 1, 31), date(2027, 3, 2)),
        (date(2028, 1, 31), date(2028, 3, 1)),
    ],
    ids=["thirty-days", "short-february", "leap-february"],
)
def test_last_day_is_thirty_days_after_the_announcement(day_0: date, last: date) -> None:
    assert second_look_last_day(day_0) == last


# Asking --------------------------------------------------------------------------------


def test_wish_opens_the_case_and_the_first_decision_stays_in_force() -> None:
    case = Case()
    look = case.asked(checked=[pdf("جديد.pdf", pages=3)])
    objection = case.objection
    assert (objection.status, objection.assigned_to) == ("submitted", None)
    assert (objection.answer, objection.decided_by) == (case.first.answer, case.approver)
    assert (look.state, look.first, look.last_day, look.statement) == (
        "open",
        case.first,
        LAST_DAY,
        WHY,
    )
    assert look.earlier_staff == sorted({case.clerk.pk, case.approver.pk})
    case.first.refresh_from_db()
    assert case.first.state == "approved"
    assert objection.documents.count() == 2
    assert texts_to(case.person)[-1] == "second_look_asked"
    event = objection.events.last()
    assert event is not None
    assert (event.kind, event.is_for_citizen) == (EventKind.LOOK_ASKED, True)
    assert days_used(objection, today=LATER.date()) == 0
    assert last_day_of(objection) > LAST_DAY


def test_wish_sent_twice_is_one() -> None:
    case = Case()
    assert case.asked() == case.asked(now=riyadh("2026-11-20 09:00:02"))
    assert len(texts_to(case.person, template="second_look_asked")) == 1
    with pytest.raises(SecondLookRefused) as caught:
        case.asked(statement="نص آخر")
    assert caught.value.why == "under_way"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("2026-12-15 23:59:59", True), ("2026-12-16 00:00:00", False)],
    ids=["last-second", "midnight-riyadh"],
)
def test_last_day_is_a_day_of_riyadh(moment: str, is_open: bool) -> None:
    case = Case()
    if is_open:
        assert case.asked(now=riyadh(moment)).is_open
        return
    with pytest.raises(SecondLookRefused) as caught:
        case.asked(now=riyadh(moment))
    assert caught.value.why == "closed"


@pytest.mark.parametrize("statement", ["", " \u200b", "س" * 2001])
def test_wish_needs_a_statement(statement: str) -> None:
    case = Case()
    with pytest.raises(IncompleteObjection):
        case.asked(statement=statement)
    assert case.objection.status == REJECTED


def test_adult_whom_it_is_about_may_ask_and_both_are_told() -> None:
    case = Case()
    adult = adult_of(case.person)
    filed = submitted(result_of(adult), case.person)
    case.objection = decided(filed, case.clerk, decision=REJECTED, now=DECIDED_AT)
    case.asked(by=adult)
    assert texts_to(adult) == ["second_look_asked"]
    assert texts_to(case.person)[-1] == "second_look_asked"


def test_outsider_asks_nothing() -> None:
    case = Case()
    with pytest.raises(SecondLookRefused):
        case.asked(by=head())


def test_proposal_to_replace_falls_away_when_a_second_look_is_asked_for() -> None:
    case = Case()
    waiting = proposed(
        case.objection, case.clerk, decision=ACCEPTED, now=LATER, supersede_reason="خطأ في القراءة"
    )
    case.asked()
    waiting.refresh_from_db()
    case.objection.refresh_from_db()
    assert (waiting.state, case.objection.proposed_by) == ("lapsed", None)
    with pytest.raises(TransitionRefused):
        approved(waiting)


def test_decision_that_was_replaced_counts_its_own_thirty_days() -> None:
    case = Case()
    replaced_at = riyadh("2026-12-10 09:00:00")
    later = proposed(
        case.objection, case.clerk, decision=PARTLY, now=replaced_at, supersede_reason="سبب"
    )
    approved(later, now=replaced_at)
    case.objection.refresh_from_db()
    look = case.asked(now=riyadh("2027-01-09 23:00:00"))
    assert (look.first, look.last_day) == (later, date(2027, 1, 9))


# Others than the first -----------------------------------------------------------------


def test_first_people_have_no_part_in_the_second_look() -> None:
    case = Case()
    case.asked()
    objection, new_clerk = case.objection, staff("caseworker")
    for somebody in (case.clerk, case.approver):
        with pytest.raises(HadFirstDecision):
            taken(objection, somebody)
        with pytest.raises(NothingToTake):
            take_next(caseworker=somebody, now=LATER)
    assert take_next(caseworker=new_clerk, now=LATER) == objection
    assert len(texts_to(case.person, template="objection_taken")) == 2
    with pytest.raises(HadFirstDecision) as caught:
        hand_over_objection(
            objection_id=objection.pk,
            by=new_clerk,
            to=case.clerk,
            note="لك",
            seen=seen(objection),
            now=LATER,
        )
    assert caught.value.who == str(case.clerk)
    decision = proposed(objection, new_clerk, decision=ACCEPTED, now=LATER)
    facts = {"objection_id": objection.pk, "decision_id": decision.pk, "now": LATER}
    with pytest.raises(HadFirstDecision):
        approve_decision(**facts, approver=case.approver, seen=seen(objection))
    with pytest.raises(HadFirstDecision):
        return_proposal(**facts, approver=case.approver, note="لا", seen=seen(objection))
    approve_decision(**facts, approver=staff("approver"), seen=seen(objection))


def test_database_refuses_the_first_people() -> None:
    case = Case()
    look = case.asked()
    with pytest.raises(IntegrityError, match="one of the first"), transaction.atomic():
        Objection.objects.filter(pk=case.objection.pk).update(assigned_to=case.clerk)
    decision = proposed(case.objection, staff(), decision=ACCEPTED, now=LATER)
    with pytest.raises(IntegrityError, match="one of the first"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(
            state="approved", closed_by=case.approver, closed_at=LATER, effective_cycle="2027-01"
        )
    with pytest.raises(IntegrityError, match="not edited"), transaction.atomic():
        SecondLook.objects.filter(pk=look.pk).update(earlier_staff=[1, 2])
    with pytest.raises(IntegrityError, match="kept"), transaction.atomic():
        SecondLook.objects.filter(pk=look.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"status": "rejected"}, "disagree"),
        ({"status": "withdrawn"}, "objection_undecided_has_no_decider"),
        ({"second_asked_at": None}, "objection_undecided_has_no_decider"),
        ({"second_asked_at": DECIDED_AT, "status": "under_review"}, "disagree"),
        ({"answer": "غيرها", "status": "under_review"}, "without a decision in force"),
    ],
)
def test_database_refuses_a_case_that_disagrees_with_its_second_look(
    broken: dict[str, Any], message: str
) -> None:
    case = Case()
    case.asked()

    def break_it() -> None:
        Objection.objects.filter(pk=case.objection.pk).update(**broken)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        break_it()


def test_database_refuses_a_decision_of_an_open_case_without_its_second_look() -> None:
    case = Case()
    case.asked()
    with pytest.raises(IntegrityError, match="replaces the first one"), transaction.atomic():
        Decision.objects.create(
            objection=case.objection,
            outcome=REJECTED,
            reason_codes=["NOT_PROVED"],
            answer="لا",
            proposed_by=staff(),
            proposed_at=LATER,
        )


# How it ends ---------------------------------------------------------------------------


def test_second_look_may_change_the_decision() -> None:
    case = Case()
    look = case.asked()
    decision = decided_again(case, ACCEPTED)
    case.first.refresh_from_db()
    look.refresh_from_db()
    assert (case.objection.status, case.objection.answer) == (ACCEPTED, decision.answer)
    assert (case.first.state, decision.supersedes, decision.second_look) == (
        "superseded",
        case.first,
        look,
    )
    assert (look.state, look.ended_at) == (LookState.CHANGED, LATER)
    assert texts_to(case.person)[-1] == "objection_accepted"
    event = case.objection.events.last()
    assert event is not None
    assert event.kind == EventKind.SUPERSEDED


def test_second_look_may_confirm_the_decision_and_there_is_no_third() -> None:
    case = Case()
    look = case.asked()
    decided_again(case, REJECTED)
    look.refresh_from_db()
    assert look.state == LookState.CONFIRMED
    assert texts_to(case.person)[-1] == "objection_confirmed"
    event = case.objection.events.last()
    assert event is not None
    assert event.kind == EventKind.CONFIRMED
    with pytest.raises(SecondLookRefused) as caught:
        case.asked()
    assert caught.value.why == "used"
    shown = str(timeline_of(case.objection, today=LATER.date()))
    assert shown.count("رُفض") + shown.count("مرفوض") >= 2


def test_withdrawn_second_look_leaves_the_first_decision_for_good() -> None:
    case = Case()
    look = case.asked()
    waiting = proposed(case.objection, staff(), decision=ACCEPTED, now=LATER)
    objection = case.withdrawn()
    look.refresh_from_db()
    waiting.refresh_from_db()
    case.first.refresh_from_db()
    assert (objection.status, objection.assigned_to) == (REJECTED, case.clerk)
    assert (look.state, waiting.state, case.first.state) == ("withdrawn", "lapsed", "approved")
    assert texts_to(case.person)[-1] == "second_look_withdrawn"
    case.withdrawn()
    assert len(texts_to(case.person, template="second_look_withdrawn")) == 1
    with pytest.raises(SecondLookRefused):
        case.asked()


def test_second_look_is_not_withdrawn_as_an_objection_nor_by_others() -> None:
    case = Case()
    case.asked()
    with pytest.raises(TransitionRefused):
        withdraw_objection(
            objection=case.objection,
            actor=user_of(case.person),
            knows_it_is_final=True,
            now=LATER,
        )
    with pytest.raises(TransitionRefused):
        withdraw_second_look(objection=case.objection, asked_by=head(), actor=case.clerk, now=LATER)
    decided_again(case, REJECTED)
    with pytest.raises(TransitionRefused):
        case.withdrawn()


def test_staff_may_still_replace_a_decision_after_a_second_look() -> None:
    case = Case()
    case.asked()
    decided_again(case, REJECTED)
    later = proposed(
        case.objection,
        case.clerk,
        decision=ACCEPTED,
        now=NOW.replace(year=2027),
        supersede_reason="س",
    )
    approved(later, now=NOW.replace(year=2027))
    case.objection.refresh_from_db()
    assert case.objection.status == ACCEPTED


def test_correction_of_the_result_ends_a_second_look_at_it() -> None:
    case = Case()
    case.asked()
    applied(corrected())
    case.objection.refresh_from_db()
    case.first.refresh_from_db()
    in_force = case.objection.decisions.get(state="approved")
    assert (case.objection.status, in_force.supersedes) == (ACCEPTED, case.first)
    assert (case.first.state, SecondLook.objects.get().state) == ("superseded", "changed")
    event = case.objection.events.last()
    assert event is not None
    assert event.kind == EventKind.SUPERSEDED
