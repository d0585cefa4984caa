"""Announcements to many: prepared by one person, started by another, told once to each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from notifications.catalogue import Template, template_of
from notifications.errors import CampaignAlreadyStarted, NotASaudiMobile, SamePersonRefused
from notifications.models import Campaign, Message
from notifications.outbox import is_saudi_mobile, programme_values, wake_after_commit
from notifications.rules import sending_time
from notifications.statuses import CampaignStatus, MessageStatus
from saudi.sms import sms_parts

LANGUAGES: Final = ("ar", "en")
_ROWS_A_COPY: Final = 5_000


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a campaign tells: the event makes the message unique, the mobile may be empty."""

    event: str
    mobile: str
    language: str = "ar"


def prepare_campaign(
    *,
    key: str,
    name: str,
    template: str,
    values: Mapping[str, Mapping[str, str]],
    recipients: Iterable[Recipient],
    prepared_by: AbstractBaseUser | None,
    now: datetime,
) -> Campaign:
    """Write a campaign's messages, held until it is started. `values` has those of each language.

    One transaction; the recipients stream through COPY into a staging table, so memory stays
    bounded for millions. Who has no mobile, or was told of the event before, is left out.
    Prepared again under the same key, a campaign that waits takes what is new.

    Raises:
        CampaignAlreadyStarted: when the key belongs to a campaign that was started.
        NotASaudiMobile: when a number is neither empty nor a Saudi mobile in its stored form.
        UnknownTemplate, WrongTemplateValues: when template and values do not fit.
    """
    chosen = template_of(template)
    bodies = {
        language: chosen.body(language, values[language], programme_values(language))
        for language in LANGUAGES
    }
    with transaction.atomic():
        campaign, is_new = Campaign.objects.select_for_update().get_or_create(
            key=key,
            defaults={
                "name": name,
                "prepared_at": now,
                "prepared_by_id": prepared_by.pk if prepared_by else None,
            },
        )
        if not is_new and campaign.status != CampaignStatus.PREPARED:
            raise CampaignAlreadyStarted(key)
        _stage(recipients)
        added = {
            language: _write_held(campaign, chosen, language, bodies[language], now)
            for language in LANGUAGES
        }
        campaign.recipients += sum(added.values())
        campaign.parts += sum(
            sms_parts(bodies[language]).parts * count for language, count in added.items()
        )
        campaign.save(update_fields=["recipients", "parts"])
    return campaign


def start_campaign(
    *, campaign: Campaign, started_by: AbstractBaseUser | None, now: datetime
) -> Campaign:
    """Queue a campaign's messages within the hours of its lane, in one statement.

    Locks the campaign. `started_by` is None only for the command line, for a campaign that a
    person prepared.

    Raises:
        SamePersonRefused: when whoever prepared it starts it, or nobody is named on either side.
        CampaignAlreadyStarted: when it was started before.
    """
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if locked.status != CampaignStatus.PREPARED:
            raise CampaignAlreadyStarted(locked.key)
        starter_id = started_by.pk if started_by else None
        if starter_id == locked.prepared_by_id:
            raise SamePersonRefused(locked.pk)
        locked.status = CampaignStatus.STARTED
        locked.started_at, locked.started_by_id = now, starter_id
        locked.save(update_fields=["status", "started_at", "started_by"])
        held = Message.objects.filter(campaign=locked, status=MessageStatus.HELD)
        first = held.only("template").first()
        if first is not None:
            lane = template_of(first.template).lane
            not_before = sending_time(lane, now)
            held.update(status=MessageStatus.QUEUED, queued_at=now, not_before=not_before)
            if not_before <= now:
                wake_after_commit(lane)
    return locked


def _stage(recipients: Iterable[Recipient]) -> None:
    """Put the recipients into a temporary table of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS campaign_recipient")
        cursor.execute(
            "CREATE TEMPORARY TABLE campaign_recipient"
            " (event varchar(80), recipient varchar(16), language varchar(2)) ON COMMIT DROP"
        )
        lines = _lines(recipients)
        while block := "".join(islice(lines, _ROWS_A_COPY)):
            cursor.copy_expert("COPY campaign_recipient FROM STDIN", io.StringIO(block))


def _lines(recipients: Iterable[Recipient]) -> Iterator[str]:
    for recipient in recipients:
        if not recipient.mobile:
            continue
        if not is_saudi_mobile(recipient.mobile):
            raise NotASaudiMobile(recipient.event)
        language = "en" if recipient.language == "en" else "ar"
        event = recipient.event.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        yield f"{event}\t{recipient.mobile}\t{language}\n"


def _write_held(
    campaign: Campaign, template: Template, language: str, body: str, now: datetime
) -> int:
    """Write the staged recipients of a language as held messages; give how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_message (event, recipient, template, language, body, lane,"
            " status, campaign_id, queued_at, not_before, gateway, gateway_id, error)"
            " SELECT event, recipient, %s, language, %s, %s, %s, %s, %s, %s, '', '', ''"
            " FROM campaign_recipient WHERE language = %s"
            " ON CONFLICT (event, recipient) DO NOTHING",
            [
                *(template.key, body, template.lane.value, MessageStatus.HELD.value),
                *(campaign.pk, now, now, language),
            ],
        )
        return int(cursor.rowcount)
