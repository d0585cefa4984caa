"""Why a mail failed or waits, in words for staff. What is stored are codes: `550 5.1.1`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CODE: Final = re.compile(r"([245][0-9]{2})(?: ([245]\.[0-9]+\.[0-9]+))?")

_NOBODY: Final = _("Nobody has this address.")
_WORDS: Final[dict[str, StrOrPromise]] = {
    "worker lost": _("Our program ended while it was sending. The mail may have left."),
    "our own fault": _("Our program failed. An operator must act."),
    "sign-in": _("The mail server takes neither our name nor our password. An operator must act."),
    "tls": _("The line to the mail server is not safe. An operator must act."),
    "timeout": _("The mail server did not answer in time."),
}
_ENHANCED: Final[tuple[tuple[str, StrOrPromise], ...]] = (
    (".1.", _NOBODY),
    (".2.1", _("The mailbox is closed.")),
    (".2.2", _("The mailbox is full.")),
    (".7.", _("The mail server does not take our mails. An operator must act.")),
)


def mail_reason_in_words(reason: str) -> StrOrPromise:
    """Word a stored reason; one that has no words of its own by its class."""
    if reason in _WORDS:
        return _WORDS[reason]
    if reason.startswith("sign-in"):
        return _WORDS["sign-in"]
    found = _CODE.fullmatch(reason)
    if found is None:
        return _("The line to the mail server broke.")
    code, enhanced = found[1], found[2] or ""
    words = next((words for mark, words in _ENHANCED if mark in enhanced), None)
    if words is None and code in {"550", "551", "553"}:
        words = _NOBODY
    if words is None and code.startswith("4"):
        words = _("The mail server put it off.")
    return words or _("The mail server does not take this mail.")
