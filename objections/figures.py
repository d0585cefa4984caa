"""The figures of decisions: how many, how fast, how many hold when they are looked at again.

One statement for all figures of a period, and one for the list behind any of them, over the same
rows: so a figure and its list cannot differ (docs/adr/0028).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from django.conf import settings
from django.db import connection, transaction

from objections.shares import Share
from saudi.days_off import days_off
from saudi.gregorian import riyadh_date, start_of_day

Dimension = Literal["all", "outcome", "reason", "contested", "team"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("all", "outcome", "reason", "contested", "team")

Only = Literal["", "reviewed", "agreed", "differed", "overturned", "late"]
ONLY: Final[dict[Only, str]] = {
    "": "true",
    "reviewed": "agrees IS NOT NULL",
    "agreed": "agrees",
    "differed": "NOT agrees",
    "overturned": "is_overturned",
    "late": "elapsed > %(usual)s",
}
_MATCHES: Final[dict[Dimension, str]] = {
    "all": "true",
    "outcome": "outcome = %(key)s",
    "reason": "%(key)s = ANY (reason_codes)",
    "contested": "%(key)s = ANY (contested_codes)",
    "team": "coalesce(team_id::text, '') = %(key)s",
}

# A decision counts on the day of its approval, for the team its proposer was in when they proposed.
# Overturned is one that a later decision of another outcome replaced. The time from receipt is that
# of the first decision of a case, in working days, without those the citizen was waited for.
_BASE: Final = """
    WITH calendar AS MATERIALIZED (
        SELECT * FROM unnest(%(days)s::date[], %(worked)s::int[]) AS c(day, worked)
    ),
    base AS MATERIALIZED (
        SELECT d.id, d.closed_at, d.outcome, d.reason_codes, review.agrees,
            coalesce(result.reason_codes, line.reason_codes) AS contested_codes,
            membership.team_id,
            EXISTS (
                SELECT 1 FROM objections_decision AS later
                WHERE later.supersedes_id = d.id AND later.state IN ('approved', 'superseded')
                  AND later.outcome <> d.outcome
            ) AS is_overturned,
            CASE WHEN d.supersedes_id IS NULL
                THEN greatest(decided.worked - received.worked - o.awaited_days, 0)
            END AS elapsed
        FROM objections_decision AS d
        JOIN objections_objection AS o ON o.id = d.objection_id
        LEFT JOIN beneficiaries_eligibilityresult AS result ON result.id = o.result_id
        LEFT JOIN beneficiaries_paymentline AS line ON line.id = o.payment_id
        LEFT JOIN objections_qualityreview AS review
            ON review.decision_id = d.id AND review.reviewed_at IS NOT NULL
        LEFT JOIN objections_teammembership AS membership
            ON membership.member_id = d.proposed_by_id
           AND membership.joined_at <= d.proposed_at
           AND (membership.left_at IS NULL OR membership.left_at > d.proposed_at)
        LEFT JOIN calendar AS received
            ON received.day = (o.submitted_at AT TIME ZONE 'Asia/Riyadh')::date
        LEFT JOIN calendar AS decided
            ON decided.day = (d.closed_at AT TIME ZONE 'Asia/Riyadh')::date
        WHERE d.state IN ('approved', 'superseded')
          AND d.closed_at >= %(starts)s AND d.closed_at < %(ends)s
    )
"""
_COUNTS: Final = """
    count(*), count(agrees), count(*) FILTER (WHERE agrees), count(*) FILTER (WHERE is_overturned),
    count(elapsed), count(*) FILTER (WHERE elapsed > %(usual)s),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY elapsed),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY elapsed)
"""
_FIGURES: Final = f"""
    {_BASE}
    SELECT 'all', '', {_COUNTS} FROM base
    UNION ALL SELECT 'outcome', outcome, {_COUNTS} FROM base GROUP BY outcome
    UNION ALL SELECT 'reason', code, {_COUNTS} FROM base, unnest(reason_codes) AS code GROUP BY code
    UNION ALL
    SELECT 'contested', code, {_COUNTS} FROM base, unnest(contested_codes) AS code GROUP BY code
    UNION ALL
    SELECT 'team', coalesce(team_id::text, ''), {_COUNTS} FROM base GROUP BY team_id
"""  # noqa: S608  # constants
_EARLIEST: Final = """
    SELECT min(o.submitted_at) FROM objections_decision AS d
    JOIN objections_objection AS o ON o.id = d.objection_id
    WHERE d.state IN ('approved', 'superseded')
      AND d.closed_at >= %(starts)s AND d.closed_at < %(ends)s
"""


@dataclass(frozen=True)
class Period:
    """Civil days in Riyadh, both counted."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class Figures:
    """What is counted of some decisions. Days are working days; None where there is no case."""

    key: str
    decided: int
    reviewed: int
    agreed: int
    overturned: int
    timed: int
    late: int
    median_days: int | None
    slow_days: int | None

    @property
    def differed(self) -> int:
        return self.reviewed - self.agreed

    @property
    def agreement(self) -> Share:
        return Share(self.agreed, self.reviewed)

    @property
    def overturn(self) -> Share:
        return Share(self.overturned, self.decided)

    @property
    def lateness(self) -> Share:
        return Share(self.late, self.timed)


def figures_of(period: Period) -> dict[Dimension, list[Figures]]:
    """Give the figures of a period by dimension, the most decided first: two statements."""
    found: dict[Dimension, list[Figures]] = {dimension: [] for dimension in DIMENSIONS}
    for dimension, *row in _rows(_FIGURES, _facts(period)):
        found[dimension].append(Figures(*row))
    for rows in found.values():
        rows.sort(key=lambda row: (-row.decided, row.key))
    return found


@dataclass(frozen=True)
class Behind:
    """Which decisions stand behind a figure: those of a key of a dimension, or a part of them."""

    by: Dimension = "all"
    key: str = ""
    only: Only = ""


def decisions_behind(
    period: Period, behind: Behind, *, after: int = 0, limit: int
) -> list[tuple[int, int | None]]:
    """List the decisions of a figure, newest first: their ids with their working days.

    `after` is the id of the last one of the page before. One more than `limit` tells that there
    are more.
    """
    facts = _facts(period) | {"key": behind.key, "after": after, "limit": limit}
    return [(pk, elapsed) for pk, elapsed in _rows(_list_statement(behind), facts)]


def _rows(statement: str, facts: dict[str, Any]) -> list[Any]:
    """Run a statement of figures uncompiled: to compile it takes twice as long as to run it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


def _list_statement(behind: Behind) -> str:
    return f"""
        {_BASE}
        SELECT id, elapsed FROM base
        WHERE ({_MATCHES[behind.by]}) AND ({ONLY[behind.only]}) AND (
            %(after)s = 0
            OR (closed_at, id) < (
                SELECT closed_at, id FROM objections_decision WHERE id = %(after)s
            )
        )
        ORDER BY closed_at DESC, id DESC LIMIT %(limit)s
    """  # noqa: S608  # constants of this module, chosen by a Literal


def _facts(period: Period) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "starts": start_of_day(period.first_day),
        "ends": start_of_day(period.last_day + timedelta(days=1)),
        "usual": settings.PROGRAMME.decision_working_days,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EARLIEST, facts)
        [earliest] = cursor.fetchone()
    first = riyadh_date(earliest) if earliest is not None else period.first_day
    days = [first + timedelta(days=ahead) for ahead in range((period.last_day - first).days + 1)]
    return facts | {"days": days, "worked": _worked(days)}


def _worked(days: Iterable[date]) -> list[int]:
    """Count the working days up to and with each day."""
    hours, holidays = settings.PROGRAMME.working_hours, days_off()
    count = 0
    counts = []
    for day in days:
        count += hours.is_working_day(day, holidays)
        counts.append(count)
    return counts
