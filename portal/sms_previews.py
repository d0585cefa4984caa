"""What a page of the staff site shows of a wording: bubbles, sizes and what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from notifications.catalogue import Template
from notifications.programme import programme_values
from notifications.texts.rules import LANGUAGES, faults_of, filled, most_parts, worst_size
from notifications.texts.words import sample_values
from portal.forms.sms_texts import fault_texts
from saudi.sms import sms_parts

_LONGEST_SHOWN: Final = 700
_WORDS: Final = re.compile(r"(?:\{[a-z_]+\}|[^\s{}.،,:;؛?؟!]+|\S)\s*|\s+")
MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Preview:
    """One language of a wording, as a phone shows it and as the gateway bills it."""

    language: str
    sample: str
    longest: str
    characters: int
    sample_parts: int
    parts: int
    most: int
    encoding: str
    faults: list[str]

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "ar" else "ltr"

    @property
    def is_too_long(self) -> bool:
        return self.parts > self.most

    @property
    def million(self) -> int:
        return MILLION

    @property
    def billed(self) -> int:
        """The parts of a million of the longest message."""
        return self.parts * MILLION


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went ("del") or came ("ins")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """What a wording changes in a language."""

    language: str
    pieces: list[Piece]
    is_same: bool

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "ar" else "ltr"


def previews_of(template: Template, texts: Mapping[str, str]) -> list[Preview]:
    """Show a wording in each language, right or wrong."""
    return [_preview(template, language, texts[language]) for language in LANGUAGES]


def _preview(template: Template, language: str, text: str) -> Preview:
    programme = programme_values(language)
    sample = filled(text, {**sample_values(template, language), **programme})
    longest = filled(text, {**template.worst[language], **programme})
    size = worst_size(template, language, text, programme)
    faults = faults_of(template, language, text, programme) if text else []
    return Preview(
        language=language,
        sample=sample[:_LONGEST_SHOWN],
        longest=longest[:_LONGEST_SHOWN],
        characters=size.units,
        sample_parts=sms_parts(sample).parts,
        parts=size.parts,
        most=most_parts(template),
        encoding=size.encoding,
        faults=fault_texts(faults, language),
    )


def changes_of(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Give the words that stayed, went and came, in each language."""
    return [
        Change(
            language,
            list(_pieces(before[language], after[language])),
            is_same=before[language] == after[language],
        )
        for language in LANGUAGES
    ]


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield Piece("", "".join(new[new_from:new_to]))
            continue
        gone, come = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if gone:
            yield Piece("del", gone.rstrip())
            yield Piece("", " ")
        if come:
            yield Piece("ins", come)
