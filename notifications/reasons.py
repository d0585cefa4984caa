"""Why a message failed or waits, in words for staff (O23).

What is stored is short and exact: `http 400, code 21610`, `code 30003`, `not connected`. A code
that is not in the table is worded by its class, as it was treated by its class.
Source of the codes: twilio.com/docs/api/errors, docs.unifonic.com (gateways/unifonic_codes.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CODE: Final = re.compile(r"code ((?:[A-Z]+-)?[0-9]+)")
_STATUS: Final = re.compile(r"http ([0-9]{3})")

_ACCOUNT: Final = _("The gateway does not know our account or its token. An operator must act.")
_NO_MOBILE: Final = _("No mobile has this number.")
_FILTERED: Final = _("The network took the message for advertising. An operator must act.")
_NOT_IN_USE: Final = _("The number is not in use.")
_SENDER: Final = _("The sender's name is not registered. An operator must act.")
_TOO_FAST: Final = _("We sent faster than the gateway takes. It is tried again by itself.")
_UNKNOWN: Final = _("No clear answer came from the gateway. The message may have left.")
_REPEATED: Final = _("The gateway took it for a repetition of a message it already had.")

_CODES: Final[dict[str, StrOrPromise]] = {
    "20003": _ACCOUNT,
    "20005": _("The gateway has closed our account. An operator must act."),
    "20404": _("The gateway's address is wrong. An operator must act."),
    "20429": _TOO_FAST,
    "21211": _NO_MOBILE,
    "21408": _("Our account may not send to this country. An operator must act."),
    "21610": _("This person stopped our messages on this mobile. They must allow them again."),
    "21612": _("The gateway has no way to this number."),
    "21614": _("This number is not a mobile."),
    "30001": _("Too many messages wait at the gateway. It is tried again by itself."),
    "30003": _("The mobile was off or without a signal."),
    "30005": _NOT_IN_USE,
    "30006": _("The number cannot get SMS: a landline, or a network the gateway does not reach."),
    "30007": _FILTERED,
    "30008": _("The network gave no reason."),
    "63038": _("Our messages for today are used up. Sending goes on tomorrow."),
    "ER-01": _("Our balance at the gateway is used up. An operator must act."),
    "ER-02": _NO_MOBILE,
    "ER-03": _NO_MOBILE,
    "ER-04": _NO_MOBILE,
    "ER-05": _NOT_IN_USE,
    "ER-07": _FILTERED,
    "ER-08": _SENDER,
    "ER-09": _REPEATED,
}

_STATUSES: Final[dict[str, StrOrPromise]] = {
    "401": _ACCOUNT,
    "402": _ACCOUNT,
    "403": _ACCOUNT,
    "409": _REPEATED,
    "410": _NO_MOBILE,
    "429": _TOO_FAST,
    "480": _SENDER,
    "482": _NO_MOBILE,
    "504": _UNKNOWN,
    "599": _UNKNOWN,
}
"""Statuses that say enough where no code is told."""

_WORDS: Final[dict[str, StrOrPromise]] = {
    "connect timeout": _("The gateway could not be reached. It is tried again by itself."),
    "not connected": _("The gateway could not be reached. It is tried again by itself."),
    "certificate not trusted": _("The gateway could not prove who it is. An operator must act."),
    "wrong number": _("Whoever answered our call is somebody else."),
    "worker lost": _("The portal stopped while sending. The message may have left."),
    "not at the gateway": _(
        "The gateway never got the message. It is sent once more, unless its time is over."
    ),
    "not at the gateway, twice": _("The gateway never got the message, twice."),
    "reported without a code": _("The gateway reported a failure without a reason."),
}

_REFUSED: Final = _("The gateway did not accept the message.")
_OUT_OF_ORDER: Final = _("The gateway was out of order. It is tried again by itself.")
_FAILED: Final = _("The network did not deliver the message.")


def reason_in_words(error: str) -> StrOrPromise:
    """Word a stored error; empty for none."""
    if not error:
        return ""
    code = _CODE.search(error)
    if code and code.group(1) in _CODES:
        return _CODES[code.group(1)]
    status = _STATUS.search(error)
    if status and not code and status.group(1) in _STATUSES:
        return _STATUSES[status.group(1)]
    if status:
        is_for_now = status.group(1) == "429" or status.group(1).startswith("5")
        return _OUT_OF_ORDER if is_for_now else _REFUSED
    if code:
        return _FAILED
    return _WORDS.get(error, _UNKNOWN)
