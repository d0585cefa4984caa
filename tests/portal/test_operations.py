"""docs/operations.md names every line of the log that asks somebody to look."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LEVELS = {"warning", "error", "exception", "critical"}


def _calls(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "logger"
            and node.func.attr in LEVELS
        ):
            yield node


def logged_lines() -> set[str]:
    """Give each line that our code logs at WARNING or ERROR, with … for what it fills in."""
    found = set()
    for app in settings.CATALOGUES:
        for path in (ROOT / app).rglob("*.py"):
            for call in _calls(path.read_text(encoding="utf-8")):
                text = call.args[0]
                assert isinstance(text, ast.Constant), path
                filled = re.sub(r"%[sd]", "…", str(text.value))
                found.add(filled.replace("%%", "%"))
    return found


def test_every_warning_and_alarm_is_told_and_none_that_is_gone() -> None:
    told = re.findall(
        r"^\| `(.+?)` \|", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.M
    )
    assert len(told) == len(set(told))
    assert set(told) == logged_lines()


def test_the_search_finds_a_line() -> None:
    assert "report …: unknown status" in logged_lines()
