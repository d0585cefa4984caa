"""What a message says, in the other language: for pages, where its reader chooses the language.

A row keeps the text that was sent and not its values. Where the text is a wording that this
process knows, its values are read back from it; they are carried over only where every one is the
same in both languages, as a number is and a day is not.
"""

from __future__ import annotations

import re
from typing import Final

from notifications.catalogue import TEMPLATES, Template
from notifications.programme import programme_values
from notifications.texts.rules import ONE_FIELD
from notifications.texts.wording import known_wording

SAME_IN_BOTH: Final = frozenset({"reference", "last_digits"})


def in_language(language: str, *, template: str, body: str, written_in: str) -> str | None:
    """Give a message's text in a language, or None where it can only be shown as it was written."""
    if template not in TEMPLATES:
        return None
    chosen = known_wording(template)
    if not chosen.fields <= SAME_IN_BOTH:
        return None
    found = _pattern(chosen, written_in).fullmatch(body)
    if found is None:
        return None
    return chosen.body(language, found.groupdict(), programme_values(language))


def _pattern(template: Template, language: str) -> re.Pattern[str]:
    """Give what a wording's messages look like, with the values of its fields as groups."""
    programme = programme_values(language)
    named: set[str] = set()
    pieces: list[str] = []
    for nth, piece in enumerate(ONE_FIELD.split(template.texts[language])):
        if nth % 2 == 0:
            pieces.append(re.escape(piece))
        elif piece in programme:
            pieces.append(re.escape(programme[piece]))
        elif piece in named:
            pieces.append(f"(?P={piece})")
        else:
            named.add(piece)
            pieces.append(f"(?P<{piece}>[0-9]+)")
    return re.compile("".join(pieces))
