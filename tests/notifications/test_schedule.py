"""What the scheduler sends: a sweep a lane, to the lane's own queue, by lane name only."""

from __future__ import annotations

from typing import Any

import pytest

from notifications import claims, delivery, tasks
from notifications.claims import LostClaims
from notifications.delivery import Drained
from notifications.schedule import SWEEP_SECONDS, beat_schedule
from notifications.statuses import Lane
from portal.celery import app, joined

SCHEDULE = beat_schedule()


@pytest.mark.parametrize("lane", list(Lane))
def test_each_lane_is_swept_on_its_own_queue(lane: Lane) -> None:
    sweep = app.conf.beat_schedule[f"sweep-{lane.value}"]
    assert sweep["task"] in app.tasks
    assert sweep["args"] == [lane.value]
    assert sweep["options"]["queue"] == lane.value
    assert sweep["options"]["expires"] == sweep["schedule"] == SWEEP_SECONDS[lane]


def test_one_name_used_by_two_apps_is_refused() -> None:
    with pytest.raises(ValueError, match="sweep-cases"):
        joined({"sweep-cases": {}, "a": {}}, {"b": {}, "sweep-cases": {}})


def test_codes_and_cases_are_swept_every_ten_seconds() -> None:
    assert (SWEEP_SECONDS[Lane.CODES], SWEEP_SECONDS[Lane.CASES]) == (10, 10)


def test_lost_claims_are_settled_by_the_schedule() -> None:
    assert app.conf.beat_schedule["settle-lost-claims"]["task"] in app.tasks


def test_task_that_did_not_finish_wakes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[Lane] = []

    def wake(lane: Lane) -> bool:
        woken.append(lane)
        return True

    monkeypatch.setattr(tasks, "wake", wake)
    answers = [Drained(done=1_000, has_more=True), Drained(done=3)]
    monkeypatch.setattr(delivery, "drain", lambda **_: answers.pop(0))
    tasks.drain("reminders")
    tasks.drain("reminders")
    assert woken == [Lane.REMINDERS]


def test_task_settles_lost_claims_now(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def settle(*, now: Any) -> LostClaims:
        calls.append(now)
        return LostClaims(unknown=0, requeued=0)

    monkeypatch.setattr(claims, "settle_lost_claims", settle)
    tasks.settle_lost_claims()
    assert len(calls) == 1
    assert calls[0].tzinfo is not None
