"""What Celery must hold and must not be asked for (docs/adr/0019, O25, O27)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from celery.schedules import crontab
from django.conf import settings

from launcher.processes import workers
from notifications.delivery import MOST_SECONDS
from notifications.tasks import MOST_ASKING_SECONDS
from portal.celery import app
from portal.liveness import MOST_MEMORY_BYTES, STOP_SECONDS

app.loader.import_default_modules()
OURS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
SCHEDULE: dict[str, dict[str, Any]] = app.conf.beat_schedule
ROOT = Path(settings.BASE_DIR)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Give every call in our code, the launcher's too."""
    for package in (*settings.CATALOGUES, "launcher"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield path.relative_to(ROOT), node


def test_there_are_tasks_and_calls_to_look_at() -> None:
    assert len(OURS) > 10
    assert len(SCHEDULE) > 10
    assert sum(1 for _ in calls()) > 1_000


@pytest.mark.parametrize("name", sorted(OURS))
def test_task_is_acknowledged_when_taken(name: str) -> None:
    assert not OURS[name].acks_late
    assert not OURS[name].reject_on_worker_lost


@pytest.mark.parametrize("name", sorted(OURS))
def test_task_takes_ids_and_names_only(name: str) -> None:
    hints = get_type_hints(OURS[name].run)
    given = {hints[argument] for argument in inspect.signature(OURS[name].run).parameters}
    assert given <= {int, str}
    assert OURS[name].ignore_result
    assert app.conf.accept_content == ["json"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_task_has_a_limit_that_ends_gently_first(name: str) -> None:
    task = OURS[name]
    hard = task.time_limit or app.conf.task_time_limit
    soft = task.soft_time_limit or app.conf.task_soft_time_limit
    assert 0 < soft < hard <= 2 * 60 * 60


def test_nothing_is_put_off_in_the_broker() -> None:
    """What is to be done later is a row and its `not_before`: Redis forgets, or repeats it."""
    put_off = {
        (str(path), call.lineno)
        for path, call in calls()
        if {"eta", "countdown"} & {keyword.arg for keyword in call.keywords}
    }
    assert put_off == set()


def test_tasks_are_called_by_wake_up_and_by_schedule_only() -> None:
    """Celery's own publishing retries without end where the broker is gone (O26)."""
    publishing = {"delay", "apply_async", "send_task", "retry", "signature", "chord", "chain"}
    found = {
        str(path)
        for path, call in calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr in publishing
    }
    assert found == {"portal/scheduler.py"}


@pytest.mark.parametrize("name", sorted(SCHEDULE))
def test_scheduled_job_is_dropped_before_the_next_and_within_the_hour(name: str) -> None:
    entry = SCHEDULE[name]
    options = entry["options"]
    assert entry["task"] in OURS
    assert not {"eta", "countdown"} & options.keys()
    every = entry["schedule"]
    longest = 3600 if isinstance(every, crontab) else every
    assert 0 < options["expires"] <= longest


def test_crontabs_are_riyadh_s() -> None:
    assert app.conf.timezone == "Asia/Riyadh"
    assert app.conf.enable_utc


def test_a_worker_that_stops_has_time_for_the_longest_task_that_sends() -> None:
    """What is cut all the same is taken up again: a claim is settled, an import rolled back."""
    assert MOST_SECONDS < STOP_SECONDS
    assert min(worker.stop_seconds for worker in workers({})) >= MOST_ASKING_SECONDS


def test_memory_of_processes_and_of_threads_has_one_bound() -> None:
    assert app.conf.worker_max_memory_per_child * 1024 <= MOST_MEMORY_BYTES
