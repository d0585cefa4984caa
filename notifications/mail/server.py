"""Leaving a mail server alone that fails: what all workers know of it is one row.

A dead server costs one connection now and then, however many mails wait, and none of the mails a
try.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from random import random

from django.db import transaction

from notifications.mail.errors import LineDown
from notifications.mail.models import MailServerRest
from notifications.mail.rules import rest_seconds

logger = logging.getLogger(__name__)

ALARM_AFTER = 3
"""So many failures in a row, and the log has an error; once for an outage."""


def is_resting(*, now: datetime) -> bool:
    """Tell whether the mail server is left alone now."""
    return MailServerRest.objects.filter(rest_until__gt=now).exists()


def note_failure(error: LineDown, *, now: datetime) -> None:
    """Count a failure and let the server rest; the third in a row, and our own fault, is told."""
    with transaction.atomic():
        MailServerRest.objects.get_or_create(pk=1)
        row = MailServerRest.objects.select_for_update().get(pk=1)
        if row.rest_until is not None and row.rest_until > now:
            return  # another worker has just counted the same failure
        row.failures += 1
        row.failing_since = row.failing_since or now
        row.rest_until = now + timedelta(seconds=rest_seconds(row.failures, chance=random()))  # noqa: S311 - no secret
        row.reason = error.reason
        row.save()
    if row.failures == (1 if error.is_ours else ALARM_AFTER):
        logger.error("mail alarm: the mail server fails (%s); mails wait", error.reason)
    else:
        logger.warning("the mail server failed (%s); it is tried again", error.reason)


def note_success() -> None:
    """Forget the failures of a server that took a mail: a read alone where there are none."""
    if MailServerRest.objects.filter(failures__gt=0).exists():
        changed = MailServerRest.objects.filter(failures__gt=0).update(
            failures=0, failing_since=None, rest_until=None, reason=""
        )
        if changed:
            logger.warning("mail alarm: the mail server takes mails again")
