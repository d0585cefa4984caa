"""The page of the figures of the service, and the list behind each of them (docs/adr/0030)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.reasons import REASONS
from notifications.models import DayFigure
from notifications.statuses import MessageStatus
from objections.models import Team
from objections.statuses import DECIDED_STATUSES, ObjectionStatus
from portal.admin.figures_behind import address_of, is_sensitive, span_text
from portal.figures.measures import OF_NOW, Measure, mean_stars
from portal.figures.models import CountedDay
from portal.figures.reading import Behind, Span, Sums, by_day, by_reason, figures_of
from portal.work.kinds import WorkKind
from portal.work.queue import NO_TEAM
from saudi.gregorian import riyadh_today
from saudi.languages import page_language
from sawtak.ticket_types.selectors import type_name

RIGHT: Final = "portal.view_figures"
SPANS: Final = (
    (1, gettext_lazy("Today")),
    (7, gettext_lazy("Last 7 days")),
    (30, gettext_lazy("Last 30 days")),
)
COLUMNS: Final = (
    Measure.RECEIVED,
    Measure.ANSWERED,
    Measure.LATE,
    Measure.REOPENED,
    Measure.WAITING,
    Measure.OVERDUE,
)
_BAR_HEIGHT: Final = 100
_TRACKS: Final = {
    "result": gettext_lazy("Objections to results"),
    "payment": gettext_lazy("Objections to payments"),
}


@dataclass(frozen=True)
class Cell:
    """A number and where it leads; '' leads nowhere."""

    label: str
    number: int
    url: str


@dataclass(frozen=True)
class Times:
    """Working hours within which half and nine of ten lie, as text; '' of no case."""

    label: str
    half: str
    most: str


@dataclass(frozen=True)
class Rating:
    """The mean of ratings as text, '' of none; how many there are, and where they lead."""

    mean: str
    number: int
    url: str


@dataclass(frozen=True)
class Row:
    """A row of a table, or the whole."""

    name: str
    cells: Sequence[Cell]
    times: Sequence[Times]
    rating: Rating


@dataclass(frozen=True)
class Bar:
    """A day of the chart: two numbers and how high they stand of a hundred, in reading order."""

    day: date
    received: int
    answered: int
    highest: int
    url: str
    is_rtl: bool

    @property
    def received_height(self) -> int:
        return -(-self.received * _BAR_HEIGHT // self.highest)

    @property
    def answered_height(self) -> int:
        return -(-self.answered * _BAR_HEIGHT // self.highest)

    @property
    def received_top(self) -> int:
        return _BAR_HEIGHT - self.received_height

    @property
    def answered_top(self) -> int:
        return _BAR_HEIGHT - self.answered_height

    @property
    def received_x(self) -> int:
        return 4 if self.is_rtl else 0

    @property
    def answered_x(self) -> int:
        return 0 if self.is_rtl else 4


def figures_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Show the figures of today, of seven or of thirty days."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    today = riyadh_today()
    days = _days(request)
    span = Span(today - timedelta(days=days - 1), today)
    found = figures_of(span, today=today)
    language = page_language()
    teams = {team.pk: team.name(language) for team in Team.objects.all()}
    counted = CountedDay.objects.filter(day=today).first()
    context = {
        **site.each_context(request),
        "title": _("Figures of the service"),
        "spans": [(number, label, number == days) for number, label in SPANS],
        "span_text": span_text(span),
        "first_day": span.first_day,
        "last_day": span.last_day,
        "counted_at": counted.counted_at if counted else None,
        "whole": _row("", found.whole, span, {}),
        "bars": _bars(span) if days > 1 else [],
        "tables": [
            (
                _("By type"),
                _("Type"),
                [
                    _row(_matter(kind, matter), sums, span, {"kind": kind, "matter": matter})
                    for (kind, matter), sums in sorted(found.by_matter.items())
                ],
            ),
            (
                _("By team"),
                _("Team"),
                [
                    _row(teams.get(team or 0, _("Without a team")), sums, span, {"team": team or 0})
                    for team, sums in sorted(
                        found.by_team.items(), key=lambda each: (each[0] is None, each[0])
                    )
                ],
            ),
        ],
        **_reasons(request, span),
        "messages_sent": _messages(span),
        "may_see_messages": request.user.has_perm("notifications.view_message"),
    }
    return TemplateResponse(request, "admin/portal/figures.html", context)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "1")
    for number, _label in SPANS:
        if asked == str(number):
            return number
    raise BadRequest


def _matter(kind: str, matter: str) -> str:
    if kind == WorkKind.OBJECTION:
        return str(_TRACKS.get(matter, matter))
    return type_name(matter)


def _row(name: str, sums: Sums, span: Span, narrow: Mapping[str, Any]) -> Row:
    cells = [
        Cell(
            str(measure.label),
            sums.cases[measure],
            _queue_url(measure, narrow)
            if measure in OF_NOW
            else address_of(span, Behind(measure, **narrow)),
        )
        for measure in COLUMNS
    ]
    times = [
        Times(str(label), _hours(sums.half_within(measure)), _hours(sums.most_within(measure)))
        for measure, label in (
            (Measure.FIRST_ANSWER, _("To the first answer")),
            (Measure.ANSWERED, _("To the answer")),
        )
    ]
    stars = sums.steps[Measure.RATED]
    rating = Rating(
        f"{mean_stars(stars):.1f}" if stars else "",
        stars.total(),
        address_of(span, Behind(Measure.RATED, **narrow)),
    )
    return Row(name, cells, times, rating)


def _hours(hours: float | None) -> str:
    return "" if hours is None else f"{hours:g}"


def _queue_url(measure: Measure, narrow: Mapping[str, Any]) -> str:
    """Give the address of the queue's list."""
    query = {"view": "late" if measure == Measure.OVERDUE else "all"}
    if narrow.get("team") == 0:
        query["team"] = NO_TEAM
    query |= {key: str(narrow[key]) for key in ("matter", "team") if narrow.get(key)}
    return f"{reverse('admin:portal_workitem_changelist')}?{urlencode(query)}"


def _bars(span: Span) -> list[Bar]:
    numbers = by_day(span)
    highest = max((max(of_day.values()) for of_day in numbers.values()), default=0) or 1
    is_rtl = page_language() == "ar"
    bars = []
    for ahead in range((span.last_day - span.first_day).days + 1):
        day = span.first_day + timedelta(days=ahead)
        of_day = numbers.get(day, Counter())
        bars.append(
            Bar(
                day,
                of_day[Measure.RECEIVED],
                of_day[Measure.ANSWERED],
                highest,
                address_of(Span(day, day), Behind(Measure.RECEIVED)),
                is_rtl,
            )
        )
    return bars


def _reasons(request: HttpRequest, span: Span) -> dict[str, Any]:
    """Give the objections by reason and outcome; sensitive reasons to those who may see them."""
    found = by_reason(span)
    may_see = request.user.has_perm("beneficiaries.view_sensitive_reason")
    shown = {code: of for code, of in found.items() if may_see or not is_sensitive(code)}
    language = page_language()
    rows = [
        (
            capfirst(REASONS[code].text(language).label) if code in REASONS else code,
            [
                Cell(
                    str(ObjectionStatus(outcome).label),
                    outcomes[outcome],
                    address_of(
                        span,
                        Behind(Measure.ANSWERED, kind="objection", reason=code, outcome=outcome),
                    ),
                )
                for outcome in DECIDED_STATUSES
            ],
        )
        for code, outcomes in sorted(shown.items(), key=lambda each: -each[1].total())
    ]
    return {
        "reasons": rows,
        "outcomes": [str(outcome.label) for outcome in DECIDED_STATUSES],
        "leaves_out": len(shown) < len(found),
    }


def _messages(span: Span) -> list[tuple[str, int]]:
    """Give the SMS of a span: all, delivered, failed."""
    summed: Counter[str] = Counter()
    rows = DayFigure.objects.filter(day__range=(span.first_day, span.last_day)).order_by()
    for status, total in rows.values_list("status").annotate(total=Sum("messages")):
        summed[status] = total
    return [
        (_("All messages"), summed.total()),
        (str(MessageStatus.DELIVERED.label), summed[MessageStatus.DELIVERED]),
        (str(MessageStatus.FAILED.label), summed[MessageStatus.FAILED]),
    ]
