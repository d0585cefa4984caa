"""./test names the step that failed."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.scheduler import loadscope

from launcher import testing
from launcher.console import Failure
from launcher.testing import Check, run_checks
from tests.scheduling import GroupedScheduling, group_of

PASSES = Check(name="passing", argv=["-c", "print('quiet')"])
FAILS = Check(name="failing", argv=["-c", "print('the reason'); raise SystemExit(1)"])
WANTS_SETTING = Check(
    name="with a setting",
    argv=["-c", "import os; assert os.environ['WANTED'] == 'here'"],
    env={"WANTED": "here"},
)


def test_failed_step_is_named_with_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_checks([PASSES, FAILS, WANTS_SETTING], os.environ) == ["failing"]
    told = capfd.readouterr().out
    assert "FAILED failing" in told
    assert "the reason" in told
    assert "ok     passing" in told
    assert "quiet" not in told


def test_nothing_failed_is_an_empty_list() -> None:
    assert run_checks([PASSES, PASSES, PASSES], os.environ) == []


def test_missing_browser_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(testing, "BROWSERS", ())
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Failure) as refused:
        testing.find_or_install_browser()
    assert "apt-get update && apt-get install -y chromium" in refused.value.remedy


def test_named_browser_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert testing.find_or_install_browser() == sys.executable


def test_second_servers_take_the_place_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"DATABASE_URL": "one", "REDIS_URL": "two", "SECRET_KEY": "kept"}
    monkeypatch.setenv("TEST_DATABASE_URL", "other")
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)
    assert testing.second_servers(first) == {**first, "DATABASE_URL": "other"}
    monkeypatch.delenv("TEST_DATABASE_URL")
    assert testing.second_servers(first) == {}


def test_journeys_share_one_process_and_others_go_anywhere() -> None:
    ids = [
        "tests/e2e/test_pages.py::test_one[390-ar]",
        "tests/e2e/test_sent_twice.py::test_two",
        "tests/launcher/test_run.py::test_three",
        "tests/saudi/test_iban.py::test_four",
    ]
    assert [group_of(each) for each in ids] == ["stack", "stack", "run", ids[3]]


class Process:
    """What the scheduler sees of a process of pytest-xdist: the numbers of the tests it has."""

    gateway = SimpleNamespace(id="process")
    shutting_down = False

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.given += numbers

    def shutdown(self) -> None:
        self.shutting_down = True


def test_each_test_is_given_once_and_a_finished_group_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loadscope, "parse_tx_spec_config", lambda config: ["one", "two"])
    ids = [f"tests/e2e/test_pages.py::test_{number}" for number in range(4)]
    ids += [f"tests/saudi/test_iban.py::test_{number}" for number in range(9)]
    config: Any = SimpleNamespace(option=SimpleNamespace(loadscopereorder=True))
    scheduler = GroupedScheduling(config, None)
    processes: list[Any] = [Process(), Process()]
    for process in processes:
        scheduler.add_node(process)
    for process in processes:
        scheduler.add_node_collection(process, ids)
    scheduler.schedule()
    done = [0, 0]
    while scheduler.has_pending:
        for number, process in enumerate(processes):
            if done[number] < len(process.given):
                scheduler.mark_test_complete(process, process.given[done[number]])
                done[number] += 1
    assert processes[0].given[:4] == [0, 1, 2, 3]
    assert sorted(processes[0].given + processes[1].given) == list(range(len(ids)))
    assert scheduler.tests_finished
    assert not any(scheduler.assigned_work.values())
