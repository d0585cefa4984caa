"""The pure decisions about a ticket."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from saudi.calendar import WorkingHours
from sawtak.errors import TransitionRefused
from sawtak.rules import (
    answer_due_on,
    can_reply,
    ensure_transition,
    is_final,
    submission_key,
)
from sawtak.statuses import BADGES, TRANSITIONS, TicketStatus

HOURS = WorkingHours()


@pytest.mark.parametrize(
    ("counted_from", "holidays", "due"),
    [
        pytest.param(datetime(2026, 11, 22, 6, tzinfo=UTC), set(), date(2026, 11, 25), id="sunday"),
        pytest.param(
            datetime(2026, 11, 25, 6, tzinfo=UTC), set(), date(2026, 11, 30), id="over-the-weekend"
        ),
        pytest.param(
            datetime(2026, 11, 21, 21, 30, tzinfo=UTC),
            set(),
            date(2026, 11, 25),
            id="half-past-midnight-riyadh",
        ),
        pytest.param(
            datetime(2026, 11, 22, 6, tzinfo=UTC),
            {date(2026, 11, 24)},
            date(2026, 11, 26),
            id="holiday-between",
        ),
        pytest.param(
            datetime(2026, 11, 27, 6, tzinfo=UTC), set(), date(2026, 12, 1), id="sent-on-friday"
        ),
    ],
)
def test_answer_is_due_on_the_third_working_day(
    counted_from: datetime, holidays: set[date], due: date
) -> None:
    assert answer_due_on(counted_from, hours=HOURS, holidays=holidays) == due


JUST_BEFORE_MIDNIGHT = datetime(2026, 11, 24, 20, 59, tzinfo=UTC)
"""23:59 in Riyadh on the 24th."""


@pytest.mark.parametrize(
    ("days", "writable"),
    [
        (14, set(TicketStatus) - {TicketStatus.WITHDRAWN}),
        (15, {TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.AWAITING_CITIZEN}),
    ],
)
def test_sender_writes_while_it_is_open_and_fourteen_days_after_its_end(
    days: int, writable: set[TicketStatus]
) -> None:
    today = date(2026, 11, 24) + timedelta(days=days)
    assert writable == {
        status
        for status in TicketStatus
        if can_reply(status, changed_at=JUST_BEFORE_MIDNIGHT, today=today)
    }


def test_what_is_over_leads_to_nothing_but_being_opened_again() -> None:
    assert {status for status in TicketStatus if is_final(status)} == {
        status
        for status, following in TRANSITIONS.items()
        if not following - {TicketStatus.IN_PROGRESS} and status != TicketStatus.NEW
    }


def test_every_status_has_a_badge_and_a_row_in_the_table() -> None:
    assert set(BADGES) == set(TRANSITIONS) == set(TicketStatus)


def test_step_of_the_table_from_the_seen_status_is_allowed() -> None:
    ensure_transition(status="new", wanted="answered", seen_status="new", by="", at=None)


@pytest.mark.parametrize(
    ("status", "wanted", "seen"),
    [
        pytest.param("answered", "closed", "new", id="changed-since-it-was-seen"),
        pytest.param("closed", "answered", "closed", id="not-in-the-table"),
    ],
)
def test_other_steps_are_refused_with_who_and_when(status: str, wanted: str, seen: str) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    with pytest.raises(TransitionRefused) as refusal:
        ensure_transition(status=status, wanted=wanted, seen_status=seen, by="منى", at=at)
    assert (refusal.value.status, refusal.value.by, refusal.value.at) == (status, "منى", at)


def test_same_token_and_content_give_one_key_in_any_order_of_files() -> None:
    one = submission_key(token="t", parts=["a", "b"], file_hashes=["1", "2"])
    assert one == submission_key(token="t", parts=["a", "b"], file_hashes=["2", "1"])
    assert len(one) == 64


@pytest.mark.parametrize(
    ("token", "parts", "files"),
    [
        pytest.param("u", ["a", "b"], ["1"], id="other-form"),
        pytest.param("t", ["ab", ""], ["1"], id="same-letters-in-other-fields"),
        pytest.param("t", ["a", "c"], ["1"], id="other-word"),
        pytest.param("t", ["a", "b"], ["2"], id="other-file"),
    ],
)
def test_anything_different_gives_another_key(
    token: str, parts: list[str], files: list[str]
) -> None:
    one = submission_key(token="t", parts=["a", "b"], file_hashes=["1"])
    assert one != submission_key(token=token, parts=parts, file_hashes=files)
