"""Sending what the outbox of mails holds; no transaction is open while the server works."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from notifications.mail import claims, server
from notifications.mail.errors import LineDown, MailRefused, MailUnknown
from notifications.mail.mailbox import MailboxLine
from notifications.mail.models import Mail
from notifications.mail.smtp import Line, SmtpLine
from notifications.mail.writing import write_mail

logger = logging.getLogger(__name__)

MOST_SECONDS: Final = 10.0
"""After so long a drain ends and another is asked for; the mail that is out is finished first."""
PLENTY: Final = 5 * claims.BATCH


@dataclass(frozen=True, slots=True)
class Drained:
    """How many mails a drain finished with, and whether it stopped before the end."""

    done: int
    has_more: bool = False


def line_of_settings() -> Line:
    """Give what takes mails: the mail server, or the demonstration's mailbox."""
    return SmtpLine() if settings.EMAIL_BY == "smtp" else MailboxLine()


def drain(
    *,
    line: Line | None = None,
    clock: Callable[[], datetime] = timezone.now,
    seconds: float = MOST_SECONDS,
    call_help: Callable[[], object] | None = None,
) -> Drained:
    """Send what is due over one connection, until nothing is, the time is over or the line is down.

    A claim is small, so that a code that comes meanwhile leaves next.
    """
    if not settings.EMAIL_BY:
        return Drained(0)
    line = line or line_of_settings()
    ends, done = time.monotonic() + seconds, 0
    try:
        while not server.is_resting(now=clock()):
            batch = claims.claim(now=clock())
            if not batch:
                return Drained(done)
            sent, is_up = _send_batch(line, batch, clock, ends)
            done += sent
            if not is_up:
                break
            if call_help is not None and done >= PLENTY:
                call_help()
                call_help = None
            if time.monotonic() > ends:
                return Drained(done, has_more=True)
        return Drained(done)
    finally:
        line.close()


def _send_batch(
    line: Line, batch: list[Mail], clock: Callable[[], datetime], ends: float
) -> tuple[int, bool]:
    """Send what was claimed; give how many are done, and whether the line holds.

    What is not reached in time, or after the line broke, is given back.
    """
    left, done = list(batch), 0
    try:
        while left and time.monotonic() <= ends:
            try:
                line.open()
            except LineDown as error:
                server.note_failure(error, now=clock())
                return done, False
            mail = left.pop(0)
            if claims.begin(mail, now=clock()) and not _send(line, mail, clock):
                return done, False
            done += 1
        return done, True
    finally:
        claims.release(left)


def _send(line: Line, mail: Mail, clock: Callable[[], datetime]) -> bool:
    """Send one mail and record what became of it; False where the server cannot be used."""
    try:
        line.send(mail.pk, write_mail(mail))
    except LineDown as error:
        now = clock()
        claims.record_line_down(mail, error, now=now)
        server.note_failure(error, now=now)
        return False
    except MailRefused as error:
        claims.record_refused(mail, error, now=clock())
    except MailUnknown as error:
        claims.record_unknown(mail, error)
        server.note_failure(LineDown(error.reason), now=clock())
        return False
    except Exception:  # our own fault: it must stop no other mail
        logger.exception("mail %s: writing or sending it failed", mail.pk)
        claims.record_unknown(mail, MailUnknown("our own fault"))
    else:
        claims.record_sent(mail, now=clock())
        server.note_success()
    return True
