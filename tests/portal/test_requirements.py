"""A number that a comment names is explained in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
EXPLAINED = ROOT / "docs" / "requirements.md"
SOURCES = (*settings.CATALOGUES, "launcher", "templates", "static", "tests", "bench")
ENDINGS = {".py", ".html", ".css", ".js"}


def numbers(pattern: str, text: str) -> Iterator[str]:
    for found in re.findall(pattern, text):
        yield from re.findall(r"\d+", found)


def test_every_number_in_a_comment_is_explained() -> None:
    files = [p for name in SOURCES for p in (ROOT / name).rglob("*") if p.suffix in ENDINGS]
    named = "\n".join(path.read_text(encoding="utf-8") for path in files)
    explained = EXPLAINED.read_text(encoding="utf-8")
    decisions = set(re.findall(r"(?m)^\| (\d+) \|", explained))
    faults = set(numbers(r"(?m)^\| (O\d\d(?:, O\d\d)*) \|", explained))
    used_decisions = set(numbers(r"DOMAIN (\d+(?:(?:, | and )\d+)*)", named))
    used_faults = set(numbers(r"\b(O\d\d)\b", named))
    assert used_decisions
    assert used_faults
    assert used_decisions - decisions == set()
    assert used_faults - faults == set()
