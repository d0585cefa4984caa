"""Decided cases, and samples of them, for the tests of quality."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from beneficiaries.models import User
from objections.models import Decision, Objection, QualityReview, QualitySample
from objections.services.quality import draw_sample, send_review, take_next_review
from objections.statuses import ObjectionStatus
from tests.objections.cases import decided, reason_of, result_of, riyadh, submitted
from tests.personas import head, staff
from tests.plans import copy_rows

DECIDED = riyadh("2026-11-15 10:00:00")
"""A Sunday; what is filed by default came on the Thursday before."""

DRAWN = riyadh("2026-11-20 09:00:00")
REVIEWED = riyadh("2026-11-22 11:00:00")


def filed_one(**result: Any) -> Objection:
    """Give a case that was submitted; `result` are fields of what it is against."""
    person = head()
    return submitted(result_of(person, **result), person)


def decided_one(
    proposer: User | None = None,
    *,
    decision: ObjectionStatus = ObjectionStatus.ACCEPTED,
    now: datetime = DECIDED,
    result: dict[str, Any] | None = None,
    **fields: Any,
) -> Objection:
    """Give a case that two people decided."""
    case = filed_one(**(result or {}))
    return decided(case, proposer or staff(), decision=decision, now=now, **fields)


def drawn(
    *,
    size: int | None = 100,
    share_percent: int | None = None,
    now: datetime = DRAWN,
    **fields: Any,
) -> QualitySample:
    """Draw a sample of the days up to the draw, by a supervisor."""
    facts = {
        "first_day": DECIDED.date(),
        "last_day": now.date(),
        "drawn_by": staff("supervisor"),
        "submission": uuid.uuid4(),
    } | fields
    return draw_sample(size=size, share_percent=share_percent, now=now, **facts)


def reviewed(
    reviewer: User | None = None,
    *,
    outcome: ObjectionStatus = ObjectionStatus.ACCEPTED,
    now: datetime = REVIEWED,
) -> QualityReview:
    """Take the next case and send a review of it."""
    reviewer = reviewer or staff("caseworker")
    review = take_next_review(reviewer=reviewer, now=now)
    return send_review(
        review_id=review.pk,
        reviewer=reviewer,
        outcome=outcome,
        reason_codes=(reason_of(outcome).code,),
        note="العقد ساري.",
        now=now,
    )


def years_of_decisions() -> None:
    """Replace the first decision once a day in the years before it, as plans are made for."""
    copy_rows(
        Decision,
        1000,
        state="'superseded'",
        proposed_at="one.proposed_at - n * interval '1 day'",
        closed_at="one.closed_at - n * interval '1 day'",
    )
