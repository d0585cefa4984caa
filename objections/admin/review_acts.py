"""What staff do on the page of a review: each act calls one service (docs/adr/0028)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.staff import CaseAction
from beneficiaries.models import User
from objections.models import QualityReview
from objections.quality_forms import CloseForm, ReviewForm, SkipForm
from objections.services import quality

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REVIEW: Final = "objections.review_quality"
DRAW: Final = "objections.draw_quality_sample"
READ: Final = "objections.view_qualitysample"


def review_acts() -> dict[str, CaseAction]:
    """Give the acts by the name that a form sends."""
    return {
        "send": CaseAction(REVIEW, _send, ReviewForm),
        "skip": CaseAction(REVIEW, _skip, SkipForm),
        "put_back": CaseAction(DRAW, _put_back),
        "close": CaseAction(DRAW, _close, CloseForm),
    }


def _send(
    request: HttpRequest, review: QualityReview, form: ReviewForm, now: datetime
) -> StrOrPromise:
    sent = quality.send_review(
        review_id=review.pk,
        reviewer=cast(User, request.user),
        outcome=form.cleaned_data["outcome"],
        reason_codes=tuple(form.cleaned_data["reasons"]),
        note=form.cleaned_data["note"],
        now=now,
    )
    if sent.agrees:
        return _("Sent. You decided as the first two did.")
    return _("Sent. You decided otherwise than the first two. The supervisor sees it.")


def _skip(
    request: HttpRequest, review: QualityReview, form: SkipForm, now: datetime
) -> StrOrPromise:
    quality.skip_review(
        review_id=review.pk,
        reviewer=cast(User, request.user),
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["skip_note"],
        now=now,
    )
    review.reviewer_id = None
    return _("Passed on. Somebody else takes this case.")


def _put_back(
    request: HttpRequest, review: QualityReview, _form: None, _now: datetime
) -> StrOrPromise:
    quality.put_back_review(review_id=review.pk)
    review.reviewer_id = None
    return _("The case waits again, for another reviewer.")


def _close(
    request: HttpRequest, review: QualityReview, form: CloseForm, now: datetime
) -> StrOrPromise:
    quality.close_difference(
        review_id=review.pk,
        by=cast(User, request.user),
        note=form.cleaned_data["close_note"],
        now=now,
    )
    return _("Closed. The decision stays as it is, with your reason.")
