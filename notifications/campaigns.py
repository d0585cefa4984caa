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
from django.db.models import F

from notifications.catalogue import Template
from notifications.errors import (
    CampaignAlreadyStarted,
    CampaignMoved,
    NotASaudiMobile,
    SamePersonRefused,
)
from notifications.mail.waking import wake_mails_after_commit
from notifications.models import Campaign, CampaignEvent, CampaignText
from notifications.outbox import is_saudi_mobile, wake_after_commit
from notifications.programme import programme_values
from notifications.progress import count_soon
from notifications.rules import is_sending_hour
from notifications.statuses import (
    CAMPAIGN_STEPS,
    CampaignAct,
    CampaignStatus,
    Lane,
    MessageStatus,
)
from notifications.texts.wording import wording_of
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
    bounded for millions. Who has no mobile, was told of the event before, or has
    stopped such messages is left out.
    Prepared again under the same key, a campaign that waits takes what is new, with its first text.

    Raises:
        CampaignAlreadyStarted: when the key belongs to a campaign that was started.
        NotASaudiMobile: when a number is neither empty nor a Saudi mobile in its stored form.
        UnknownTemplate, WrongTemplateValues: when template and values do not fit.
    """
    chosen = wording_of(template)
    bodies = {
        language: chosen.body(language, values[language], programme_values(language))
        for language in LANGUAGES
    }
    with transaction.atomic():
        campaign, is_new = Campaign.objects.select_for_update().get_or_create(
            key=key,
            defaults={
                "name": name,
                "lane": chosen.lane,
                "prepared_at": now,
                "prepared_by_id": prepared_by.pk if prepared_by else None,
            },
        )
        if not is_new and campaign.status != CampaignStatus.PREPARED:
            raise CampaignAlreadyStarted(campaign, _newest_event(campaign))
        if not is_new:
            # One campaign says one thing, also where staff changed the wording since.
            bodies |= dict(campaign.texts.values_list("language", "body"))
        _stage(recipients)
        added = {
            language: _write_held(campaign, chosen, language, bodies[language], now)
            for language in LANGUAGES
        }
        campaign.recipients += sum(added.values())
        campaign.parts += sum(
            sms_parts(bodies[language]).parts * count for language, count in added.items()
        )
        campaign.counts, campaign.counted_at = {MessageStatus.HELD: campaign.recipients}, now
        campaign.save(update_fields=["recipients", "parts", "counts", "counted_at"])
        _write_texts(campaign, bodies, added, is_new=is_new)
        if is_new or any(added.values()):
            act = CampaignAct.PREPARED if is_new else CampaignAct.FILLED
            _append(campaign, act, by=prepared_by, now=now)
    return campaign


def _write_texts(
    campaign: Campaign, bodies: Mapping[str, str], added: Mapping[str, int], *, is_new: bool
) -> None:
    """Keep what the campaign says in each language, and to how many."""
    if is_new:
        CampaignText.objects.bulk_create(
            CampaignText(
                campaign=campaign, language=language, body=body, recipients=added[language]
            )
            for language, body in bodies.items()
        )
        return
    for language, count in added.items():
        texts = CampaignText.objects.filter(campaign=campaign, language=language)
        texts.update(recipients=F("recipients") + count)


def start_campaign(
    *, campaign: Campaign, started_by: AbstractBaseUser | None, now: datetime
) -> Campaign:
    """Let a campaign's messages leave within the hours of its lane; none of their rows is
    written but those of numbers that have stopped such messages.

    Locks the campaign. `started_by` is None only for the command line, for a campaign that a
    person prepared.

    Raises:
        SamePersonRefused: when whoever prepared it or added recipients starts it, or nobody is
            named on either side.
        CampaignAlreadyStarted: when it was started, or stopped, before.
    """
    with transaction.atomic():
        locked = _lock(campaign)
        if locked.status != CampaignStatus.PREPARED:
            raise CampaignAlreadyStarted(locked, _newest_event(locked))
        _ensure_second_person(locked, started_by)
        locked.started_at, locked.started_by_id = now, started_by.pk if started_by else None
        _step(locked, CampaignAct.STARTED, by=started_by, now=now)
        _leave_out_stopped(locked)
        _wake(locked, now)
    return locked


def pause_campaign(*, campaign: Campaign, by: AbstractBaseUser, now: datetime) -> Campaign:
    """Keep what was not tried yet from leaving; what is with the gateway is not called back.

    Locks the campaign: no claim that begins after the commit takes one of its messages.

    Raises:
        CampaignMoved: when it is not under way.
    """
    with transaction.atomic():
        locked = _lock(campaign)
        _step(locked, CampaignAct.PAUSED, by=by, now=now)
    return locked


def resume_campaign(*, campaign: Campaign, by: AbstractBaseUser, now: datetime) -> Campaign:
    """Let what waits in a paused campaign leave. Locks the campaign.

    Raises:
        SamePersonRefused: when whoever prepared it or added recipients resumes it.
        CampaignMoved: when it is not paused.
    """
    with transaction.atomic():
        locked = _lock(campaign)
        _ensure_can(locked, CampaignAct.RESUMED)
        _ensure_second_person(locked, by)
        _step(locked, CampaignAct.RESUMED, by=by, now=now)
        _wake(locked, now)
    return locked


def stop_campaign(
    *, campaign: Campaign, by: AbstractBaseUser, reason: str, now: datetime
) -> Campaign:
    """End a campaign for good, before or after its start. Locks the campaign.

    From the commit on nothing of it is claimed; a worker marks what waits, in batches.

    Raises:
        CampaignMoved: when it was stopped before.
    """
    with transaction.atomic():
        locked = _lock(campaign)
        _step(locked, CampaignAct.STOPPED, by=by, reason=reason, now=now)
    return locked


def _lock(campaign: Campaign) -> Campaign:
    """Lock a campaign. A claim holds a share of this lock, for milliseconds."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _ensure_second_person(campaign: Campaign, by: AbstractBaseUser | None) -> None:
    """Refuse whoever prepared a campaign, or added recipients to it."""
    preparing = (CampaignAct.PREPARED, CampaignAct.FILLED)
    one = by.pk if by else None
    if one == campaign.prepared_by_id or (
        campaign.events.filter(act__in=preparing, by_id=one).exists()
    ):
        raise SamePersonRefused(campaign.pk)


def _ensure_can(campaign: Campaign, act: CampaignAct) -> None:
    sources, _target = CAMPAIGN_STEPS[act]
    if campaign.status not in sources:
        raise CampaignMoved(campaign, _newest_event(campaign))


def _step(
    campaign: Campaign,
    act: CampaignAct,
    *,
    by: AbstractBaseUser | None,
    reason: str = "",
    now: datetime,
) -> None:
    """Bring a locked campaign to its next status, and append the event."""
    _ensure_can(campaign, act)
    campaign.status = CAMPAIGN_STEPS[act][1]
    campaign.count_due_at = now
    campaign.save(update_fields=["status", "started_at", "started_by", "count_due_at"])
    _append(campaign, act, by=by, reason=reason, now=now)
    count_soon()


def _append(
    campaign: Campaign,
    act: CampaignAct,
    *,
    by: AbstractBaseUser | None,
    reason: str = "",
    now: datetime,
) -> None:
    CampaignEvent.objects.create(
        campaign=campaign, act=act, at=now, by_id=by.pk if by else None, reason=reason
    )


def _newest_event(campaign: Campaign) -> CampaignEvent | None:
    return campaign.events.select_related("by").order_by("-id").first()


def _wake(campaign: Campaign, now: datetime) -> None:
    wake_mails_after_commit()
    lane = Lane(campaign.lane)
    if is_sending_hour(lane, now):
        wake_after_commit(lane)


def _leave_out_stopped(campaign: Campaign) -> None:
    """Cancel what is for numbers that were stopped while the campaign was being written.

    One statement by the stopped numbers, which are few: a stop later than this finds its rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message AS m SET status = %s"
            " FROM notifications_stoppednumber AS s"
            " WHERE m.recipient = s.mobile AND m.campaign_id = %s AND m.status = %s",
            [MessageStatus.CANCELLED.value, campaign.pk, MessageStatus.HELD.value],
        )


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
            " FROM campaign_recipient AS told WHERE language = %s AND NOT EXISTS ("
            "  SELECT FROM notifications_stoppednumber AS s WHERE s.mobile = told.recipient)"
            " ON CONFLICT (event, recipient) DO NOTHING",
            [
                *(template.key, body, template.lane.value, MessageStatus.HELD.value),
                *(campaign.pk, now, now, language),
            ],
        )
        return int(cursor.rowcount)
