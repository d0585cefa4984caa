"""Direction of text: Arabic sentences that hold a name, a number or an address.

Source: Unicode Standard Annex 9. A page isolates with `<bdi>`; these are for plain text, where a
name in another script would else move the punctuation around it: a message of the form, a title,
a file's name in a sentence. An isolate costs two characters, so templates of SMS have none; our
numbers are digits alone and stand right without (O24).

>>> direction_of("سارة Sara"), direction_of("Sara سارة"), direction_of("19912")
('rtl', 'ltr', None)
"""

import unicodedata
from typing import Final, Literal

__all__ = ["FSI", "LRI", "PDI", "Direction", "direction_of", "isolate", "isolate_ltr"]

LRI: Final = "\u2066"
"""Left-to-right isolate: what follows reads from left to right."""

FSI: Final = "\u2068"
"""First strong isolate: what follows reads as its own first letter does."""

PDI: Final = "\u2069"
"""Pop directional isolate: the end of either."""

Direction = Literal["ltr", "rtl"]

_CONTROLS: Final = dict.fromkeys((0x202A, 0x202B, 0x202C, 0x202D, 0x202E, *range(0x2066, 0x206A)))
"""Embeddings, overrides and isolates: one that is not closed would reach past the isolate."""

_STRONG: Final[dict[str, Direction]] = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def direction_of(text: str) -> Direction | None:
    """Give the direction of the first strong letter, as rule P2 does; None where there is none.

    Digits, spaces and punctuation have no direction of their own. A text that has controls is
    judged by its letters.

    >>> direction_of("(رقم 5)"), direction_of("+966 5"), direction_of("IBAN")
    ('rtl', None, 'ltr')
    """
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((_STRONG[kind] for kind in kinds if kind in _STRONG), None)


def isolate(text: str) -> str:
    """Set a text of unknown direction, like a name, apart from the sentence around it.

    Its own embeddings and isolates are removed: an unclosed one would turn the rest of the line.
    An empty text stays empty.

    >>> ascii(isolate("Sara"))
    "'\\\\u2068Sara\\\\u2069'"
    """
    return _enclosed(FSI, text)


def isolate_ltr(text: str) -> str:
    """Set a number, an address or a code apart and write it from left to right.

    A mobile with its plus, or a range like 8-20, would else be turned in an Arabic sentence.

    >>> ascii(isolate_ltr("+966 50 000 0001"))
    "'\\\\u2066+966 50 000 0001\\\\u2069'"
    """
    return _enclosed(LRI, text)


def _enclosed(opening: str, text: str) -> str:
    plain = text.translate(_CONTROLS)
    return f"{opening}{plain}{PDI}" if plain else ""
