"""Decided cases are drawn by lot and decided again by somebody else (docs/adr/0028)."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import override_settings

from objections.blind import hidden_cases, reviews_for
from objections.errors import (
    IncompleteDecision,
    NothingToReview,
    NotYourReview,
    ReviewClosed,
    SampleRefused,
)
from objections.models import (
    Decision,
    DecisionReason,
    Objection,
    QualityReview,
    QualitySample,
    QualitySkip,
    Team,
    TeamMembership,
)
from objections.services.quality import (
    close_difference,
    draw_standing_samples,
    drawing,
    put_back_review,
    repeat_draw,
    send_review,
    set_members,
    skip_review,
    take_next_review,
)
from objections.services.review import propose_decision
from objections.statuses import DECIDED_STATUSES
from tests.objections.cases import (
    approved,
    proposal_of,
    proposed,
    reason_of,
    riyadh,
    seen,
    taken,
)
from tests.objections.sampling import (
    DECIDED,
    DRAWN,
    REVIEWED,
    decided_one,
    drawn,
    filed_one,
    reviewed,
    years_of_decisions,
)
from tests.personas import staff
from tests.plans import plan_of

pytestmark = pytest.mark.django_db

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES


def sent(review: QualityReview, reviewer: Any, **facts: Any) -> QualityReview:
    facts = {
        "outcome": ACCEPTED,
        "reason_codes": (reason_of(ACCEPTED).code,),
        "note": "العقد ساري.",
        "now": REVIEWED,
    } | facts
    return send_review(review_id=review.pk, reviewer=reviewer, **facts)


# The draw -------------------------------------------------------------------------------


def test_each_reason_comes_before_any_comes_twice() -> None:
    usual = [decided_one() for _ in range(6)]
    rare = decided_one(decision=REJECTED)
    sample = drawn(size=2)
    assert (sample.found, sample.drawn) == (7, 2)
    chosen = set(sample.reviews.values_list("decision__objection", flat=True))
    assert rare.pk in chosen
    assert len(chosen & {case.pk for case in usual}) == 1


def test_the_rest_comes_in_proportion_and_by_lot() -> None:
    for _ in range(6):
        decided_one()
    for _ in range(3):
        decided_one(decision=REJECTED)
    sample = drawn(size=6)
    outcomes = Counter(sample.reviews.values_list("decision__outcome", flat=True))
    assert outcomes == {"accepted": 4, "rejected": 2}
    assert list(sample.reviews.order_by("place").values_list("place", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


def test_a_decision_stands_for_its_rarest_reason() -> None:
    other = DecisionReason.objects.create(
        code="TEST_RARE", outcome=ACCEPTED, label_ar="نادر", label_en="Rare"
    )
    decided_one()
    case = taken(filed_one(), clerk := staff(), now=DECIDED)
    decision = propose_decision(
        objection_id=case.pk,
        proposer=clerk,
        proposal=replace(proposal_of(), reason_codes=(reason_of(ACCEPTED).code, other.code)),
        seen=seen(case),
        now=DECIDED,
    )
    approved(decision, now=DECIDED)
    reviews = drawn().reviews.values_list("decision__objection", "drawn_for")
    assert dict(reviews)[case.pk] == "TEST_RARE"


def test_the_seed_repeats_the_draw_also_after_more_was_decided_and_replaced() -> None:
    cases = [decided_one() for _ in range(5)]
    sample = drawn(size=3, seed=20261126)
    again = [*sample.reviews.order_by("place").values_list("decision", flat=True)]
    later = DRAWN + timedelta(hours=2)
    decided_one(now=later)
    approved(
        proposed(cases[0], staff(), decision=REJECTED, supersede_reason="خطأ.", now=later),
        now=later,
    )
    assert repeat_draw(sample)
    assert len(again) == 3
    QualitySample.objects.filter(pk=sample.pk).update(seed=7)
    sample.refresh_from_db()
    assert not all(repeat_draw(replaced(sample, seed)) for seed in range(20))


def replaced(sample: QualitySample, seed: int) -> QualitySample:
    sample.seed = seed
    return sample


def test_only_what_is_in_force_and_of_these_days_is_drawn_and_once() -> None:
    replaced_one, in_force = decided_one(), decided_one()
    approved(
        proposed(replaced_one, staff(), decision=REJECTED, supersede_reason="خطأ.", now=DECIDED),
        now=DECIDED,
    )
    decided_one(now=DECIDED - timedelta(days=2))
    proposed(decided_one(), staff(), supersede_reason="خطأ.", now=DECIDED)
    sample = drawn()
    assert sample.found == 3
    states = set(sample.reviews.values_list("decision__state", flat=True))
    assert states == {"approved"}
    assert in_force.pk in sample.reviews.values_list("decision__objection", flat=True)
    with pytest.raises(SampleRefused, match="nothing"):
        drawn()
    assert QualitySample.objects.count() == 1


def test_last_day_is_a_whole_day_of_riyadh() -> None:
    decided_one(now=riyadh("2026-11-19 23:59:59"))
    decided_one(now=riyadh("2026-11-20 00:00:00"))
    sample = drawn(last_day=date(2026, 11, 19))
    assert sample.found == 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"first_day": date(2026, 11, 19), "last_day": date(2026, 11, 18)}, "order"),
        ({"last_day": date(2026, 11, 21)}, "ahead"),
        ({"first_day": date(2025, 11, 1)}, "too_long"),
        ({"size": 0}, "amount"),
        ({"size": 5001}, "amount"),
        ({"size": None}, "amount"),
        ({"size": None, "share_percent": 101}, "amount"),
        ({"size": 5, "share_percent": 5}, "amount"),
        ({}, "nothing"),
    ],
)
def test_impossible_samples_are_refused(facts: dict[str, Any], why: str) -> None:
    with pytest.raises(SampleRefused, match=why):
        drawn(**facts)
    assert not QualitySample.objects.exists()


def test_same_submission_draws_once() -> None:
    decided_one()
    submission = uuid.uuid4()
    assert drawn(submission=submission) == drawn(submission=submission)


def test_a_share_is_rounded_up() -> None:
    for _ in range(3):
        decided_one()
    assert drawn(size=None, share_percent=34).drawn == 2


def test_the_standing_share_is_drawn_once_a_day_and_missed_days_are_made_up() -> None:
    for _ in range(3):
        decided_one()
    decided_one(now=riyadh("2026-11-17 09:00:00"))
    assert draw_standing_samples(now=DRAWN) == 0
    share = replace(settings.PROGRAMME, quality_share_percent=34)
    with override_settings(PROGRAMME=share):
        assert draw_standing_samples(now=DRAWN) == 3
        assert draw_standing_samples(now=DRAWN) == 0
    assert set(QualitySample.objects.values_list("first_day", "drawn", "drawn_by")) == {
        (date(2026, 11, 15), 2, None),
        (date(2026, 11, 17), 1, None),
    }
    wrong = replace(settings.PROGRAMME, quality_share_percent=400)
    decided_one(now=riyadh("2026-11-18 09:00:00"))
    with override_settings(PROGRAMME=wrong), pytest.raises(SampleRefused, match="amount"):
        draw_standing_samples(now=DRAWN)


def test_the_draw_reads_the_decisions_of_its_days_by_an_index() -> None:
    for _ in range(3):
        decided_one()
    sample = drawn(size=1)
    years_of_decisions()
    facts = drawing._facts(sample)
    plan = plan_of(drawing._REPEAT, facts, of=[Decision, Objection, QualityReview])
    assert "decision_put_in_force" in plan
    assert "Seq Scan on objections_decision" not in plan


# Reviewing ------------------------------------------------------------------------------


def test_nobody_reviews_a_case_they_had_a_part_in() -> None:
    proposer, approver, outsider = staff(), staff(), staff()
    decided_one(proposer, approver=approver)
    drawn()
    assert not reviews_for(proposer)
    assert not reviews_for(approver)
    for user in (proposer, approver):
        with pytest.raises(NothingToReview):
            take_next_review(reviewer=user, now=REVIEWED)
    assert take_next_review(reviewer=outsider, now=REVIEWED).reviewer == outsider


def test_the_people_of_a_later_decision_are_kept_out_too() -> None:
    case = decided_one()
    drawn()
    later = DRAWN + timedelta(hours=1)
    second, approver = staff(), staff()
    approved(
        proposed(case, second, decision=REJECTED, supersede_reason="خطأ.", now=later),
        approver,
        now=later,
    )
    assert not reviews_for(second)
    assert not reviews_for(approver)


@pytest.mark.parametrize("who", ["proposed_by", "closed_by"])
def test_the_database_refuses_a_reviewer_who_decided(who: str) -> None:
    decided_one()
    review = drawn().reviews.get()
    with pytest.raises(IntegrityError, match="who had a part"), transaction.atomic():
        QualityReview.objects.filter(pk=review.pk).update(
            reviewer=getattr(review.decision, who), taken_at=REVIEWED
        )


def test_a_reviewer_has_one_case_in_hand() -> None:
    for _ in range(2):
        decided_one()
    drawn()
    reviewer, other = staff(), staff()
    first = take_next_review(reviewer=reviewer, now=REVIEWED)
    assert first.place == 1
    assert take_next_review(reviewer=reviewer, now=REVIEWED) == first
    assert take_next_review(reviewer=other, now=REVIEWED).place == 2
    assert list(hidden_cases(reviewer)) == [first.decision.objection_id]
    sent(first, reviewer)
    assert not hidden_cases(reviewer)


@pytest.mark.parametrize("outcome", DECIDED_STATUSES)
def test_whether_it_agrees_is_found_and_kept(outcome: Any) -> None:
    decided_one()
    drawn()
    review = reviewed(outcome=outcome)
    assert review.agrees is (outcome == ACCEPTED)
    for change in ({"outcome": REJECTED, "note": "بعد"}, {"agrees": None}, {"reviewer": staff()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QualityReview.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        review.delete()


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"outcome": "under_review"}, "outcome"),
        ({"note": " "}, "note"),
        ({"reason_codes": ()}, "reason_codes"),
        ({"outcome": REJECTED}, "reason_codes"),
    ],
)
def test_half_a_review_is_refused(facts: dict[str, Any], missing: str) -> None:
    decided_one()
    drawn()
    reviewer = staff()
    review = take_next_review(reviewer=reviewer, now=REVIEWED)
    with pytest.raises(IncompleteDecision) as refused:
        sent(review, reviewer, **facts)
    assert refused.value.missing == missing


def test_only_who_has_it_in_hand_sends_it_and_once() -> None:
    decided_one()
    drawn()
    reviewer = staff()
    review = take_next_review(reviewer=reviewer, now=REVIEWED)
    with pytest.raises(NotYourReview):
        sent(review, staff())
    sent(review, reviewer)
    with pytest.raises(NotYourReview):
        sent(review, reviewer)


def test_who_decides_the_case_meanwhile_no_longer_reviews_it() -> None:
    case = decided_one()
    drawn()
    reviewer = staff()
    review = take_next_review(reviewer=reviewer, now=REVIEWED)
    proposed(case, reviewer, decision=REJECTED, supersede_reason="خطأ.", now=REVIEWED)
    with pytest.raises(NotYourReview):
        sent(review, reviewer)


def test_a_case_that_is_passed_on_does_not_come_back_to_the_same() -> None:
    decided_one()
    drawn()
    reviewer = staff()
    review = take_next_review(reviewer=reviewer, now=REVIEWED)
    with pytest.raises(IncompleteDecision):
        skip_review(review_id=review.pk, reviewer=reviewer, reason="other", note=" ", now=REVIEWED)
    with pytest.raises(IncompleteDecision):
        skip_review(review_id=review.pk, reviewer=reviewer, reason="no", note="", now=REVIEWED)
    skip_review(
        review_id=review.pk, reviewer=reviewer, reason="knows_person", note="", now=REVIEWED
    )
    with pytest.raises(NothingToReview):
        take_next_review(reviewer=reviewer, now=REVIEWED)
    assert take_next_review(reviewer=staff(), now=REVIEWED) == review
    assert QualitySkip.objects.get().reviewer == reviewer


def test_a_case_that_lies_is_put_back() -> None:
    decided_one()
    drawn()
    reviewer = staff()
    review = take_next_review(reviewer=reviewer, now=REVIEWED)
    put_back_review(review_id=review.pk)
    with pytest.raises(NotYourReview):
        sent(review, reviewer)
    with pytest.raises(NotYourReview):
        put_back_review(review_id=review.pk)


def test_a_difference_is_closed_once_with_a_reason_and_changes_no_decision() -> None:
    case = decided_one()
    drawn()
    review = reviewed(outcome=REJECTED)
    supervisor = staff("supervisor")
    facts = {"review_id": review.pk, "by": supervisor, "now": REVIEWED}
    with pytest.raises(IncompleteDecision):
        close_difference(note=" ", **facts)
    with pytest.raises(NotYourReview):
        close_difference(note="لا", **(facts | {"by": review.reviewer}))
    close_difference(note="القرار في حدود التقدير.", **facts)
    with pytest.raises(ReviewClosed):
        close_difference(note="مرة أخرى", **facts)
    case.refresh_from_db()
    assert case.status == ACCEPTED


def test_nothing_is_closed_where_both_agree() -> None:
    decided_one()
    drawn()
    with pytest.raises(ReviewClosed):
        close_difference(review_id=reviewed().pk, by=staff(), note="لا", now=REVIEWED)


# Teams ----------------------------------------------------------------------------------


def test_who_moves_to_another_team_leaves_the_first() -> None:
    one = Team.objects.create(name_ar="الأول", name_en="One")
    two = Team.objects.create(name_ar="الثاني", name_en="Two")
    first, second = staff(), staff()
    set_members(team=one, members=[first, second], now=DECIDED)
    set_members(team=two, members=[second], now=DRAWN)
    set_members(team=one, members=[first], now=REVIEWED)
    history = set(TeamMembership.objects.values_list("team", "member", "joined_at", "left_at"))
    assert history == {
        (one.pk, first.pk, DECIDED, None),
        (one.pk, second.pk, DECIDED, DRAWN),
        (two.pk, second.pk, DRAWN, None),
    }
    [before] = TeamMembership.objects.at(DRAWN - timedelta(days=1)).filter(member=second)
    assert before.team == one
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMembership.objects.create(team=one, member=second, joined_at=REVIEWED)
