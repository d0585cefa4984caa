"""The limits of a wording: what staff may write into an SMS (docs/adr/0020).

No database, no clock, no settings: the programme's name and number are given. A wording is read
by our own reader and never by `str.format` before it has passed, so that a field that reaches into
an object is a fault like any other. Whether a text tells a reason or an amount no machine can say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from notifications.catalogue import PROGRAMME_VALUES, Template
from notifications.statuses import Lane
from notifications.texts.models import LONGEST_TEXT
from saudi.sms import SmsParts, gsm_units, sms_parts

LANGUAGES: Final = ("ar", "en")

WARNINGS: Final = {"ar": "لا تعطه لأحد", "en": "Do not give it to anyone"}
"""What each message with a code says, in these words: people know them by heart."""

ONE_FIELD: Final = re.compile(r"\{([a-z_]+)\}")

_ARABIC_LETTERS: Final = frozenset(map(chr, (*range(0x0621, 0x063B), *range(0x0641, 0x064B))))
_LATIN_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LETTERS: Final = {"ar": _ARABIC_LETTERS, "en": _LATIN_LETTERS}
_MARKS: Final = {"ar": frozenset(" .،؛؟!:()«»"), "en": frozenset(" .,;?!:()'\"-")}

_INSTEAD: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": {",": "،", ";": "؛", "?": "؟", '"': "« »", "\u2026": ".", "ی": "ي", "ک": "ك"},
    "en": {
        **dict.fromkeys("\u2018\u2019\u02bc\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e«»", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
        "،": ",",
        "؛": ";",
        "؟": "?",
    },
}
_LINK: Final = re.compile(r"\S*(?:https?|://|\bwww\b|[^\W_]\.[^\W\d_])\S*", re.IGNORECASE)
_BOUNDS: Final = frozenset(" .،؛؟!:()«»,;?\"'")
"""What may touch a value: it is then read as one piece, in either direction of the line."""


class FaultKind(StrEnum):
    """What is wrong with a wording."""

    TOO_LONG = "too_long"
    BRACES = "braces"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    PROGRAMME_FIRST = "programme_first"
    TOUCHED_FIELD = "touched_field"
    FIELDS_TOGETHER = "fields_together"
    LINK = "link"
    DIGIT = "digit"
    INVISIBLE = "invisible"
    VOWEL = "vowel"
    TATWEEL = "tatweel"
    OTHER_SCRIPT = "other_script"
    DEAR = "dear"
    CHARACTER = "character"
    NO_WARNING = "no_warning"
    TOO_MANY_PARTS = "too_many_parts"


_WHOLE: Final = frozenset({FaultKind.DIGIT, FaultKind.OTHER_SCRIPT})
"""Told of as the word or the number that it is: a reader mends words, not letters."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with what the reader needs to find and mend it."""

    kind: FaultKind
    what: str = ""
    name: str = ""
    instead: str = ""
    parts: int = 0
    most: int = 0


def most_parts(template: Template) -> int:
    """Give how many parts a message may take; what goes to millions takes one."""
    return 1 if template.lane == Lane.ANNOUNCEMENTS else template.max_parts


def worst_size(
    template: Template, language: str, text: str, programme: Mapping[str, str]
) -> SmsParts:
    """Count a wording with the longest value of each field; what is no field counts as it is."""
    values = {**template.worst[language], **programme}
    return sms_parts(ONE_FIELD.sub(lambda found: values.get(found[1], found[0]), text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Write a wording with some values, for a preview; what is no field stays as it is."""
    return ONE_FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def with_texts(template: Template, texts: Mapping[str, str]) -> Template:
    """Give the template with another wording that has passed the limits."""
    return replace(template, texts=dict(texts))


def faults_of(
    template: Template, language: str, text: str, programme: Mapping[str, str]
) -> list[Fault]:
    """Give everything that is wrong with a wording of a template in a language."""
    if len(text) > LONGEST_TEXT:
        return [Fault(FaultKind.TOO_LONG, parts=len(text), most=LONGEST_TEXT)]
    faults = [
        *_field_faults(template, text),
        *_character_faults(template, language, text, programme),
        *_link_faults(text),
    ]
    if template.is_secret and WARNINGS[language] not in text:
        faults.append(Fault(FaultKind.NO_WARNING, WARNINGS[language]))
    size = worst_size(template, language, text, programme)
    if size.parts > most_parts(template):
        most = most_parts(template)
        faults.append(Fault(FaultKind.TOO_MANY_PARTS, parts=size.parts, most=most))
    return faults


def _field_faults(template: Template, text: str) -> Iterator[Fault]:
    """Hold the fields to the template's, each once or more, read as one piece, in order."""
    for stray in _stray_braces(text):
        yield Fault(FaultKind.BRACES, stray)
    named = [found[1] for found in ONE_FIELD.finditer(text)]
    known = template.fields | PROGRAMME_VALUES
    for name in dict.fromkeys(named):
        if name not in known:
            yield Fault(FaultKind.UNKNOWN_FIELD, f"{{{name}}}")
    for name in sorted(wanted_fields(template) - set(named)):
        yield Fault(FaultKind.MISSING_FIELD, f"{{{name}}}")
    if "programme" in named and not text.startswith("{programme}: "):
        yield Fault(FaultKind.PROGRAMME_FIRST, "{programme}: ")
    places = list(ONE_FIELD.finditer(text))
    for place in places:
        around = text[max(place.start() - 1, 0) : place.start()] + text[place.end() :][:1]
        if not set(around) <= _BOUNDS:
            yield Fault(FaultKind.TOUCHED_FIELD, place[0])
    for before, after in pairwise(places):
        if not any(char.isalpha() for char in text[before.end() : after.start()]):
            yield Fault(FaultKind.FIELDS_TOGETHER, f"{before[0]} {after[0]}")


def wanted_fields(template: Template) -> frozenset[str]:
    """Give the fields that a wording must have: what the catalogue's own wording has."""
    named = {name for text in template.texts.values() for name in ONE_FIELD.findall(text)}
    return template.fields | (PROGRAMME_VALUES & named)


def _stray_braces(text: str) -> list[str]:
    """Give the pieces with a brace that are no plain field: {x.y}, {x!r}, {x:>9}, {, }}."""
    rest = ONE_FIELD.sub(" ", text)
    pieces = re.findall(r"\{[^{}]{0,30}\}?|\}", rest)
    return list(dict.fromkeys(piece.strip() for piece in pieces))


def _character_faults(
    template: Template, language: str, text: str, programme: Mapping[str, str]
) -> Iterator[Fault]:
    """Name each character or word that a wording may not have, once, and what it would cost."""
    for piece in dict.fromkeys(_strange_pieces(ONE_FIELD.sub(" ", text), language)):
        kind = _kind_of(piece[0], language)
        name = _name_of(piece) if len(piece) == 1 else ""
        fault = Fault(kind, piece, name=name, instead=_INSTEAD[language].get(piece, ""))
        if kind == FaultKind.DEAR:
            parts = worst_size(template, language, text, programme).parts
            fault = replace(fault, parts=parts, most=most_parts(template))
        yield fault


def _strange_pieces(text: str, language: str) -> Iterator[str]:
    """Give what a wording may not have: words and numbers whole, all else by the character."""
    allowed = _LETTERS[language] | _MARKS[language] | frozenset("{}")
    piece = ""
    for char in text:
        kind = None if char in allowed else _kind_of(char, language)
        is_whole = kind in _WHOLE and char not in _INSTEAD[language]
        if piece and not (is_whole and kind == _kind_of(piece[0], language)):
            yield piece
            piece = ""
        if is_whole:
            piece += char
        elif kind is not None:
            yield char
    if piece:
        yield piece


def _kind_of(char: str, language: str) -> FaultKind:
    first_that_fits: tuple[tuple[FaultKind, Callable[[], bool]], ...] = (
        (FaultKind.TATWEEL, lambda: char == "\u0640"),
        (FaultKind.DIGIT, char.isnumeric),
        (
            FaultKind.INVISIBLE,
            lambda: unicodedata.category(char)[0] in "CZ" or char in "\u3164\uffa0\u115f\u1160",
        ),
        (FaultKind.VOWEL, lambda: unicodedata.category(char)[0] == "M"),
        (FaultKind.OTHER_SCRIPT, char.isalpha),
        (FaultKind.DEAR, lambda: language == "en" and not gsm_units(char)),
    )
    return next((kind for kind, fits in first_that_fits if fits()), FaultKind.CHARACTER)


def _name_of(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


def _link_faults(text: str) -> Iterator[Fault]:
    found = _LINK.search(ONE_FIELD.sub("x", text))
    if found:
        yield Fault(FaultKind.LINK, found[0])
