"""The fields of a template and what a ticket fills them with: pure but for the words' language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FIELDS: Final = ("name", "reference", "cycle", "due_day", "received_day", "programme")
"""What a template may have in {braces}. `cycle` is the newest one of a sender whom the register
knows; where a ticket has none, the agent writes it."""

_FIELD: Final = re.compile(r"\{\s*([^{}]*?)\s*\}")
_LEFT: Final = re.compile(r"\{[^{}]*\}|\[[^\]]*\]")


def unknown_fields(text: str) -> list[str]:
    """Give what stands in braces and is no field, each once, as it was written."""
    return list(
        dict.fromkeys(found.group() for found in _FIELD.finditer(text) if found[1] not in FIELDS)
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values into a text; a field without one stays, for the agent to write."""
    return _FIELD.sub(lambda found: values.get(found[1]) or found.group(), text)


def unfilled(text: str) -> list[str]:
    """Give what a template left to be filled in: fields in {braces}, blanks in [brackets]."""
    return list(dict.fromkeys(_LEFT.findall(text)))
