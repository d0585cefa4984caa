"""Folding of Arabic text for search: the folded form is stored beside the text, never shown."""

import re
import unicodedata
from typing import Final

from saudi.digits import strip_invisible, to_ascii_digits

_LETTERS: Final = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ئ": "ي",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ک": "ك",
        "ـ": None,
    }
)
_SPACES: Final = re.compile(r"\s+")
_SPLIT_NAME: Final = re.compile(r"(?<=\bعبد) (?=ال)| (?=(?:الله|الدين)\b)")


def fold(text: str) -> str:
    """Give the form in which ordinary spellings of a word are equal, for an index and a search.

    Folds hamza on its seat, alef maqsura, taa marbuta, tatweel, vowels, digits, letter case,
    Persian letters and the space in عبد الله; letters that tell words apart stay (O06).
    """
    text = unicodedata.normalize("NFKC", strip_invisible(to_ascii_digits(text))).translate(_LETTERS)
    text = "".join(char for char in text if unicodedata.category(char) != "Mn").casefold()
    return _SPLIT_NAME.sub("", _SPACES.sub(" ", text).strip())
