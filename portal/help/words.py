"""The marks in the texts of help articles, and what a page makes of them.

A text is plain. An empty line parts paragraphs; lines that begin with "- " are a list, with "1. "
steps. `[words](place)` leads to a page of PLACES, and `{field}` is a fact that the portal knows, of
FIELDS. Nothing else has a meaning, and nothing of a text is ever read as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from documents.sizes import size_text
from objections.rules import FILING_WINDOW_DAYS
from saudi.plurals import days_text

PLACES: Final[dict[str, tuple[str, str]]] = {
    "profile": ("portal:profile", ""),
    "payments": ("portal:profile", "#payments"),
    "sawtak": ("sawtak:new", ""),
    "track": ("portal:track", ""),
    "contact": ("portal:contact", ""),
    "register": ("portal:register", ""),
    "lost_mobile": ("portal:lost_mobile", ""),
}
"""Where a link may lead: the name of the page, and the part of it."""

FIELDS: Final[dict[str, Callable[[str], str]]] = {
    "window": lambda language: days_text(FILING_WINDOW_DAYS, language),
    "file_size": lambda _language: size_text(settings.LIMITS["file_bytes"]),
    "file_count": lambda _language: str(settings.LIMITS["files"]),
    "call_centre": lambda _language: settings.PROGRAMME.call_centre,
    "mail_promise": lambda _language: _mail_promise(),
}
"""What a field says, by the language of the text; all in that language's translations."""

NUMBERS: Final = frozenset({"call_centre"})
"""Fields that are shown left to right in one piece."""

_MARK: Final = re.compile(r"\[(?P<words>[^\[\]]+)\]\((?P<place>\w+)\)|\{(?P<field>\w+)\}")
_GAP: Final = re.compile(r"\n[ \t]*\n")
_BULLET: Final = re.compile(r"-\s+")
_STEP: Final = re.compile(r"[0-9]{1,2}\.\s+")


@dataclass(frozen=True)
class Run:
    """A piece of a line: words, a link where `url` is given, or a number in one piece."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, a list or steps; each line is its runs."""

    kind: str
    """`paragraph`, `bullets` or `steps`."""

    lines: list[list[Run]]


def _mail_promise() -> str:
    if not settings.EMAIL_BY:
        return ""
    return " " + _("Our mails have the address of this portal and no other.")


def blocks_of(text: str, language: str) -> list[Block]:
    """Give a text as it is shown; marks that mean nothing stand as they were written."""
    with override(language):
        return [_block(part.strip(), language) for part in _GAP.split(text.strip()) if part.strip()]


def _block(part: str, language: str) -> Block:
    lines = [line.strip() for line in part.split("\n") if line.strip()]
    for kind, mark in (("bullets", _BULLET), ("steps", _STEP)):
        if all(mark.match(line) for line in lines):
            return Block(
                kind, [list(_runs(mark.sub("", line, count=1), language)) for line in lines]
            )
    return Block("paragraph", [list(_runs(line, language)) for line in lines])


def _runs(line: str, language: str) -> Iterator[Run]:
    end = 0
    for mark in _MARK.finditer(line):
        if mark.start() > end:
            yield Run(line[end : mark.start()])
        yield _run(mark, language)
        end = mark.end()
    if end < len(line):
        yield Run(line[end:])


def _run(mark: re.Match[str], language: str) -> Run:
    words, place, field = mark["words"], mark["place"], mark["field"]
    if place in PLACES:
        name, part = PLACES[place]
        return Run(words, url=reverse(name) + part)
    if field in FIELDS:
        return Run(FIELDS[field](language), is_number=field in NUMBERS)
    return Run(mark[0])


def unknown_marks(text: str) -> list[str]:
    """Give the marks of a text that lead nowhere or that no fact belongs to, as written."""
    return [
        mark[0]
        for mark in _MARK.finditer(text)
        if (mark["place"] or "") not in PLACES and (mark["field"] or "") not in FIELDS
    ]
