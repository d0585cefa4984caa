"""Who may decide a case again without knowing how it was decided, and what is kept from them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, TextField

from beneficiaries.models import User
from objections.models import (
    Decision,
    Objection,
    ObjectionEvent,
    QualityReview,
    QualitySkip,
)


def reviews_for(user: User) -> QuerySet[QualityReview]:
    """Give what waits and somebody may decide again, in the order of the draws.

    None of a case in which they had any part, and none that they passed on.
    """
    case = OuterRef("decision__objection_id")
    took_part = (
        Exists(
            Decision.objects.filter(objection_id=case).filter(
                Q(proposed_by=user) | Q(closed_by=user)
            )
        )
        | Exists(ObjectionEvent.objects.filter(objection_id=case, actor=user))
        | Exists(Objection.objects.filter(pk=case, assigned_to=user))
    )
    passed_on = QualitySkip.objects.filter(review_id=OuterRef("pk"), reviewer=user)
    return (
        QualityReview.objects.filter(reviewer=None)
        .exclude(took_part)
        .exclude(Exists(passed_on))
        .order_by("sample_id", "place")
    )


def took_part(user: User, objection_id: int) -> bool:
    """Tell whether somebody proposed or closed a decision of a case."""
    of_case = Decision.objects.filter(objection_id=objection_id)
    return of_case.filter(Q(proposed_by=user) | Q(closed_by=user)).exists()


def review_in_hand(user: User) -> QualityReview | None:
    """Give the review that somebody took and has not sent."""
    return (
        QualityReview.objects.filter(reviewer=user.pk, reviewed_at=None)
        .select_related("decision")
        .first()
    )


def hidden_cases(user: User | AnonymousUser) -> QuerySet[QualityReview, int]:
    """Give the objection whose page would tell a reviewer what they must not know yet.

    Whatever lists or finds objections for staff leaves it out, in its own statement.
    """
    in_hand = QualityReview.objects.filter(reviewer=user.pk or 0, reviewed_at=None)
    return in_hand.values_list("decision__objection", flat=True)


def names_hidden_case(user: User | AnonymousUser, column: str) -> Exists:
    """Tell of a row whether a text in it names a case that is kept from a reviewer."""
    words = ExpressionWrapper(OuterRef(column), output_field=TextField())
    hidden = Objection.objects.filter(pk__in=hidden_cases(user)).annotate(words=words)
    return Exists(hidden.filter(words__contains=F("reference")))
