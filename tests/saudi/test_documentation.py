"""The package explains itself: every public name has its words, every example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

import saudi

WITHOUT_EXAMPLES = {
    "saudi.models": "columns and a table: tests/saudi/test_models.py",
    "saudi.days_off": "reads the database: tests/saudi/test_days_off.py",
}
"""Modules whose names need a database, and where they are shown at work."""

PRIVATE = {"saudi.apps", "saudi.schedule", "saudi.tasks"}


def public_modules() -> Iterator[str]:
    yield "saudi"
    for found in pkgutil.walk_packages(saudi.__path__, "saudi."):
        if found.name not in PRIVATE and not found.name.startswith(
            ("saudi.migrations", "saudi.management")
        ):
            yield found.name


MODULES = sorted(public_modules())


def examples(module: ModuleType) -> list[doctest.DocTest]:
    return doctest.DocTestFinder(exclude_empty=True).find(module)


def test_no_module_is_left_out() -> None:
    assert {"saudi.hijri", "saudi.forms.numbers", "saudi.direction", "saudi.banks"} <= set(MODULES)
    assert set(WITHOUT_EXAMPLES) <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner()
    reports: list[str] = []
    for test in examples(module):
        runner.run(test, out=reports.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(reports)


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_listed_and_explained(name: str) -> None:
    module = importlib.import_module(name)
    assert inspect.getdoc(module)
    if name == "saudi":
        return
    listed = module.__all__
    assert listed == sorted(listed, key=_order)
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name
    }
    assert defined <= set(listed)
    for key in listed:
        value = getattr(module, key)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert inspect.getdoc(value), key


def _order(name: str) -> tuple[int, str]:
    """Sort as ruff does: constants, classes, the rest."""
    if name.isupper():
        return 0, name
    return (1, name) if name[0].isupper() else (2, name)


@pytest.mark.parametrize("name", sorted(set(MODULES) - set(WITHOUT_EXAMPLES) - {"saudi"}))
def test_every_function_and_class_is_shown_in_an_example(name: str) -> None:
    module = importlib.import_module(name)
    shown = "\n".join(
        example.source for test in examples(module) for example in test.examples
    ) + "\n".join(example.want for test in examples(module) for example in test.examples)
    own = [
        key
        for key in module.__all__
        if (inspect.isfunction(value := getattr(module, key)) or inspect.isclass(value))
        and value.__module__ == name
        and not (inspect.isclass(value) and issubclass(value, Exception))
    ]
    assert [key for key in own if key not in shown] == []


def test_overview_names_every_module() -> None:
    overview = (inspect.getdoc(saudi) or "") + Path(settings.BASE_DIR, "docs/saudi.md").read_text(
        encoding="utf-8"
    )
    modules = [name for name in MODULES if name.count(".") == 1]
    assert [name for name in modules if f"`{name}`" not in overview] == []
