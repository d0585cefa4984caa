"""docs/operations.md: every line of the log that asks somebody to look, and what to do then."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.urls import resolve

ROOT = Path(settings.BASE_DIR)
SERVICES = {
    name
    for name in yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
        "services"
    ]
    if name.startswith(("worker", "scheduler"))
}
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


def page() -> str:
    return (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Give the rows of a section's table, cell by cell."""
    section = page().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def test_every_warning_and_alarm_is_told_and_none_that_is_gone() -> None:
    told = re.findall(r"^\| `(.+?)` \|", page(), re.M)
    lines = [line for line in told if line not in SERVICES]
    assert len(lines) == len(set(lines))
    assert set(lines) == logged_lines()


@pytest.mark.parametrize(
    ("heading", "cells", "least"),
    [("Alarms", 4, 10), ("Warnings", 3, 10), ("When a part is away", 4, 8)],
)
def test_every_row_says_what_it_is_and_what_to_do(heading: str, cells: int, least: int) -> None:
    table = rows(heading)
    assert len(table) >= least
    assert [row for row in table if len(row) != cells or not all(row)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("block", re.findall(r"```sql\n(.+?)```", page(), re.S))
def test_query_runs(block: str) -> None:
    with connection.cursor() as cursor:
        for statement in block.strip().split(";\n"):
            cursor.execute(statement.replace("%", "%%"))


def test_queries_and_screens_and_services_that_are_named_are_there() -> None:
    named = set(re.findall(r"quer(?:y|ies) \*([A-Z]\w+)\*", page()))
    assert named
    assert named <= set(re.findall(r"^\*([A-Z]\w+)\*: ", page(), re.M))
    screens = set(re.findall(r"`(/admin/[a-z/]+)`", page()))
    assert screens
    for screen in screens:
        assert str(resolve(screen).url_name).endswith("_changelist"), screen
    assert set(re.findall(r"[a-z]+(?:-[a-z]+)*", page())) > SERVICES


def test_the_search_finds_a_line() -> None:
    assert "report …: unknown status" in logged_lines()
