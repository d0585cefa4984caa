"""What staff type to find somebody, and where the words are kept.

A number tells by its form what it is, so that one exact, indexed column is asked and no two
tables are joined by an "or" (O28). Anything else is the words of a name (O06).
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q

from access.names import name_filter
from saudi.checks import luhn_is_valid
from saudi.digits import clean_number, clean_text
from saudi.mobile import InvalidMobile, parse_mobile

LONGEST_SEARCH: Final = 200
NOTHING: Final = Q(pk__in=[])

NumberKind = Literal["reference", "national_id", "mobile", "other"]

_NATIONAL_ID: Final = re.compile(r"[12][0-9]{9}")
_REFERENCE: Final = re.compile(r"[47][0-9]{9}")


class NameTooShort(Exception):
    """No word of a name has the letters that an index needs."""


@dataclass(frozen=True)
class SearchColumns:
    """The lookups that a search of one table asks; empty where the table has no such column."""

    reference: str = ""
    national_id: str = ""
    mobile: str = ""
    name: str = ""
    """A folded column (`saudi.models.FoldedText`)."""

    def filter_for(self, text: str) -> Q:
        """Give the condition that finds what was typed, in any spelling of digits and names.

        Raises NameTooShort.
        """
        number = read_number(text)
        if number is None:
            if not self.name:
                return NOTHING
            wanted = name_filter(self.name, clean_text(text))
            if wanted is None and any(char.isalnum() for char in text):
                raise NameTooShort
            return wanted or NOTHING
        kind, value = number
        columns = {
            "reference": self.reference,
            "national_id": self.national_id,
            "mobile": self.mobile,
        }
        column = columns.get(kind)
        return Q(**{column: value}) if column else NOTHING


def read_number(text: str) -> tuple[NumberKind, str] | None:
    """Give what a number is by its form, and its stored form; None for what is no number.

    A wrong check digit does not hide a row that has it: see `is_mistyped`.
    """
    digits = clean_number(clean_text(text)).replace(".", "").removeprefix("#")
    if not (digits.isascii() and digits.removeprefix("+").isdecimal()):
        return None
    with suppress(InvalidMobile):  # it is some other number
        return "mobile", parse_mobile(digits)
    if _NATIONAL_ID.fullmatch(digits):
        return "national_id", digits
    if _REFERENCE.fullmatch(digits):
        return "reference", digits
    return "other", digits


def is_mistyped(kind: NumberKind, digits: str) -> bool:
    """Tell a number whose check digit shows a typing error."""
    return kind in {"national_id", "reference"} and not luhn_is_valid(digits)


# Words of a search are personal data: they lie in the session, and an address has a key to them.

_SESSION_KEY: Final = "searches"
_KEPT: Final = "kept-"
_MOST_KEPT: Final = 20


def keep_search(session: SessionBase, text: str) -> str:
    """Keep the words of a search and give what stands for them in an address.

    The last twenty are kept, so that two tabs and the browser's Back each show their own.
    """
    kept: dict[str, str] = session.get(_SESSION_KEY, {})
    text = text[:LONGEST_SEARCH]
    for key, words in kept.items():
        if words == text:
            return key
    key = f"{_KEPT}{secrets.token_hex(4)}"
    newest = list(kept.items())[1 - _MOST_KEPT :]
    session[_SESSION_KEY] = {**dict(newest), key: text}
    return key


def kept_search(session: SessionBase, query: str) -> str:
    """Give the words that stand behind a query of an address; other queries are words themselves.

    Words that were forgotten are empty.
    """
    if not query.startswith(_KEPT):
        return query[:LONGEST_SEARCH]
    kept: dict[str, Any] = session.get(_SESSION_KEY, {})
    return str(kept.get(query, ""))
