"""Folding of Arabic text for search: the folded form is stored beside the text, never shown.

The database folds with the function `saudi_fold`, made by this package's migrations, which gives
the same for every text: a search is folded here and compared with what was folded there. So
nothing here may depend on a library's version or a server's locale: what is folded is listed.

>>> fold("عبد الله أحمد") == fold("عبدالله احمد")
True
"""

import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from saudi.digits import strip_invisible, to_ascii_digits

__all__ = ["fold"]

_Table = dict[int, str | int | None]

_LETTERS: Final[_Table] = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ک": "ك",
        "ـ": None,
        "Æ": "æ",
        "Ø": "ø",
        "Þ": "þ",
        "Ð": "ð",
        "Ł": "ł",
        "Œ": "œ",
    }
) | str.maketrans(ascii_uppercase, ascii_lowercase)
"""Letters that are one in ordinary spelling, after compatibility decomposition: a hamza on its
seat and a madda are marks by then."""

_MARKS: Final[_Table] = {
    point: None
    for first, last in (
        (0x0300, 0x036F),  # Latin accents
        (0x0610, 0x061A),  # honorifics
        (0x064B, 0x065F),  # vowels, madda, hamza above and below
        (0x0670, 0x0670),  # dagger alef
        (0x06D6, 0x06DC),  # Quranic marks from here on
        (0x06DF, 0x06E4),
        (0x06E7, 0x06E8),
        (0x06EA, 0x06ED),
        (0x08D3, 0x08E1),
        (0x08E3, 0x08FF),
    )
    for point in range(first, last + 1)
}

_BREAKS: Final[_Table] = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u1680"), " ")
"""What parts words beside the spaces that decomposition makes plain."""

_FOLDED: Final = _LETTERS | _MARKS | _BREAKS

_SPACES: Final = re.compile(" +")
_LETTER: Final = "[0-9a-z\u0621-\u06ff]"
_SPLIT_NAME: Final = re.compile(
    f"(?<=عبد)(?<!{_LETTER}عبد) (?=ال)| (?=(?:الله|الدين)(?!{_LETTER}))"
)


def fold(text: str) -> str:
    """Give the form in which ordinary spellings of a word are equal, for an index and a search.

    Folds hamza on its seat, alef maqsura, taa marbuta, tatweel, vowels, digits, case and accents
    of Latin letters, Persian letters and the space in عبد الله; letters that tell words apart
    stay (O06).

    >>> fold("فاطمة ") == fold("فاطمه"), fold("محـــمد") == fold("مُحَمَّد")
    (True, True)
    >>> fold("إلى") == fold("إلا")
    False
    """
    plain = unicodedata.normalize("NFKD", strip_invisible(to_ascii_digits(text)))
    return _SPLIT_NAME.sub("", _SPACES.sub(" ", plain.translate(_FOLDED)).strip(" "))
