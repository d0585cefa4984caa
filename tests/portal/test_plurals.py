"""Every counted message in its six Arabic forms, as the pages look it up (O30)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import ngettext, override

from portal.catalogues import read_catalogue

FORMS = {
    0: 0,
    1: 1,
    2: 2,
    3: 3,
    10: 3,
    11: 4,
    99: 4,
    100: 5,
    101: 5,
    102: 5,
    103: 3,
    111: 4,
    200: 5,
}
"""The form of CLDR's Arabic rules by number: zero, one, two, few, many, other."""


def counted_messages() -> list[tuple[str, str, tuple[str, ...]]]:
    found = []
    for app in settings.CATALOGUES:
        for message in read_catalogue(app):
            if isinstance(message.id, tuple):
                found.append((*message.id, tuple(message.string)))
    return found


MESSAGES = counted_messages()


def test_there_are_counted_messages() -> None:
    assert len(MESSAGES) > 15


@pytest.mark.parametrize(("one", "many", "forms"), MESSAGES, ids=[m[0][:40] for m in MESSAGES])
def test_each_number_has_its_own_form(one: str, many: str, forms: tuple[str, ...]) -> None:
    with override("ar"):
        for number, form in FORMS.items():
            assert ngettext(one, many, number) == forms[form]
    with override("en"):
        assert (ngettext(one, many, 1), ngettext(one, many, 2)) == (one, many)


@pytest.mark.parametrize(("one", "many", "forms"), MESSAGES, ids=[m[0][:40] for m in MESSAGES])
def test_one_and_two_stand_in_words_and_more_in_digits(
    one: str, many: str, forms: tuple[str, ...]
) -> None:
    counted = _counted(many)
    assert all(f"%({counted})" not in form for form in forms[1:3])
    assert all(f"%({counted})" in form for form in forms[3:])
    assert len({_words(form, counted) for form in forms[3:]}) >= 2


def _counted(text: str) -> str:
    """Give the name of the number that the forms follow: the first that stands before a word."""
    found = re.search(r"%\((days|count|counter|seconds|files|left|age|number)\)", text)
    assert found, text
    return found[1]


def _words(text: str, counted: str) -> str:
    """Give the noun that follows the digits."""
    found: Any = re.search(rf"%\({counted}\)[sd] (\S+)", text)
    return str(found[1])
