"""Whether a mail is still needed when it leaves; see notifications/still_needed.py.

Each template whose SMS is asked after has its own question for mails: those go to people and not
to numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from notifications.mail.models import Mail

Check = Callable[[Sequence[Mail], datetime], set[int]]
"""Gives the ids of those mails that are still needed at an instant."""

_CHECKS: Final[dict[str, Check]] = {}


def ask_before_mailing(template: str, check: Check) -> None:
    """Have a check asked before a mail of a template leaves."""
    _CHECKS[template] = check


def is_still_needed(mail: Mail, now: datetime) -> bool:
    """Tell whether a mail is still needed; most have no check."""
    check = _CHECKS.get(mail.template)
    return check is None or mail.pk in check([mail], now)
