"""What became of a sample of decisions: some reviewed, one with another decision, some waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from beneficiaries.models import User
from objections.blind import reviews_for
from objections.models import Decision, DecisionReason, Team
from objections.services.quality import (
    draw_sample,
    send_review,
    set_members,
    skip_review,
    take_next_review,
)
from objections.statuses import ObjectionStatus
from portal.demo.days import DemoDays
from portal.demo.stories import Story

_TEAMS: Final = (
    ("فريق النتائج", "Results team", ("caseworker", "supervisor")),
    ("فريق الدفعات", "Payments team", ("caseworker2",)),
)
_PERIOD_DAYS: Final = 120
_DRAWN_DAYS: Final = 2
_SIZE: Final = 10
_REVIEWED: Final = 4
_SEED: Final = 20261126
_SUBMISSION: Final = UUID("00000000-0000-4000-8000-000000000028")


def teams(days: DemoDays, staff: dict[str, User]) -> Story:
    """Put the staff into teams, before anything was decided."""
    began = days.at(365)
    yield began
    for name_ar, name_en, members in _TEAMS:
        team = Team.objects.create(name_ar=name_ar, name_en=name_en)
        set_members(team=team, members=[staff[name] for name in members], now=began)


def quality(days: DemoDays, staff: dict[str, User]) -> Story:
    """Draw a sample and review a part of it: the last review decides otherwise."""
    drawn_at = days.at(_DRAWN_DAYS, 9)
    yield drawn_at
    if not Decision.objects.exists():  # a small demonstration
        return
    draw_sample(
        first_day=days.today - timedelta(days=_PERIOD_DAYS),
        last_day=days.today - timedelta(days=_DRAWN_DAYS),
        size=_SIZE,
        share_percent=None,
        drawn_by=staff["supervisor"],
        submission=_SUBMISSION,
        now=drawn_at,
        seed=_SEED,
    )
    reviewer = staff["caseworker2"]
    passed_on_at = days.at(_DRAWN_DAYS, 10)
    yield passed_on_at
    if not reviews_for(reviewer).exists():
        return
    review = take_next_review(reviewer=reviewer, now=passed_on_at)
    skip_review(
        review_id=review.pk, reviewer=reviewer, reason="knows_person", note="", now=passed_on_at
    )
    for number in range(1, _REVIEWED + 1):
        if not reviews_for(reviewer).exists():
            return
        reviewed_at = days.at(_DRAWN_DAYS, 10 + number)
        yield reviewed_at
        review = take_next_review(reviewer=reviewer, now=reviewed_at)
        is_last = number == _REVIEWED
        outcome = _other(review.decision.outcome) if is_last else review.decision.outcome
        send_review(
            review_id=review.pk,
            reviewer=reviewer,
            outcome=outcome,
            reason_codes=_usual_reason(outcome),
            note=_NOTES[outcome],
            now=reviewed_at,
        )


_NOTES: Final[dict[str, str]] = {
    ObjectionStatus.ACCEPTED: "المستند موثّق وباسم صاحب الاعتراض.",
    ObjectionStatus.PARTLY_ACCEPTED: "ثبتت بعض الأشهر، لا كلها.",
    ObjectionStatus.REJECTED: "لا يذكر المستند المدة التي كُتبت في الشرح.",
}


def _other(outcome: str) -> str:
    if outcome == ObjectionStatus.REJECTED:
        return ObjectionStatus.ACCEPTED
    return ObjectionStatus.REJECTED


def _usual_reason(outcome: str) -> tuple[str]:
    reasons = DecisionReason.objects.filter(outcome=outcome, is_active=True).order_by("place", "id")
    return (reasons.values_list("code", flat=True)[0],)
