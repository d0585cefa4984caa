"""The calls to people whom a message did not reach: to be made, taken, tried, told, given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from beneficiaries.models import User
from portal.calls.models import CallTask
from portal.calls.services import end_call, sweep_calls, take_call
from portal.calls.statuses import CallMatter, CallStep

OPENED: Final = timedelta(hours=30)
CALLED: Final = timedelta(hours=26)

_NOTES: Final = {
    CallStep.REACHED: "فهم المطلوب، وسيدخل اليوم.",
    CallStep.NO_ANSWER: "رنّ الجوال ولم يجب أحد.",
    CallStep.WRONG_NUMBER: "صاحب الجوال اشتراه قبل شهر.",
}


def make_calls(*, agent: User, supervisor: User, now: datetime) -> None:
    """Open the calls that were owed and walk some of them, through the services."""
    sweep_calls(now=now - OPENED)
    tasks = list(CallTask.objects.order_by("id"))
    answers = [task for task in tasks if task.matter == CallMatter.ANSWER]
    decisions = [task for task in tasks if task.matter == CallMatter.DECISION]
    steps = [
        *((task, agent, CallStep.REACHED) for task in answers[:1]),
        *((task, agent, CallStep.NO_ANSWER) for task in decisions[:1]),
        *((task, supervisor, CallStep.WRONG_NUMBER) for task in decisions[1:2]),
    ]
    for number, (task, by, outcome) in enumerate(steps):
        at = now - CALLED + timedelta(minutes=12 * number)
        _take(task, by=by, at=at)
        end_call(
            task_id=task.pk,
            by=by,
            outcome=outcome,
            note=_NOTES[outcome],
            now=at + timedelta(minutes=4),
        )
    for task in decisions[2:3]:
        _take(task, by=agent, at=now - timedelta(hours=1))


def _take(task: CallTask, *, by: User, at: datetime) -> None:
    take_call(task_id=task.pk, by=by, seen_assigned_to=None, now=at)
