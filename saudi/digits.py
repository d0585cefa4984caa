"""Digits and characters as people type and paste them.

Eastern digits come from Arabic and Persian keyboards; invisible marks come with numbers
copied from contacts, chats and PDF files. Both are understood, and only the clean form
is stored (O04, O05). Sources: Unicode's tables of decimal digits, default-ignorable characters
and spaces.

>>> clean_number("\u202a٠٥٠ ٠٠٠-٠٠٠١\u202c")
'0500000001'
"""

import re
import unicodedata
from typing import Final

__all__ = ["clean_number", "clean_text", "is_blank", "strip_invisible", "to_ascii_digits"]

_EASTERN_DIGITS: Final = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹",
    "01234567890123456789",
)

_JOINERS: Final = "\u200c\u200d"
_VARIATION_SELECTORS: Final = "".join(map(chr, range(0xFE00, 0xFE10)))

_ALWAYS_INVISIBLE: Final = frozenset(
    "\u00ad"  # soft hyphen
    "\u034f"  # combining grapheme joiner
    "\u061c"  # Arabic letter mark
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers, drawn as nothing
    "\u17b4\u17b5"  # Khmer inherent vowels
    "\u180b\u180c\u180d\u180e\u180f"  # Mongolian selectors and separator
    "\u200b\u200e\u200f"  # zero-width space, direction marks
    "\u2028\u2029"  # line and paragraph separators
    "\u202a\u202b\u202c\u202d\u202e"  # embeddings and overrides
    "\u2060\u2061\u2062\u2063\u2064\u2065"  # word joiner, invisible operators
    "\u2066\u2067\u2068\u2069"  # isolates
    "\u206a\u206b\u206c\u206d\u206e\u206f"  # deprecated format characters
    "\u2800"  # blank Braille pattern
    "\ufeff"  # byte-order mark
    "\ufff9\ufffa\ufffb"  # interlinear annotation
) | frozenset(map(chr, (*range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0))))  # tags, selectors

_INVISIBLE: Final = _ALWAYS_INVISIBLE | frozenset(_JOINERS + _VARIATION_SELECTORS)

_SPACES: Final = "".join(map(chr, (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))

_TO_VISIBLE: Final = {ord(char): None for char in _INVISIBLE} | {ord(c): " " for c in _SPACES}
_TO_READABLE: Final = {ord(char): None for char in _ALWAYS_INVISIBLE} | {
    ord(c): " " for c in _SPACES + "\t\v\f"
}

_SEPARATORS: Final = re.compile(r"[\s()\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\uff08\uff09]")
_LINE_ENDS: Final = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_LOOSE_JOINERS: Final = re.compile(
    f"(?<!\\S)[{_JOINERS}{_VARIATION_SELECTORS}]+|[{_JOINERS}]+(?!\\S)"
)


def to_ascii_digits(text: str) -> str:
    """Write Arabic-Indic and Persian digits as ASCII and leave all else as it is.

    Superscripts and the digits of other scripts stay, so that they are refused later:
    nobody in the country types them, and converting them would hide a mistake.

    >>> to_ascii_digits("١٢٣ ۴۵۶ ²")
    '123 456 ²'
    """
    return text.translate(_EASTERN_DIGITS)


def strip_invisible(text: str) -> str:
    """Remove every character that is drawn as nothing and make each odd space a plain one.

    >>> strip_invisible("05\u00a00000\u200f")
    '05 0000'
    """
    return text.translate(_TO_VISIBLE)


def clean_number(text: str) -> str:
    """Give a typed number without spaces, dashes, brackets and invisible marks, in ASCII digits.

    Letters, signs and other scripts' digits stay for the caller to refuse.

    >>> clean_number("(٠٥٠) 000–0001"), clean_number("05OO")
    ('0500000001', '05OO')
    """
    if text.isascii() and text.isdigit():
        return text  # as most come, in forms and in files of millions
    return _SEPARATORS.sub("", strip_invisible(to_ascii_digits(text)))


def clean_text(text: str) -> str:
    """Give a name or a message as it is stored: NFC, no direction controls, no control characters.

    Line ends become one newline and other breaks a space. A joiner inside a word and the
    variation selector of a symbol are part of the spelling and are kept.

    >>> clean_text(" سارة\u202e أحمد\u200f")
    'سارة أحمد'
    """
    text = _LINE_ENDS.sub("\n", text).translate(_TO_READABLE)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return _LOOSE_JOINERS.sub("", unicodedata.normalize("NFC", text)).strip()


def is_blank(text: str) -> bool:
    """Tell whether a reader would see nothing at all.

    >>> is_blank("\u200f \u3164"), is_blank(".")
    (True, False)
    """
    return all(
        c in _INVISIBLE or c.isspace() or unicodedata.category(c) in {"Cc", "Cs"} for c in text
    )
