"""How a review stands, in words, and the filters of the list of reviews."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.lists import ChoiceFilter
from access.staff import read_row_number
from objections.models import QualityReview, QualitySample
from objections.statuses import DecisionState
from saudi.gregorian import format_gregorian, riyadh_date
from saudi.languages import page_language

_SHOWN_SAMPLES: Final = 10


class ReviewStateFilter(ChoiceFilter):
    """By how far a review is, and what it found."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("Waits for a reviewer")),
            ("taken", _("In hand")),
            ("same", _("Same decision")),
            ("differs", _("Differs, open")),
            ("closed", _("Differs, closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_replaced = {"decision__state": DecisionState.SUPERSEDED}
        chosen = self.value()
        if chosen == "waiting":
            return queryset.filter(reviewer=None)
        if chosen == "taken":
            return queryset.filter(reviewer__isnull=False, reviewed_at=None)
        if chosen == "same":
            return queryset.filter(agrees=True)
        if chosen == "differs":
            return queryset.filter(agrees=False, followed_at=None).exclude(**is_replaced)
        if chosen == "closed":
            differs = queryset.filter(agrees=False)
            return differs.filter(followed_at__isnull=False) | differs.filter(**is_replaced)
        return queryset


class SampleFilter(ChoiceFilter):
    """By sample: the last ones, and the one that is asked for."""

    title = gettext_lazy("sample")
    parameter_name = "sample"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        last = list(QualitySample.objects.order_by("-id")[:_SHOWN_SAMPLES])
        asked = read_row_number(request.GET.get(self.parameter_name, ""))
        if asked is not None:
            last += QualitySample.objects.filter(pk=asked).exclude(
                pk__in=[sample.pk for sample in last]
            )
        return [(str(sample.pk), sample_name(sample)) for sample in last]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(sample=self.value()) if self.value() else queryset


def sample_name(sample: QualitySample) -> str:
    """Name a sample by its number and the day on which it was drawn."""
    day = format_gregorian(riyadh_date(sample.drawn_at), page_language())
    return _("Sample %(number)s, %(day)s") % {"number": sample.pk, "day": day}


def review_state(review: QualityReview) -> tuple[str, str, str]:
    """Give the words, the kind of colour and the icon of how a review stands."""
    if review.reviewer_id is None:
        return _("Waits for a reviewer"), "plain", "clock"
    if not review.is_sent:
        return _("In hand"), "info", "eye"
    if review.agrees:
        return _("Same decision"), "ok", "ok"
    if review.decision.state == DecisionState.SUPERSEDED:
        return _("Differs, decision replaced"), "plain", "undo"
    if review.followed_at is not None:
        return _("Differs, nothing follows"), "plain", "check"
    return _("Differs"), "wait", "alert"
