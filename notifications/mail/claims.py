"""Which worker sends which mail: claimed, attempted, recorded (docs/adr/0021).

A claim commits, an attempt commits before the mail server hears of the mail, and the outcome is
recorded after it. Whose worker died in between is `unconfirmed` and never sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import random
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from notifications.mail.errors import LineDown, MailRefused, MailUnknown
from notifications.mail.models import CODE_TEMPLATE, TO_ANY_ADDRESS, Mail, MailAddress
from notifications.mail.rules import LOST_AFTER_SECONDS, MAX_TRIES, retry_delay_seconds
from notifications.mail.statuses import MailStatus
from notifications.mail.still_needed import is_still_needed
from notifications.statuses import CampaignStatus

logger = logging.getLogger(__name__)

BATCH: Final = 10
MOST_STOPPED: Final = 5_000
HIDDEN_BODY: Final = "••••••"

# A share of each campaign's lock: a pause waits for claims that run, and later ones see it.
_UNDER_WAY: Final = """
    SELECT c.id FROM notifications_campaign AS c
    WHERE c.status = %(started)s AND EXISTS (
        SELECT FROM notifications_mail AS m WHERE m.campaign_id = c.id AND m.status = 'queued'
    )
    ORDER BY c.started_at, c.id FOR SHARE
"""

# The last look before the mail server hears of it: ours, to an address that is still its person's.
_BEGIN: Final = """
    UPDATE notifications_mail AS m SET attempted_at = %(now)s, tries = tries + 1
    WHERE m.id = %(id)s AND m.claimed_at = %(claimed_at)s AND m.status = 'sending'
      AND (m.template = ANY(%(to_any)s) OR EXISTS (
          SELECT FROM notifications_mailaddress AS a
          WHERE a.person_id = m.person_id AND a.address = m.address AND a.broken_at IS NULL
      ))
      AND (m.campaign_id IS NULL OR EXISTS (
          SELECT FROM notifications_campaign AS c
          WHERE c.id = m.campaign_id AND c.status = %(started)s
      ))
    RETURNING tries
"""


def claim(*, now: datetime, size: int = BATCH) -> list[Mail]:
    """Take what is due: codes, then notices, then campaigns that are under way; and commit."""
    with transaction.atomic():
        due = _due(now, size)
        Mail.objects.filter(pk__in=[mail.pk for mail in due]).update(
            status=MailStatus.SENDING, claimed_at=now, attempted_at=None
        )
    for mail in due:
        mail.status, mail.claimed_at, mail.attempted_at = MailStatus.SENDING, now, None
    return due


def _due(now: datetime, size: int) -> list[Mail]:
    ordered = (
        Mail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status=MailStatus.QUEUED, not_before__lte=now)
        .order_by("not_before", "id")
    )
    due = list(ordered.filter(template=CODE_TEMPLATE)[:size])
    if len(due) < size:
        single = ordered.filter(campaign__isnull=True).exclude(template=CODE_TEMPLATE)
        due += single[: size - len(due)]
    if len(due) < size:
        with connection.cursor() as cursor:
            cursor.execute(_UNDER_WAY, {"started": CampaignStatus.STARTED.value})
            campaigns = [pk for (pk,) in cursor.fetchall()]
        for pk in campaigns:
            due += ordered.filter(campaign=pk)[: size - len(due)]
            if len(due) == size:
                break
    return due


def begin(mail: Mail, *, now: datetime) -> bool:
    """Record the try of a claimed mail and commit; False where it does not leave.

    One that is over or needed no more is ended; one of a campaign that was paused is given back.
    """
    if mail.expires_at is not None and mail.expires_at <= now:
        _end(mail, MailStatus.EXPIRED)
        return False
    if not is_still_needed(mail, now):
        _end(mail, MailStatus.CANCELLED)
        return False
    facts: dict[str, Any] = {
        "now": now,
        "id": mail.pk,
        "claimed_at": mail.claimed_at,
        "to_any": list(TO_ANY_ADDRESS),
        "started": CampaignStatus.STARTED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, facts)
        row = cursor.fetchone()
    if row is not None:
        mail.tries, mail.attempted_at = int(row[0]), now
        return True
    has_address = MailAddress.objects.filter(
        person_id=mail.person_id, address=mail.address, broken_at__isnull=True
    ).exists()
    if has_address or mail.template in TO_ANY_ADDRESS:
        release([mail])
    else:
        _end(mail, MailStatus.CANCELLED)
    return False


def release(mails: Iterable[Mail]) -> None:
    """Give back what was claimed and not attempted."""
    for mail in mails:
        _held(mail, MailStatus.SENDING).update(status=MailStatus.QUEUED, attempted_at=None)


def record_sent(mail: Mail, *, now: datetime) -> None:
    """Record that the mail server took a mail; also where its claim was given up meanwhile."""
    _held(mail, MailStatus.SENDING, MailStatus.UNCONFIRMED).update(
        status=MailStatus.SENT, sent_at=now, error="", body=_body_after(mail)
    )


def record_unknown(mail: Mail, error: MailUnknown) -> None:
    """Record that the mail was handed over without an answer. It is never sent again."""
    _held(mail, MailStatus.SENDING).update(
        status=MailStatus.UNCONFIRMED, error=error.reason[:80], body=_body_after(mail)
    )
    logger.warning("mail %s: outcome unknown (%s)", mail.pk, error.reason)


def record_refused(mail: Mail, error: MailRefused, *, now: datetime) -> None:
    """Record a refusal: for now, with a later try; or for good, with the address marked."""
    if not error.is_permanent:
        _put_off(mail, error.reason, now=now)
        return
    with transaction.atomic():
        _end(mail, MailStatus.FAILED, error=error.reason)
        if error.is_about_address:
            MailAddress.objects.filter(
                person_id=mail.person_id, address=mail.address, broken_at__isnull=True
            ).update(broken_at=now, broken_reason=error.reason[:40])
    logger.warning("mail %s: refused for good (%s)", mail.pk, error.reason)


def record_line_down(mail: Mail, error: LineDown, *, now: datetime) -> None:
    """Put a mail back whose server went away before it heard the text."""
    if mail.attempted_at is not None:
        _put_off(mail, error.reason, now=now)


def _put_off(mail: Mail, reason: str, *, now: datetime) -> None:
    seconds = retry_delay_seconds(
        mail.tries,
        is_code=mail.template == CODE_TEMPLATE,
        chance=random(),  # noqa: S311 - no secret
    )
    if seconds is None:
        _end(mail, MailStatus.FAILED, error=reason)
        logger.warning("mail %s: put off %d times, the last time (%s)", mail.pk, MAX_TRIES, reason)
        return
    _held(mail, MailStatus.SENDING).update(
        status=MailStatus.QUEUED,
        not_before=now + timedelta(seconds=seconds),
        attempted_at=None,
        error=reason[:80],
    )


def settle_lost(*, now: datetime) -> tuple[int, int]:
    """Settle the claims of workers that died; give how many are unknown and how many wait again.

    What was attempted is unknown for good: SMS and portal carry the notice (docs/adr/0021).
    """
    lost = Mail.objects.filter(
        status=MailStatus.SENDING, claimed_at__lt=now - timedelta(seconds=LOST_AFTER_SECONDS)
    )
    with transaction.atomic():
        rows = list(
            lost.select_for_update(skip_locked=True).values_list("pk", "attempted_at", "template")
        )
        unknown = [pk for pk, attempted_at, _template in rows if attempted_at is not None]
        codes = [pk for pk, at, template in rows if at is not None and template == CODE_TEMPLATE]
        waiting = [pk for pk, attempted_at, _template in rows if attempted_at is None]
        Mail.objects.filter(pk__in=unknown).update(
            status=MailStatus.UNCONFIRMED, error="worker lost"
        )
        Mail.objects.filter(pk__in=codes).update(body=HIDDEN_BODY)
        Mail.objects.filter(pk__in=waiting).update(status=MailStatus.QUEUED)
    if rows:
        logger.warning("lost mails: unknown %s, queued again %s", unknown, waiting)
    return len(unknown), len(waiting)


def expire_and_cancel(*, now: datetime) -> int:
    """End what waited too long and what belongs to stopped campaigns, some thousands at a time."""
    queued = Mail.objects.filter(status=MailStatus.QUEUED)
    late = queued.filter(campaign__isnull=True, not_before__lte=now, expires_at__lte=now)
    stopped = queued.filter(campaign__status=CampaignStatus.STOPPED)
    codes = late.filter(template=CODE_TEMPLATE)
    ended = Mail.objects.filter(pk__in=_some(codes)).update(
        status=MailStatus.EXPIRED, body=HIDDEN_BODY
    )
    ended += Mail.objects.filter(pk__in=_some(late)).update(status=MailStatus.EXPIRED)
    ended += Mail.objects.filter(pk__in=_some(stopped)).update(status=MailStatus.CANCELLED)
    return ended


def _some(rows: QuerySet[Mail]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:MOST_STOPPED])


def cancel_waiting(*, person_id: int, others_than: str = "") -> None:
    """Cancel a person's notices that wait for an address that is theirs no more."""
    mine = Mail.objects.filter(person_id=person_id, status=MailStatus.QUEUED)
    mine.exclude(template__in=TO_ANY_ADDRESS).exclude(address=others_than).update(
        status=MailStatus.CANCELLED
    )


def _end(mail: Mail, status: MailStatus, *, error: str = "") -> None:
    _held(mail, MailStatus.SENDING).update(status=status, error=error[:80], body=_body_after(mail))


def _body_after(mail: Mail) -> str:
    """Give the text that stays in the row: a code's is of no more use to anybody."""
    return HIDDEN_BODY if mail.template == CODE_TEMPLATE else mail.body


def _held(mail: Mail, *statuses: MailStatus) -> QuerySet[Mail]:
    """Give the mail as long as this claim is its newest."""
    return Mail.objects.filter(pk=mail.pk, claimed_at=mail.claimed_at, status__in=statuses)
