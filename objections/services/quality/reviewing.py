"""Deciding a drawn case again: taking the next one, sending, passing on; closing a difference."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from beneficiaries.models import User
from objections.blind import review_in_hand, reviews_for, took_part
from objections.errors import IncompleteDecision, NothingToReview, NotYourReview, ReviewClosed
from objections.models import DecisionReason, QualityReview, QualitySkip, SkipReason
from objections.statuses import DECIDED_STATUSES
from saudi.digits import is_blank


def take_next_review(*, reviewer: User, now: datetime) -> QualityReview:
    """Take the next drawn case that somebody may decide again; the one in their hands first.

    Two who ask at once get two: what the other holds locked is passed over. Nobody has two at once.

    Raises:
        NothingToReview: nothing waits for them.
    """
    try:
        with transaction.atomic():
            return review_in_hand(reviewer) or _take(reviewer, now=now)
    except IntegrityError as error:  # the same reviewer asked twice at once
        in_hand = review_in_hand(reviewer)
        if "one_review_in_hand" not in str(error) or in_hand is None:
            raise
        return in_hand


def _take(reviewer: User, *, now: datetime) -> QualityReview:
    review = reviews_for(reviewer).select_for_update(of=("self",), skip_locked=True).first()
    if review is None:
        raise NothingToReview
    review.reviewer = reviewer
    review.taken_at = now
    review.save(update_fields=["reviewer", "taken_at"])
    return review


def send_review(
    *,
    review_id: int,
    reviewer: User,
    outcome: str,
    reason_codes: tuple[str, ...],
    note: str,
    now: datetime,
) -> QualityReview:
    """Send what somebody decided, once. From then on they see how the case was decided.

    Raises:
        NotYourReview: they do not have it in hand, or had a part in the case meanwhile.
        IncompleteDecision: without an outcome, a note, or with reasons that are not the outcome's.
    """
    _ensure_whole(outcome, reason_codes, note)
    with transaction.atomic():
        review = _in_hand_of(reviewer, review_id)
        if took_part(reviewer, review.decision.objection_id):
            raise NotYourReview
        review.outcome = outcome
        review.reason_codes = list(reason_codes)
        review.note = note
        review.reviewed_at = now
        review.save(update_fields=["outcome", "reason_codes", "note", "reviewed_at"])
        review.refresh_from_db(fields=["agrees"])
    return review


def skip_review(
    *, review_id: int, reviewer: User, reason: str, note: str, now: datetime
) -> QualitySkip:
    """Pass a case on to somebody else, with the reason; it does not come back to this reviewer.

    Raises:
        NotYourReview: they do not have it in hand.
        IncompleteDecision: without a reason, or for another conflict without saying which.
    """
    if reason not in SkipReason.values:
        raise IncompleteDecision(missing="reason")
    if reason == SkipReason.OTHER and is_blank(note):
        raise IncompleteDecision(missing="note")
    with transaction.atomic():
        review = _in_hand_of(reviewer, review_id)
        _put_back(review)
        return QualitySkip.objects.create(
            review=review, reviewer=reviewer, reason=reason, note=note.strip(), skipped_at=now
        )


def put_back_review(*, review_id: int) -> QualityReview:
    """Let somebody else take a case that lies with a reviewer who is away.

    Raises:
        NotYourReview: nobody has it in hand any more.
    """
    with transaction.atomic():
        review = _locked(review_id)
        if review.reviewer_id is None or review.is_sent:
            raise NotYourReview
        _put_back(review)
    return review


def close_difference(*, review_id: int, by: User, note: str, now: datetime) -> QualityReview:
    """Say that nothing follows from a review that decided otherwise, and why.

    What does follow is a decision that replaces the first, by the two people it always needs.

    Raises:
        IncompleteDecision: without a reason.
        ReviewClosed: it agrees, was not sent, or was closed before.
        NotYourReview: nobody closes what they reviewed themselves.
    """
    if is_blank(note):
        raise IncompleteDecision(missing="note")
    with transaction.atomic():
        review = _locked(review_id)
        if review.agrees is not False or review.followed_at is not None:
            raise ReviewClosed
        if review.reviewer_id == by.pk:
            raise NotYourReview
        review.followed_by = by
        review.followed_at = now
        review.follow_note = note
        review.save(update_fields=["followed_by", "followed_at", "follow_note"])
    return review


def _ensure_whole(outcome: str, reason_codes: tuple[str, ...], note: str) -> None:
    if outcome not in DECIDED_STATUSES:
        raise IncompleteDecision(missing="outcome")
    if is_blank(note):
        raise IncompleteDecision(missing="note")
    known = DecisionReason.objects.filter(outcome=outcome, is_active=True, code__in=reason_codes)
    if not reason_codes or known.count() != len(reason_codes):
        raise IncompleteDecision(missing="reason_codes")


def _locked(review_id: int) -> QualityReview:
    return (
        QualityReview.objects.select_for_update(of=("self",))
        .select_related("decision")
        .get(pk=review_id)
    )


def _in_hand_of(reviewer: User, review_id: int) -> QualityReview:
    review = _locked(review_id)
    if review.reviewer_id != reviewer.pk or review.is_sent:
        raise NotYourReview
    return review


def _put_back(review: QualityReview) -> None:
    review.reviewer = None
    review.taken_at = None
    review.save(update_fields=["reviewer", "taken_at"])
