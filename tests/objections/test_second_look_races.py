"""A second look asked for at once by several, or while its decision is being replaced (O29)."""

from __future__ import annotations

import pytest
from django.db import transaction

from beneficiaries.services import user_of
from objections.errors import ObjectionRefused
from objections.models import Decision, Objection, SecondLook
from objections.services import ask_second_look
from objections.services.review import approve_decision, take_next
from objections.statuses import ObjectionStatus
from tests.objections.cases import decided, proposed, result_of, seen, submitted, texts_to
from tests.objections.test_concurrency import at_once
from tests.objections.test_second_looks import DECIDED_AT, LATER, WHY
from tests.personas import adult_of, head, staff

pytestmark = pytest.mark.django_db(transaction=True)


def refused_one() -> Objection:
    """Give a case of an adult that the head filed, and two of the staff rejected."""
    chief = head()
    filed = submitted(result_of(adult_of(chief)), chief)
    clerk, approver = staff("caseworker"), staff("approver")
    return decided(
        filed, clerk, decision=ObjectionStatus.REJECTED, approver=approver, now=DECIDED_AT
    )


def ask(case: Objection, *, by_filer: bool) -> str:
    person = case.filed_by if by_filer else case.person
    try:
        with transaction.atomic():
            ask_second_look(
                objection=Objection.objects.get(pk=case.pk),
                asked_by=person,
                actor=user_of(person),
                statement=WHY,
                checked=[],
                now=LATER,
            )
    except ObjectionRefused as refusal:
        return type(refusal).__name__
    return "asked"


def test_six_wishes_of_two_people_at_once_are_one_second_look_that_one_takes() -> None:
    case = refused_one()
    answers = at_once(6, lambda number: ask(case, by_filer=number % 2 == 0))
    assert sorted(answers) == ["SecondLookRefused"] * 3 + ["asked"] * 3
    assert SecondLook.objects.count() == 1
    assert case.events.filter(kind="look_asked").count() == 1
    assert texts_to(case.filed_by, template="second_look_asked") == ["second_look_asked"]
    clerks = [staff("caseworker"), staff("caseworker")]

    def take(number: int) -> int:
        try:
            return take_next(caseworker=clerks[number], now=LATER).pk
        except ObjectionRefused:
            return 0

    assert sorted(at_once(2, take)) == [0, case.pk]


def test_wish_and_the_approval_of_a_replacement_come_one_after_the_other() -> None:
    case = refused_one()
    waiting = proposed(
        case,
        staff("caseworker"),
        decision=ObjectionStatus.ACCEPTED,
        now=LATER,
        supersede_reason="خطأ",
    )
    approver, page = staff("approver"), seen(case)

    def approve() -> str:
        try:
            approve_decision(
                objection_id=case.pk,
                decision_id=waiting.pk,
                approver=approver,
                seen=page,
                now=LATER,
            )
        except ObjectionRefused as refusal:
            return type(refusal).__name__
        return "approved"

    answers = at_once(2, lambda number: approve() if number else ask(case, by_filer=True))
    case.refresh_from_db()
    state = Decision.objects.get(pk=waiting.pk).state
    assert (answers, case.status, state) in [
        (["asked", "TransitionRefused"], "submitted", "lapsed"),
        (["SecondLookRefused", "approved"], "accepted", "approved"),
    ]
