"""The measurements that nobody runs each day still fit the code they share."""

from __future__ import annotations

import importlib

import pytest

from tests.worker import ROOT

SCRIPTS = sorted(path.stem for path in (ROOT / "bench").glob("*.py"))


def test_there_are_measurements() -> None:
    assert {"imports", "messages", "reads", "sign_in", "ticket_submission"} <= set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_can_be_imported(name: str) -> None:
    importlib.import_module(f"bench.{name}")
