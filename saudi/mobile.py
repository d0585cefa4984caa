"""Saudi mobile numbers.

The rule is our own, 05 and eight digits: the metadata of phone libraries denies ranges
that are in use (O10). Numbers are stored in the form of E.164, `+9665XXXXXXXX`.

>>> parse_mobile("٠٥٠ ٠٠٠ ٠٠٠١") == parse_mobile("00966500000001") == "+966500000001"
True
"""

import re
from typing import Final, Literal

from saudi.digits import clean_number

__all__ = ["InvalidMobile", "MobileFault", "display_mobile", "mask_mobile", "parse_mobile"]

MobileFault = Literal["required", "not_digits", "length", "not_mobile", "foreign"]

_COUNTRY_CODE: Final = re.compile(r"(?:\+|00)?966")
_SUBSCRIBER_LENGTH: Final = 9
_STORED: Final = re.compile(r"\+9665[0-9]{8}")


class InvalidMobile(ValueError):
    """The text is no Saudi mobile; `reason` says why, `count` how many digits were typed."""

    def __init__(self, reason: MobileFault, *, count: int = 0) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.count: Final = count


def parse_mobile(text: str) -> str:
    """Give `+9665XXXXXXXX` for a Saudi mobile typed in any spelling.

    Understands 05…, 5…, 966…, +966…, 00966…, a zero kept after the country code, spaces,
    dashes, dots and brackets. Raises InvalidMobile.

    >>> parse_mobile("0520000001")  # the metadata of libraries denies this range
    '+966520000001'
    >>> parse_mobile("+201000000001")
    Traceback (most recent call last):
    saudi.mobile.InvalidMobile: foreign
    """
    typed = clean_number(text).replace(".", "")
    if not typed:
        raise InvalidMobile("required")
    digits = typed.removeprefix("+")
    count = len(digits)
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidMobile("not_digits", count=count)
    subscriber = _COUNTRY_CODE.sub("", typed, count=1) if _COUNTRY_CODE.match(typed) else typed
    if subscriber.startswith(("+", "00")):
        raise InvalidMobile("foreign", count=count)
    subscriber = subscriber.removeprefix("0")
    if subscriber and not subscriber.startswith("5"):
        raise InvalidMobile("not_mobile", count=count)
    if len(subscriber) != _SUBSCRIBER_LENGTH:
        raise InvalidMobile("length", count=count)
    return f"+966{subscriber}"


def display_mobile(mobile: str) -> str:
    """Write a stored mobile as people read it, `05XXXXXXXX`; other text stays as it is.

    >>> display_mobile("+966500000001")
    '0500000001'
    """
    return f"0{mobile.removeprefix('+966')}" if _STORED.fullmatch(mobile) else mobile


def mask_mobile(mobile: str) -> str:
    """Write a stored mobile so that only its owner recognises it: `05••••••01`.

    Of any other text nothing is shown.

    >>> mask_mobile("+966500000001")
    '05••••••01'
    """
    if not _STORED.fullmatch(mobile):
        return "•" * len(mobile)
    return f"05••••••{mobile[-2:]}"
