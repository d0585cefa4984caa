"""Mails that are owed to people, written in the transaction of the change they report.

A person without a proved address has no row, at the cost of one look by the key. A million people
are one statement (docs/adr/0021).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.errors import OutsideTransaction
from notifications.mail.models import CODE_TEMPLATE, Mail
from notifications.mail.rules import NOTICE_LIFE
from notifications.mail.statuses import MailStatus
from notifications.mail.subjects import subject_of
from notifications.mail.waking import wake_mails_after_commit
from notifications.programme import programme_values
from notifications.texts.wording import wording_of

INSERT_FOR_PERSON: Final = """
    INSERT INTO notifications_mail (
        event, person_id, address, template, language, subject, body, status, queued_at,
        not_before, expires_at, tries, error, uuid
    )
    SELECT %(event)s, a.person_id, a.address, %(template)s, %(language)s, %(mail_subject)s,
           %(mail_body)s, 'queued', %(queued_at)s, %(queued_at)s, %(mail_expires_at)s, 0, '',
           gen_random_uuid()
    FROM notifications_mailaddress AS a
    WHERE a.person_id = %(person_id)s AND a.broken_at IS NULL
    ON CONFLICT DO NOTHING
"""
"""Goes out in one statement with the SMS of the same event (notifications/outbox.py)."""

_INSERT_FOR_MANY: Final = """
    INSERT INTO notifications_mail (
        event, person_id, address, template, language, subject, body, status, campaign_id,
        queued_at, not_before, expires_at, tries, error, uuid
    )
    SELECT %(mail_event)s, a.person_id, a.address, %(mail_template)s,
           CASE WHEN told.language = 'en' THEN 'en' ELSE 'ar' END,
           CASE WHEN told.language = 'en' THEN %(subject_en)s ELSE %(subject_ar)s END,
           CASE WHEN told.language = 'en' THEN %(body_en)s ELSE %(body_ar)s END,
           'queued', %(mail_campaign)s, %(mail_now)s, %(mail_now)s, %(mail_expires_at)s, 0, '',
           gen_random_uuid()
    FROM ({readers}) AS told
    JOIN notifications_mailaddress AS a ON a.person_id = told.person_id
    WHERE a.broken_at IS NULL
    ON CONFLICT (event, person_id) DO NOTHING
"""


def is_on() -> bool:
    """Tell whether this portal sends mails at all."""
    return bool(settings.EMAIL_BY)


def facts_for_person(
    template: str,
    language: str,
    values: Mapping[str, str],
    body: str,
    *,
    now: datetime,
    expires_at: datetime | None,
) -> dict[str, Any]:
    """Give what INSERT_FOR_PERSON needs beside the facts of the SMS."""
    return {
        "mail_subject": subject_of(template, language, values),
        "mail_body": without_programme(body, language),
        "mail_expires_at": min(expires_at or now + NOTICE_LIFE, now + NOTICE_LIFE),
    }


def queue_mail_for_many(
    *,
    event: str,
    readers: str,
    facts: Mapping[str, Any],
    template: str,
    values: Mapping[str, Mapping[str, str]],
    now: datetime,
    expires_at: datetime | None = None,
    campaign_id: int | None = None,
) -> int:
    """Write a mail for each person of a SELECT who proved an address; give how many are new.

    `readers` selects `person_id` and `language`, each person once, with `facts` as its parameters.
    One statement for any number of people, in the caller's transaction. Mails of a campaign leave
    while it is under way. Who stopped the SMS of many by a word gets them: they chose these apart.

    Raises:
        OutsideTransaction, UnknownTemplate, WrongTemplateValues: see `queue_message`.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event)
    if not is_on():
        return 0
    chosen = wording_of(template)
    row: dict[str, Any] = {
        "mail_event": event,
        "mail_template": template,
        "mail_now": now,
        "mail_expires_at": expires_at,
        "mail_campaign": campaign_id,
    }
    for language in ("ar", "en"):
        body = chosen.body(language, values[language], programme_values(language))
        row[f"body_{language}"] = without_programme(body, language)
        row[f"subject_{language}"] = subject_of(template, language, values[language])
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_FOR_MANY.format(readers=readers), {**facts, **row})
        queued = int(cursor.rowcount)
    if queued and campaign_id is None:
        wake_mails_after_commit()
    return queued


def queue_code_mail(
    *,
    event: str,
    person_id: int,
    address: str,
    code: str,
    language: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Owe somebody the code that proves an address, in the caller's transaction.

    The code is for this portal's page and stands in the text: no mail has a link with a secret.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event)
    language = "en" if language == "en" else "ar"
    with override(language):
        body = _(
            "The code to confirm your e-mail address is {code}. Write it in the portal, on the "
            "page where you asked for it. Do not give it to anyone."
        ).format(code=code)
    Mail.objects.create(
        event=event,
        person_id=person_id,
        address=address,
        template=CODE_TEMPLATE,
        language=language,
        subject=subject_of(CODE_TEMPLATE, language, {}),
        body=body,
        status=MailStatus.QUEUED,
        queued_at=now,
        not_before=now,
        expires_at=expires_at - timedelta(seconds=1),
        uuid=uuid4(),
    )
    wake_mails_after_commit()


def without_programme(body: str, language: str) -> str:
    """Leave out who writes, which an SMS must say and a mail and the portal need not."""
    return capfirst(body.removeprefix(f"{settings.PROGRAMME.name(language)}: "))
