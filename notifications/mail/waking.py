"""Waking the mails' workers; see notifications/waking.py."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction

from notifications.waking import wake_task

MAIL_QUEUE: Final = "email"
MAIL_TASK: Final = "notifications.send_mails"


def wake_mails() -> bool:
    """Tell the mails' workers that there is something to send; see `waking.wake_task`."""
    return bool(settings.EMAIL_BY) and wake_task(MAIL_TASK, (), queue=MAIL_QUEUE)


def wake_mails_after_commit() -> None:
    """Wake them once this transaction is committed."""
    transaction.on_commit(partial(wake_mails), robust=True)
