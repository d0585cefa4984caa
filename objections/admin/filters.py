"""What the list of objections is narrowed by, each held by an index (docs/adr/0011)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.lists import ChoiceFilter, MineFilter, WaitingFilter
from beneficiaries.reasons import REASONS
from objections.clock import late_before
from objections.models import Objection
from objections.second_looks import looks_barred_to
from objections.statuses import OPEN_STATUSES, ObjectionStatus
from saudi.gregorian import riyadh_today, start_of_day
from saudi.languages import page_language

_LONGEST_WAIT: Final = 20
"""Working days of waiting that are told apart; a case that was waited for longer counts as this."""

_CITIES: Final = 30


class ObjectionStatusFilter(WaitingFilter):
    """By status; a draft is nobody's business but its writer's."""

    statuses = [
        (status.value, status.label)
        for status in ObjectionStatus
        if status not in {ObjectionStatus.DRAFT, ObjectionStatus.STOPPED}
    ]
    waiting = OPEN_STATUSES


class ObjectionMineFilter(MineFilter):
    """By whose turn it is: mine, nobody's, or mine to approve."""

    waiting = OPEN_STATUSES

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        views = [*super().lookups(request, model_admin), ("late", _("Overdue"))]
        if request.user.has_perm("objections.approve_decision"):
            views.append(("approval", _("Waiting for my approval")))
        return views

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "approval":
            waiting = queryset.filter(proposed_by__isnull=False).exclude(
                proposed_by=request.user.pk
            )
            return waiting.exclude(Exists(looks_barred_to(request.user.pk or 0)))
        if self.value() == "late":
            return queryset.filter(is_late(), status__in=OPEN_STATUSES)
        return super().queryset(request, queryset)


def is_late() -> Q:
    """Give the condition of cases whose usual time is over today, but for what was waited for."""
    today = riyadh_today()
    waits = {
        days: start_of_day(late_before(today, awaited_days=days))
        for days in range(_LONGEST_WAIT + 1)
    }
    longest = Q(awaited_days__gt=_LONGEST_WAIT) & _began_before(waits[_LONGEST_WAIT])
    each = [Q(awaited_days=days) & _began_before(before) for days, before in waits.items()]
    is_waited_for = Q(status=ObjectionStatus.DOCUMENTS_WANTED) & (
        Q(documents_due_on=None) | Q(documents_due_on__gte=today)
    )
    return Q(submitted_at__lt=waits[0]) & reduce(or_, each, longest) & ~is_waited_for


def _began_before(moment: datetime) -> Q:
    """Give the condition that the clock began before: of a second look with the wish for it."""
    asked = Q(second_asked_at=None) | Q(second_asked_at__lt=moment)
    return Q(submitted_at__lt=moment) & asked


class SecondLookFilter(ChoiceFilter):
    """Those whose decision is looked at again."""

    title = gettext_lazy("second look")
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Second look"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(second_asked_at__isnull=False, status__in=OPEN_STATUSES)


class ObjectionTrackFilter(ChoiceFilter):
    """By what is objected to."""

    title = gettext_lazy("track")
    parameter_name = "track"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("result", _("Results")), ("payment", _("Payments"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(payment__isnull=self.value() == "result")


class ObjectionReasonFilter(ChoiceFilter):
    """By a reason of what is objected to; a sensitive one is no filter (DOMAIN 16)."""

    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        language = page_language()
        return [
            (code, reason.text(language).label)
            for code, reason in REASONS.items()
            if not reason.is_sensitive
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(reason_codes__contains=[self.value()])


class ObjectionCityFilter(ChoiceFilter):
    """By the city of the person as they filed: the cities of what waits."""

    title = gettext_lazy("city")
    parameter_name = "city"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        waiting = Objection.objects.open().exclude(city="").order_by("city")
        cities = waiting.values_list("city", flat=True).distinct()[:_CITIES]
        return [(city, city) for city in cities]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(city=self.value()) if self.value() else queryset


class ObjectionAgeFilter(ChoiceFilter):
    """By how long ago it was received."""

    title = gettext_lazy("received")
    parameter_name = "age"
    days: Final = {"week": (0, 7), "month": (7, 30), "older": (30, None)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("week", _("In the last 7 days")),
            ("month", _("7 to 30 days ago")),
            ("older", _("More than 30 days ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        newest, oldest = self.days[chosen]
        today = riyadh_today()
        if newest:
            before = start_of_day(today - timedelta(days=newest - 1))
            queryset = queryset.filter(submitted_at__lt=before)
        if oldest is not None:
            since = start_of_day(today - timedelta(days=oldest - 1))
            queryset = queryset.filter(submitted_at__gte=since)
        return queryset
