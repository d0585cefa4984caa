"""What the pages read of the figures: sums over days, from the tables alone (docs/adr/0030)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from portal.figures.measures import HALF, NINE_OF_TEN, OF_EVENTS, OF_NOW, Measure, within
from portal.figures.models import CaseFigure, OutcomeFigure
from portal.figures.statement import CASES, facts_of

Group = tuple[str, str, int | None]
"""Kind, matter, team."""


@dataclass(frozen=True)
class Span:
    """Civil days in Riyadh, both counted."""

    first_day: date
    last_day: date


@dataclass
class Sums:
    """The cases of each measure, and of those that have a time the cases by step."""

    cases: Counter[str] = field(default_factory=Counter)
    steps: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, measure: str, step: int, cases: int) -> None:
        """Count some cases more."""
        self.cases[measure] += cases
        self.steps[measure][step] += cases

    def half_within(self, measure: str) -> float | None:
        """Give the working hours within which half of the cases lie; None of no cases."""
        return self._within(measure, HALF)

    def most_within(self, measure: str) -> float | None:
        """Give the working hours within which nine of ten lie; None of no cases."""
        return self._within(measure, NINE_OF_TEN)

    def _within(self, measure: str, share: Fraction) -> float | None:
        steps = self.steps[measure]
        return within(steps, share) if steps else None


@dataclass(frozen=True)
class SpanFigures:
    """The figures of a span: of all, by kind and matter, by team."""

    whole: Sums
    by_matter: Mapping[tuple[str, str], Sums]
    by_team: Mapping[int | None, Sums]


def figures_of(span: Span, *, today: date) -> SpanFigures:
    """Sum the figures of a span, with the queue as it was last counted today: two statements."""
    whole = Sums()
    by_matter: dict[tuple[str, str], Sums] = defaultdict(Sums)
    by_team: dict[int | None, Sums] = defaultdict(Sums)
    happened = CaseFigure.objects.filter(
        day__range=(span.first_day, span.last_day), measure__in=OF_EVENTS
    )
    for rows in (happened, CaseFigure.objects.filter(day=today, measure__in=OF_NOW)):
        summed = (
            rows.order_by()
            .values_list("kind", "matter", "team_id", "measure", "step")
            .annotate(total=Sum("cases"))
        )
        for kind, matter, team, measure, step, total in summed:
            for sums in (whole, by_matter[kind, matter], by_team[team]):
                sums.add(measure, step, total)
    return SpanFigures(whole, dict(by_matter), dict(by_team))


def by_day(span: Span) -> Mapping[date, Counter[str]]:
    """Give what was received and answered on each day of a span."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    summed = (
        CaseFigure.objects.filter(
            day__range=(span.first_day, span.last_day),
            measure__in=[Measure.RECEIVED, Measure.ANSWERED],
        )
        .order_by()
        .values_list("day", "measure")
        .annotate(total=Sum("cases"))
    )
    for day, measure, total in summed:
        found[day][measure] += total
    return found


def by_reason(span: Span) -> Mapping[str, Counter[str]]:
    """Give the objections that were first decided in a span: outcomes by contested reason."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    summed = (
        OutcomeFigure.objects.filter(day__range=(span.first_day, span.last_day))
        .order_by()
        .values_list("reason", "outcome")
        .annotate(total=Sum("cases"))
    )
    for reason, outcome, total in summed:
        found[reason][outcome] += total
    return found


@dataclass(frozen=True)
class Behind:
    """Which cases stand behind a figure; what is empty narrows nothing, a team of 0 is none."""

    measure: Measure
    kind: str = ""
    matter: str = ""
    team: int | None = None
    reason: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class CaseBehind:
    """One case of a list: what happened to it, when, and when it was received."""

    kind: str
    case_id: int
    matter: str
    at: datetime
    since: datetime


def cases_behind(span: Span, behind: Behind, *, limit: int) -> list[CaseBehind]:
    """List the cases behind a figure, newest first, from the statement that counts them."""
    facts: dict[str, Any] = facts_of(span.first_day, span.last_day) | {
        "measure": behind.measure.value,
        "kind": behind.kind,
        "matter": behind.matter,
        "team": behind.team,
        "reason": behind.reason,
        "outcome": behind.outcome,
        "limit": limit,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_LIST, facts)
        return [CaseBehind(*row) for row in cursor.fetchall()]


_LIST = f"""
    {CASES}
    SELECT kind, case_id, matter, at, since FROM cases
    WHERE measure = %(measure)s
      AND %(kind)s IN ('', kind) AND %(matter)s IN ('', matter) AND %(outcome)s IN ('', outcome)
      AND (%(team)s::bigint IS NULL OR coalesce(team_id, 0) = %(team)s)
      AND (%(reason)s = '' OR %(reason)s = ANY (reasons))
    ORDER BY at DESC, kind, case_id DESC LIMIT %(limit)s
"""  # noqa: S608  # constants
