"""The page of figures of decisions, and the list behind each figure (docs/adr/0028)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.cells import NOTHING
from access.staff import sent_row_number
from beneficiaries.reasons import REASONS
from objections.figures import (
    DIMENSIONS,
    ONLY,
    Behind,
    Dimension,
    Figures,
    Only,
    Period,
    decisions_behind,
    figures_of,
)
from objections.models import Decision, DecisionReason, QualityReview, Team
from objections.quality_forms import PeriodForm
from objections.statuses import DecisionState, ObjectionStatus
from saudi.gregorian import format_gregorian, riyadh_today
from saudi.languages import in_a_row, page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LIST_ROWS: Final = 25

_TITLES: Final[dict[Dimension, StrOrPromise]] = {
    "outcome": gettext_lazy("By decision"),
    "reason": gettext_lazy("By reason of the decision"),
    "contested": gettext_lazy("By reason that was objected to"),
    "team": gettext_lazy("By team"),
}
_ONLY_WORDS: Final[dict[Only, StrOrPromise]] = {
    "": gettext_lazy("All decisions"),
    "reviewed": gettext_lazy("Reviewed"),
    "agreed": gettext_lazy("Reviewed, same decision"),
    "differed": gettext_lazy("Reviewed, differs"),
    "overturned": gettext_lazy("Overturned later"),
    "late": gettext_lazy("Late"),
}

Labels = Callable[[Dimension, str], str]


@dataclass(frozen=True)
class Row:
    """A row of a table of figures: its name, its figures, and where its numbers lead."""

    name: str
    figures: Figures
    urls: dict[str, str]

    @property
    def median(self) -> str:
        """Within how many working days half of them were decided."""
        return _days_text(self.figures.median_days)

    @property
    def slow(self) -> str:
        """Within how many working days nine of ten were decided."""
        return _days_text(self.figures.slow_days)


@dataclass(frozen=True)
class Table:
    """A table of figures of one dimension."""

    key: str
    title: StrOrPromise
    rows: list[Row]


def _days_text(days: int | None) -> str:
    if days is None:
        return NOTHING
    if days == 0:
        return _("the same day")
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def figures_view(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the figures of a period; a period that cannot be is asked for again."""
    today = riyadh_today()
    asked = {name: request.GET[name] for name in ("first_day", "last_day") if name in request.GET}
    form = PeriodForm(asked or None, today=today)
    period = _period(form)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Quality of decisions"),
        "opts": model_admin.opts,
        "period_form": form,
        "period": period,
        "period_text": _period_text(period) if period else "",
        "differing": QualityReview.objects.filter(agrees=False, followed_at=None)
        .exclude(decision__state=DecisionState.SUPERSEDED)
        .count(),
    }
    if period is not None:
        context |= _figures_context(request, period)
    return TemplateResponse(request, "admin/objections/figures.html", context)


def _figures_context(request: HttpRequest, period: Period) -> dict[str, Any]:
    found = figures_of(period)
    may_see = request.user.has_perm("beneficiaries.view_sensitive_reason")
    labels = _labels()
    shown = {
        dimension: [
            row for row in rows if may_see or dimension != "contested" or not is_sensitive(row.key)
        ]
        for dimension, rows in found.items()
    }
    [whole] = shown["all"]
    return {
        "whole": Row("", whole, _urls(period, "all", "")),
        "tables": [
            Table(
                dimension,
                title,
                [
                    Row(labels(dimension, row.key), row, _urls(period, dimension, row.key))
                    for row in shown[dimension]
                ],
            )
            for dimension, title in _TITLES.items()
        ],
        "leaves_out": len(shown["contested"]) < len(found["contested"]),
    }


def behind_view(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """List the decisions of one figure, newest first, a page at a time."""
    period = _period(PeriodForm(request.GET, today=riyadh_today()))
    behind = _behind(request)
    if period is None or behind is None:
        raise BadRequest
    after = sent_row_number(request.GET.get("after", "0"))
    found = decisions_behind(period, behind, after=after, limit=LIST_ROWS + 1)
    shown, more = found[:LIST_ROWS], found[LIST_ROWS:]
    name = _labels()(behind.by, behind.key) if behind.by != "all" else ""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(_ONLY_WORDS[behind.only]),
        "name": name,
        "opts": model_admin.opts,
        "period_text": _period_text(period),
        "figures_url": f"{_address('figures')}?{urlencode(_days(period))}",
        "rows": _decisions(shown),
        "next_url": _url(period, behind, after=shown[-1][0]) if more else "",
        "first_url": _url(period, behind) if after != 0 else "",
    }
    return TemplateResponse(request, "admin/objections/behind.html", context)


def _decisions(found: Iterable[tuple[int, int | None]]) -> list[tuple[Decision, int | None, str]]:
    days = dict(found)
    decisions = Decision.objects.select_related(
        "objection", "proposed_by", "quality_review"
    ).in_bulk(list(days))
    labels = _labels()
    return [
        (
            decisions[pk],
            elapsed,
            in_a_row(labels("reason", code) for code in decisions[pk].reason_codes),
        )
        for pk, elapsed in days.items()
    ]


def _behind(request: HttpRequest) -> Behind | None:
    """Read which figure is meant; None for one that is none, or not for this reader."""
    by, key, only = (request.GET.get(name, "") for name in ("by", "key", "only"))
    if by not in DIMENSIONS or only not in ONLY:
        return None
    may_see = request.user.has_perm("beneficiaries.view_sensitive_reason")
    if by == "contested" and is_sensitive(key) and not may_see:
        return None
    return Behind(by, key, only)


def is_sensitive(code: str) -> bool:
    """Tell a reason that is shown to its owner only (DOMAIN 16); an unknown one is taken for it."""
    return code not in REASONS or REASONS[code].is_sensitive


def _period(form: PeriodForm) -> Period | None:
    if not form.is_bound:
        form = PeriodForm(form.initial, today=form.today)
    if not form.is_valid():
        return None
    return Period(form.cleaned_data["first_day"], form.cleaned_data["last_day"])


def _period_text(period: Period) -> str:
    language = page_language()
    return _("%(first)s to %(last)s") % {
        "first": format_gregorian(period.first_day, language),
        "last": format_gregorian(period.last_day, language),
    }


def _labels() -> Labels:
    """Give the words for the key of a row, with two statements for all of them."""
    language = page_language()
    reasons = {each.code: each.label(language) for each in DecisionReason.objects.all()}
    teams = {str(team.pk): team.name(language) for team in Team.objects.all()}

    def label(dimension: Dimension, key: str) -> str:
        if dimension == "outcome":
            return str(ObjectionStatus(key).label) if key in ObjectionStatus.values else key
        if dimension == "reason":
            return reasons.get(key, key)
        if dimension == "team":
            return teams.get(key, key) if key else _("Without a team")
        return capfirst(REASONS[key].text(language).label) if key in REASONS else key

    return label


def _address(page: str) -> str:
    return reverse(f"admin:objections_qualitysample_{page}")


def _days(period: Period) -> dict[str, str]:
    return {"first_day": period.first_day.isoformat(), "last_day": period.last_day.isoformat()}


def _url(period: Period, behind: Behind, *, after: int = 0) -> str:
    query = _days(period) | {"by": behind.by, "key": behind.key, "only": behind.only}
    if after:
        query["after"] = str(after)
    return f"{_address('behind')}?{urlencode(query)}"


def _urls(period: Period, by: Dimension, key: str) -> dict[str, str]:
    return {only or "decided": _url(period, Behind(by, key, only)) for only in ONLY}
