"""What the list of objections is narrowed by, each held by an index (docs/adr/0011)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, DateTimeField, Exists, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.columns import values_in
from access.filters import ColumnFilter, DaysFilter
from access.lists import ChoiceFilter, MineFilter, WaitingFilter
from beneficiaries.reasons import REASONS
from objections.clock import began_before
from objections.models import Objection
from objections.second_looks import looks_barred_to
from objections.statuses import OPEN_STATUSES, ObjectionStatus
from saudi.gregorian import riyadh_today, start_of_day
from saudi.languages import page_language

_LONGEST_WAIT: Final = 66
"""Working days of waiting that are told apart, three times the longest that can be given; a case
that was waited for longer counts as this."""

_SOON_DAYS: Final = 3
"""Working days left in which a case has to be looked at."""

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
            return with_clock(queryset).filter(is_late(), status__in=OPEN_STATUSES)
        return super().queryset(request, queryset)


def is_late() -> Q:
    """Give the condition of open cases whose usual time is over today."""
    return has_used(settings.PROGRAMME.decision_working_days + 1)


def has_used(days: int) -> Q:
    """Give the condition of cases that have used so many working days, 1 at least, as their clock
    counts them: since it began, without those of waiting, and of none whose clock stands today.

    The first comparison is what an index of the receipt answers; the bound of each case depends on
    what it waited for and is counted here, so that the database only compares.
    """
    today = riyadh_today()
    bounds = _bounds(today, days)
    bound = Case(
        *(When(waited=waited, then=Value(moment)) for waited, moment in enumerate(bounds)),
        default=Value(bounds[-1]),
        output_field=DateTimeField(),
    )
    return Q(submitted_at__lt=bounds[0]) & Q(began__lt=bound) & ~waits_today(today)


def has_used_between(first: int, last: int) -> Q:
    """Give the condition of cases that have used from `first` to `last` working days today.

    A range for each number of days waited, so that the index of the clocks answers it whatever
    else is open; `has_used` would look at all that is late.
    """
    today = riyadh_today()
    begun = Q()
    ends, starts = _bounds(today, first), _bounds(today, last + 1)
    for waited, (start, end) in enumerate(zip(starts, ends, strict=True)):
        longest = waited == _LONGEST_WAIT
        of_wait = Q(waited__gte=waited) if longest else Q(waited=waited)
        begun |= of_wait & Q(began__gte=start, began__lt=end)
    return begun & ~waits_today(today)


def _bounds(today: date, days: int) -> list[datetime]:
    """Give before which moment a case began that has used so many days, by the days it waited."""
    return [
        start_of_day(began_before(today, used_days=days + waited))
        for waited in range(_LONGEST_WAIT + 1)
    ]


def waits_today(today: date) -> Q:
    """Give the condition of cases whose clock stands: the citizen still has time to send."""
    has_time = Q(documents_due_on__gte=today)
    is_wanted = Q(status=ObjectionStatus.DOCUMENTS_WANTED)
    return (Q(wanted_on__isnull=False) | is_wanted) & has_time | is_wanted & Q(
        documents_due_on=None
    )


def with_clock(cases: QuerySet[Any]) -> QuerySet[Any]:
    """Name what `has_used` asks for: when the clock of each case began, and the days that it
    waited for its citizen."""
    named: QuerySet[Any] = cases.alias(
        began=Coalesce("second_asked_at", "submitted_at"),
        waited=F("awaited_days") + F("wait_days"),
    )
    return named


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


class ObjectionCityFilter(ColumnFilter):
    """By the city of the person as they filed."""

    title = gettext_lazy("city")
    parameter_name = column = "city"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        filed = "reference IS NOT NULL"
        cities = values_in(Objection, "city", most=_CITIES, condition=filed)
        return [(city, city) for city in cities]


class ObjectionDaysFilter(DaysFilter):
    """By the days on which it was received."""

    column = "submitted_at"


class ObjectionAgeFilter(ChoiceFilter):
    """By the time that is left for the answer, in working days, as the clock of a case says it."""

    title = gettext_lazy("time for the answer")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        soon, usual = _SOON_DAYS, settings.PROGRAMME.decision_working_days
        in_time = ngettext(
            "%(number)s working day left or less", "%(number)s working days left or less", soon
        )
        twice = ngettext(
            "Longer than %(number)s working day",
            "Longer than %(number)s working days",
            2 * usual,
        )
        return [
            ("today", _("Due today")),
            ("soon", in_time % {"number": soon}),
            ("late", _("Overdue")),
            ("twice", twice % {"number": 2 * usual}),
            ("paused", _("Paused: waiting for documents")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        usual = settings.PROGRAMME.decision_working_days
        is_open = with_clock(queryset).filter(status__in=OPEN_STATUSES)
        if chosen == "paused":
            wanted = is_open.filter(status=ObjectionStatus.DOCUMENTS_WANTED)
            return wanted.filter(waits_today(riyadh_today()))
        if chosen == "late":
            return is_open.filter(is_late())
        if chosen == "twice":
            return is_open.filter(has_used(2 * usual + 1))
        at_least = usual if chosen == "today" else usual - _SOON_DAYS
        return is_open.filter(has_used_between(at_least, usual))
