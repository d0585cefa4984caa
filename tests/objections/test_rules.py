"""The window, who may file, and when a decision counts: no database, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from objections.errors import FilingWindowClosed
from objections.grounds import Track
from objections.rules import (
    FILING_WINDOW_DAYS,
    ContestKind,
    PaidCycle,
    Standing,
    back_pay_cycles,
    back_pay_estimate,
    contestability,
    days_left,
    decision_limit,
    effective_cycle,
    ensure_filing_open,
    filing_deadline,
    is_filing_open,
)
from saudi.gregorian import riyadh_date
from saudi.hijri import HijriDate

DAY_0 = date(2025, 3, 1)
DEADLINE = date(2025, 5, 30)


def test_window_is_ninety_days_and_no_months() -> None:
    assert FILING_WINDOW_DAYS == 90
    assert filing_deadline(DAY_0) == DEADLINE
    assert HijriDate.from_gregorian(DEADLINE) == HijriDate(1446, 12, 3)


@pytest.mark.parametrize(
    ("today", "is_open", "left"),
    [
        pytest.param(date(2025, 3, 1), True, 90, id="day-0-open"),
        pytest.param(date(2025, 5, 29), True, 1, id="day-89-open"),
        pytest.param(date(2025, 5, 30), True, 0, id="day-90-open"),
        pytest.param(date(2025, 5, 31), False, -1, id="day-91-closed"),
    ],
)
def test_last_day_is_a_filing_day(today: date, is_open: bool, left: int) -> None:
    assert is_filing_open(DEADLINE, today=today) is is_open
    assert days_left(DEADLINE, today=today) == left


def test_leap_february() -> None:
    deadline = filing_deadline(date(2023, 12, 1))
    assert deadline == date(2024, 2, 29)
    assert HijriDate.from_gregorian(deadline) == HijriDate(1445, 8, 19)


def test_half_past_midnight_riyadh_is_the_new_day() -> None:
    announced = datetime.fromisoformat("2025-03-02T01:30:00+03:00")
    assert announced.utctimetuple()[:3] == (2025, 3, 1)
    assert filing_deadline(riyadh_date(announced)) == date(2025, 5, 31)


def test_closed_window_says_what_was_counted() -> None:
    ensure_filing_open(counted_from=DAY_0, deadline=DEADLINE, today=DEADLINE)
    with pytest.raises(FilingWindowClosed) as caught:
        ensure_filing_open(counted_from=DAY_0, deadline=DEADLINE, today=date(2025, 5, 31))
    assert (caught.value.counted_from, caught.value.deadline) == (DAY_0, DEADLINE)


HEADS_OWN = Standing(
    obstacle=None,
    is_superseded=False,
    is_own=True,
    viewer_is_head=True,
    viewer_age=40,
    subject_age=40,
    has_sensitive_reason=False,
    counted_from=DAY_0,
    deadline=DEADLINE,
)
FOR_CHILD = replace(HEADS_OWN, is_own=False, subject_age=9)
FOR_ADULT = replace(HEADS_OWN, is_own=False, subject_age=18)
ADULTS_OWN = replace(HEADS_OWN, viewer_is_head=False, viewer_age=18, subject_age=18)


@pytest.mark.parametrize(
    ("standing", "kind"),
    [
        pytest.param(HEADS_OWN, "open", id="head-own"),
        pytest.param(replace(HEADS_OWN, has_draft=True), "draft", id="draft-waits"),
        pytest.param(replace(HEADS_OWN, is_objected=True), "objected", id="objected"),
        pytest.param(replace(HEADS_OWN, obstacle="eligible"), "eligible", id="eligible"),
        pytest.param(replace(HEADS_OWN, obstacle="pending"), "pending", id="on-its-way"),
        pytest.param(replace(HEADS_OWN, obstacle="paid_in_full"), "paid_in_full", id="all-paid"),
        pytest.param(
            replace(HEADS_OWN, counted_from=date(2025, 5, 31)), "not_yet", id="deposit-tomorrow"
        ),
        pytest.param(replace(HEADS_OWN, counted_from=DEADLINE), "open", id="deposit-today"),
        pytest.param(replace(HEADS_OWN, is_superseded=True), "superseded", id="superseded"),
        pytest.param(replace(HEADS_OWN, deadline=date(2025, 5, 29)), "closed", id="closed"),
        pytest.param(replace(HEADS_OWN, has_sensitive_reason=True), "open", id="own-sensitive"),
        pytest.param(FOR_CHILD, "open", id="head-for-child"),
        pytest.param(replace(FOR_CHILD, has_sensitive_reason=True), "open", id="child-sensitive"),
        pytest.param(FOR_ADULT, "open", id="head-for-adult"),
        pytest.param(
            replace(FOR_ADULT, has_sensitive_reason=True), "own_only", id="adult-sensitive"
        ),
        pytest.param(ADULTS_OWN, "open", id="adult-own"),
        pytest.param(
            replace(ADULTS_OWN, has_sensitive_reason=True), "open", id="adult-own-sensitive"
        ),
        pytest.param(replace(ADULTS_OWN, viewer_age=17), "head_only", id="minor-own"),
        pytest.param(replace(ADULTS_OWN, is_own=False), "own_only", id="adult-for-other"),
        pytest.param(
            replace(FOR_ADULT, has_sensitive_reason=True, deadline=date(2025, 5, 29)),
            "own_only",
            id="sensitive-before-closed",
        ),
    ],
)
def test_who_may_contest_what(standing: Standing, kind: ContestKind) -> None:
    assert contestability(standing, today=DEADLINE) == kind


@pytest.mark.parametrize(
    ("decided_on", "cycle"),
    [
        pytest.param(date(2026, 12, 10), "2027-01", id="up-to-the-10th"),
        pytest.param(date(2026, 12, 11), "2027-02", id="after-the-10th"),
        pytest.param(date(2025, 8, 11), "2025-10", id="after-10-august-october"),
        pytest.param(date(2026, 10, 31), "2026-12", id="december"),
        pytest.param(date(2026, 11, 10), "2026-12", id="next-is-december"),
    ],
)
def test_acceptance_counts_in_a_coming_cycle(decided_on: date, cycle: str) -> None:
    assert effective_cycle(decided_on) == cycle


def test_decision_comes_within_sixty_days() -> None:
    assert decision_limit(date(2026, 11, 12), limit_days=60) == date(2027, 1, 11)


# Back pay -------------------------------------------------------------------------

PAID = [
    PaidCycle("2026-08", date(2026, 9, 10)),
    PaidCycle("2026-09", date(2026, 10, 11)),
    PaidCycle("2026-10", date(2026, 11, 10)),
    PaidCycle("2026-11", date(2026, 12, 10)),
    PaidCycle("2026-12", date(2027, 1, 10)),
    PaidCycle("2027-01", date(2027, 2, 10)),
    PaidCycle("2027-02", date(2027, 3, 10)),
    PaidCycle("2027-03", date(2027, 4, 11)),
]


@pytest.mark.parametrize(
    ("track", "contested", "counted_from", "accepted_on", "months"),
    [
        ("result", "2026-10", date(2026, 10, 29), date(2026, 11, 9), []),
        ("result", "2026-10", date(2026, 10, 29), date(2026, 11, 10), ["2026-10"]),
        ("result", "2026-10", date(2026, 10, 29), date(2026, 12, 31), ["2026-10", "2026-11"]),
        # Paid on the day the result was announced: not after it.
        ("result", "2026-10", date(2026, 11, 10), date(2026, 12, 31), ["2026-11"]),
        # A payment's own cycle is paid on day 0 itself.
        ("payment", "2026-10", date(2026, 11, 10), date(2026, 11, 20), ["2026-10"]),
        ("payment", "2026-10", date(2026, 11, 10), date(2026, 12, 31), ["2026-10", "2026-11"]),
        (
            "result",
            "2026-09",
            date(2026, 9, 28),
            date(2027, 4, 30),
            ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"],
        ),
    ],
    ids=["none-yet", "day-itself", "two", "same-day", "own", "own-and-later", "newest-five"],
)
def test_back_pay_has_the_cycles_paid_up_to_the_acceptance(
    track: Track, contested: str, counted_from: date, accepted_on: date, months: list[str]
) -> None:
    given = back_pay_cycles(
        reversed(PAID),
        track=track,
        contested=contested,
        counted_from=counted_from,
        accepted_on=accepted_on,
    )
    assert list(given) == months


@pytest.mark.parametrize(
    ("due", "paid", "estimate"),
    [("720", "0", "720"), ("720", "504", "216"), ("504", "720", "0"), (None, "100", None)],
)
def test_estimate_is_what_was_due_less_what_came(
    due: str | None, paid: str, estimate: str | None
) -> None:
    given = back_pay_estimate(due_sar=Decimal(due) if due else None, paid_sar=Decimal(paid))
    assert given == (Decimal(estimate) if estimate else None)
