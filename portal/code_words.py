"""How refusals around one-time codes are worded: what happened, and when or how to go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import (
    CodeExpired,
    CodeSentRecently,
    LimitReached,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from saudi.gregorian import format_time
from saudi.languages import page_language


def worded_code_refusal(
    refusal: WrongCode
    | CodeExpired
    | CodeSentRecently
    | TooManyCodes
    | TooManyWrongTries
    | LimitReached,
) -> str:
    """Word a refusal: what happened, and when or how to go on."""
    match refusal:
        case WrongCode(tries_left=0):
            return _("The code is not right, and you have no tries left. Ask for a new code.")
        case WrongCode(tries_left=left):
            return ngettext(
                "The code is not right. Compare it with the message. You have %(left)d try left.",
                "The code is not right. Compare it with the message. You have %(left)d tries left.",
                left,
            ) % {"left": left}
        case CodeExpired():
            return _("This code no longer works. Ask for a new one.")
        case CodeSentRecently(retry_after_seconds=seconds):
            return ngettext(
                "A code was sent a moment ago. You can ask for another in %(seconds)d second.",
                "A code was sent a moment ago. You can ask for another in %(seconds)d seconds.",
                seconds,
            ) % {"seconds": seconds}
        case TooManyCodes(retry_at=at):
            text = _(
                "Too many codes were asked for with this ID. Ask for a new one after %(time)s."
            )
        case TooManyWrongTries(retry_at=at):
            text = _("Too many wrong codes were tried with this ID. Try again after %(time)s.")
        case LimitReached(retry_at=at):
            text = _(
                "Too many codes were asked for from your network. "
                "Try again after %(time)s, or from another network."
            )
    return text % {"time": _time(at)}


def worded_email_refusal(
    refusal: WrongCode | CodeExpired | CodeSentRecently | TooManyCodes | TooManyWrongTries,
) -> str:
    """Word a refusal around the code of an e-mail address; the same whosever address it is."""
    match refusal:
        case TooManyCodes(retry_at=at):
            text = _("Too many codes were asked for. Ask for a new one after %(time)s.")
        case TooManyWrongTries(retry_at=at):
            text = _("Too many wrong codes were tried. Try again after %(time)s.")
        case _:
            return worded_code_refusal(refusal)
    return text % {"time": _time(at)}


def _time(at: datetime) -> str:
    return format_time(_next_minute(at), page_language())


def _next_minute(at: datetime) -> datetime:
    """Round up to the minute that is shown, so that whoever comes then is not refused."""
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + timedelta(minutes=1)
