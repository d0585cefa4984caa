"""Why a message failed or waits, in words for staff (O23).

What is stored is short and exact: `http 400, code 21610`, `code 30003`, `not connected`. A code
that is not in the table is worded by its class, as it was treated by its class.
Source of the codes: twilio.com/docs/api/errors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CODE: Final = re.compile(r"code ([0-9]+)")
_STATUS: Final = re.compile(r"http ([0-9]{3})")

_CODES: Final[dict[int, StrOrPromise]] = {
    20003: _("The gateway does not know our account or its token. An operator must act."),
    20005: _("The gateway has closed our account. An operator must act."),
    20404: _("The gateway's address is wrong. An operator must act."),
    20429: _("We sent faster than the gateway takes. It is tried again by itself."),
    21211: _("No mobile has this number."),
    21408: _("Our account may not send to this country. An operator must act."),
    21610: _("This person stopped our messages on this mobile. They must allow them again."),
    21612: _("The gateway has no way to this number."),
    21614: _("This number is not a mobile."),
    30001: _("Too many messages wait at the gateway. It is tried again by itself."),
    30003: _("The mobile was off or without a signal."),
    30005: _("The number is not in use."),
    30006: _("The number cannot get SMS: a landline, or a network the gateway does not reach."),
    30007: _("The network took the message for advertising. An operator must act."),
    30008: _("The network gave no reason."),
    63038: _("Our messages for today are used up. Sending goes on tomorrow."),
}

_WORDS: Final[dict[str, StrOrPromise]] = {
    "connect timeout": _("The gateway could not be reached. It is tried again by itself."),
    "not connected": _("The gateway could not be reached. It is tried again by itself."),
    "certificate not trusted": _("The gateway could not prove who it is. An operator must act."),
    "worker lost": _("The portal stopped while sending. The message may have left."),
    "not at the gateway": _(
        "The gateway never got the message. It is sent once more, unless its time is over."
    ),
    "not at the gateway, twice": _("The gateway never got the message, twice."),
    "reported without a code": _("The gateway reported a failure without a reason."),
}

_UNKNOWN: Final = _("No clear answer came from the gateway. The message may have left.")
_REFUSED: Final = _("The gateway did not accept the message.")
_OUT_OF_ORDER: Final = _("The gateway was out of order. It is tried again by itself.")
_FAILED: Final = _("The network did not deliver the message.")


def reason_in_words(error: str) -> StrOrPromise:
    """Word a stored error; empty for none."""
    if not error:
        return ""
    code = _CODE.search(error)
    if code and int(code.group(1)) in _CODES:
        return _CODES[int(code.group(1))]
    status = _STATUS.search(error)
    if status:
        is_for_now = status.group(1) == "429" or status.group(1).startswith("5")
        return _OUT_OF_ORDER if is_for_now else _REFUSED
    if code:
        return _FAILED
    return _WORDS.get(error, _UNKNOWN)
