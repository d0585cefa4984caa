"""Every message reads in order on a phone, without a direction mark (O24, O20, O07).

The Unicode bidi algorithm writes the longest message of each template as a line of a phone does,
in a line from right to left and in one from left to right. Read in the line's direction, the words
are those of the text in its order, and each number is one piece with its digits in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from bidi import get_display

from notifications.catalogue import TEMPLATES, Template
from notifications.texts.rules import FaultKind, faults_of

ARABIC = {"programme": "حساب المواطن", "call_centre": "19912"}
ENGLISH = {"programme": "Citizen Account", "call_centre": "19912"}
CASES = {
    "arabic-in-a-line-from-the-right": ("ar", ARABIC, "R"),
    "english-in-a-line-from-the-left": ("en", ENGLISH, "L"),
    "english-in-a-line-from-the-right": ("en", ENGLISH, "R"),
    "arabic-name-in-english-from-the-left": ("en", ARABIC, "L"),
    "arabic-name-in-english-from-the-right": ("en", ARABIC, "R"),
    "english-name-in-arabic-from-the-right": ("ar", ENGLISH, "R"),
}
_ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
_WORD = re.compile(r"[\w'\u0640-]+")

each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
each_case = pytest.mark.parametrize(
    ("language", "programme", "base"), CASES.values(), ids=CASES.keys()
)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_arabic(word: str) -> bool:
    return _ARABIC_LETTER.search(word) is not None


def seen(text: str, base: str) -> list[str]:
    """Give the words as they stand on the line from its left to its right, each as it reads."""
    line = get_display(text, base_dir=base)
    return [word[::-1] if is_arabic(word) else word for word in words(line)]


def runs(wanted: list[str], base: str) -> list[str]:
    """Give the words from left to right as a reader of both scripts expects them.

    A run of one script reads in that script's direction, and the runs follow each other in the
    line's. A number goes with the words before it.
    """
    grouped: list[tuple[bool, list[str]]] = []
    for word in wanted:
        kind = is_arabic(word) or (word.isdigit() and bool(grouped) and grouped[-1][0])
        if grouped and grouped[-1][0] == kind:
            grouped[-1][1].append(word)
        else:
            grouped.append((kind, [word]))
    in_line = [run[::-1] if kind else run for kind, run in grouped]
    if base == "R":
        in_line.reverse()
    return [word for run in in_line for word in run]


@each_case
@each_template
def test_words_and_numbers_stand_in_order(
    template: Template, language: str, programme: Mapping[str, str], base: str
) -> None:
    body = template.worst_body(language, programme)
    assert seen(body, base) == runs(words(body), base)


@each_case
@each_template
def test_each_number_is_one_piece(
    template: Template, language: str, programme: Mapping[str, str], base: str
) -> None:
    line = get_display(template.worst_body(language, programme), base_dir=base)
    for value in [programme["call_centre"], *template.worst[language].values()]:
        for number in re.findall(r"\d+", value):
            if number in template.worst_body(language, programme):
                assert re.search(rf"(?<!\d){number}(?!\d)", line)


@pytest.mark.parametrize(
    "text",
    [
        "{programme}: {code} is your code. Do not give it to anyone.",
        "{programme} - {code}. Do not give it to anyone.",
    ],
    ids=["code-after-the-name", "code-after-a-dash"],
)
def test_a_code_that_would_stand_before_an_arabic_name_is_refused(text: str) -> None:
    body = text.format_map({**ARABIC, "code": "048213"})
    assert seen(body, "L")[0] == "048213"
    found = {fault.kind for fault in faults_of(TEMPLATES["sign_in_code"], "en", text, ARABIC)}
    assert FaultKind.FIELDS_TOGETHER in found


def test_the_order_is_really_asked() -> None:
    assert seen("رمز 048213 لك", "R") == ["لك", "048213", "رمز"]
    assert runs(["رمز", "048213", "لك"], "R") == ["لك", "048213", "رمز"]
    assert runs(["رمز", "048213", "is"], "L") == ["048213", "رمز", "is"]
