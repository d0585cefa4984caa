"""The outbox: what is owed to somebody is written in the transaction of the change it reports.

A row here is the promise; a worker is only woken. A lost wake-up costs seconds, because the
scheduled sweep finds the row (docs/adr/0004).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection, transaction

from notifications.errors import NotASaudiMobile, OutsideTransaction
from notifications.mail import outbox as mails
from notifications.mail.waking import wake_mails_after_commit
from notifications.models import Message
from notifications.programme import programme_values
from notifications.rules import DAYTIME_LANES, sending_time
from notifications.statuses import Lane, MessageStatus
from notifications.texts.wording import wording_of
from notifications.waking import ensure_woken

_SAUDI_MOBILE: Final = re.compile(r"\+9665[0-9]{8}")

# Written out: every submission pays for it, and the ORM takes five times as long to make it.
_QUEUE: Final = """
    INSERT INTO notifications_message (
        event, recipient, template, language, body, lane, status, queued_at, not_before,
        expires_at, person_id, gateway, gateway_id, error
    ) VALUES (
        %(event)s, %(recipient)s, %(template)s, %(language)s, %(body)s, %(lane)s, %(status)s,
        %(queued_at)s, %(not_before)s, %(expires_at)s, %(person_id)s, '', '', ''
    )
    ON CONFLICT DO NOTHING
"""

# A person's notice and its mail, where they proved an address: still one statement.
_QUEUE_WITH_MAIL: Final = f"WITH told AS ({_QUEUE}) {mails.INSERT_FOR_PERSON}"

_QUEUE_MANY: Final = """
    INSERT INTO notifications_message (
        event, recipient, template, language, body, lane, status, queued_at, not_before,
        expires_at, gateway, gateway_id, error
    )
    SELECT %(outbox_event)s, told.mobile, %(outbox_template)s,
           CASE WHEN told.language = 'en' THEN 'en' ELSE 'ar' END,
           CASE WHEN told.language = 'en' THEN %(outbox_en)s ELSE %(outbox_ar)s END,
           %(outbox_lane)s, 'queued', %(outbox_now)s, %(outbox_not_before)s,
           %(outbox_expires_at)s, '', '', ''
    FROM ({recipients}) AS told
    WHERE told.mobile <> '' AND NOT (%(outbox_may_be_stopped)s AND EXISTS (
        SELECT FROM notifications_stoppednumber AS s WHERE s.mobile = told.mobile
    ))
    ON CONFLICT (event, recipient) DO NOTHING
"""


def is_saudi_mobile(number: str) -> bool:
    """Tell whether a stored number may get an SMS: +9665 and eight digits, nothing else."""
    return _SAUDI_MOBILE.fullmatch(number) is not None


def queue_message(
    *,
    event: str,
    to: str,
    template: str,
    values: Mapping[str, str],
    language: str,
    now: datetime,
    expires_at: datetime | None = None,
    person_id: int | None = None,
) -> None:
    """Write one SMS into the outbox, once for an event and a number.

    Runs inside the transaction of the change, in one INSERT that a repeated event leaves without
    effect. After the commit the lane's worker is woken. With an empty `to` the same statement
    writes a suppressed row, and the same wake-up follows: an unknown person costs what a known
    one costs (DOMAIN 17). `person_id` is the person of the register whose matter it is, who also
    reads it in the portal, whatever number it goes to (docs/adr/0017), and by e-mail where they
    chose that (docs/adr/0021); never given for a code.
    The wording is the one that counts, as this process knows it; the row keeps the text it is
    written with (docs/adr/0020).

    Raises:
        OutsideTransaction: when no transaction is open.
        NotASaudiMobile: when `to` is neither empty nor a Saudi mobile in its stored form.
        UnknownTemplate, WrongTemplateValues: when template and values do not fit.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event)
    if to and not is_saudi_mobile(to):
        raise NotASaudiMobile(event)
    chosen = wording_of(template)
    language = "en" if language == "en" else "ar"
    programme = programme_values(language)
    body = chosen.body(language, values, programme)
    if not to and chosen.is_secret:
        body = chosen.hidden_body(language, programme)
    not_before = sending_time(chosen.lane, now)
    row: dict[str, Any] = {
        "event": event,
        "recipient": to,
        "template": template,
        "language": language,
        "body": body,
        "lane": str(chosen.lane),
        "status": str(MessageStatus.QUEUED if to else MessageStatus.SUPPRESSED),
        "queued_at": now,
        "not_before": not_before,
        "expires_at": expires_at,
        "person_id": None if chosen.is_secret else person_id,
    }
    statement = _QUEUE
    if row["person_id"] is not None and mails.is_on():
        statement = _QUEUE_WITH_MAIL
        row |= mails.facts_for_person(
            template, language, values, body, now=now, expires_at=expires_at
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, row)
        if statement is _QUEUE_WITH_MAIL and cursor.rowcount:
            wake_mails_after_commit()
    if not_before <= now:
        wake_after_commit(chosen.lane)


def queue_for_many(
    *,
    event: str,
    recipients: str,
    facts: Mapping[str, Any],
    template: str,
    values: Mapping[str, Mapping[str, str]],
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Write one SMS for each number that a SELECT gives, once for the event; give how many are new.

    `recipients` selects `mobile` and `language`, each number once, with `facts` as its parameters;
    `values` are those of each language. One statement for any number of rows, in the caller's
    transaction. A number that has stopped what goes to many is left out of those lanes. After the
    commit the lane's worker is woken where the lane's hours allow.

    Raises:
        OutsideTransaction, UnknownTemplate, WrongTemplateValues: see `queue_message`.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event)
    chosen = wording_of(template)
    not_before = sending_time(chosen.lane, now)
    row: dict[str, Any] = {
        "outbox_event": event,
        "outbox_template": template,
        "outbox_ar": chosen.body("ar", values["ar"], programme_values("ar")),
        "outbox_en": chosen.body("en", values["en"], programme_values("en")),
        "outbox_lane": str(chosen.lane),
        "outbox_may_be_stopped": chosen.lane in DAYTIME_LANES,
        "outbox_now": now,
        "outbox_not_before": not_before,
        "outbox_expires_at": expires_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE_MANY.format(recipients=recipients), {**facts, **row})
        queued = int(cursor.rowcount)
    if queued and not_before <= now:
        wake_after_commit(chosen.lane)
    return queued


def is_told(*, event: str, to: str) -> bool:
    """Tell whether an event's SMS to a number was put into the outbox."""
    return Message.objects.filter(event=event, recipient=to).exists()


def wake_after_commit(lane: Lane) -> None:
    """Wake the lane's worker once this transaction is committed; never when it is rolled back."""
    transaction.on_commit(partial(ensure_woken, lane), robust=True)
