"""./test names the step that failed."""

from __future__ import annotations

import os

import pytest

from launcher.testing import Check, run_checks

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
