"""./test names the step that failed."""

from __future__ import annotations

import os
import sys

import pytest

from launcher import testing
from launcher.console import Failure
from launcher.testing import Check, run_checks
from tests.scheduling import group_of

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
