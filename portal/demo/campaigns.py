"""Two campaigns that did not go to their end: one was stopped, one is paused midway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from beneficiaries.cycles import cycle_name
from beneficiaries.models import Person, User
from beneficiaries.statuses import Relation
from notifications.campaigns import (
    LANGUAGES,
    Recipient,
    pause_campaign,
    prepare_campaign,
    start_campaign,
    stop_campaign,
)
from notifications.models import Campaign, Message
from notifications.progress import count_campaign
from notifications.statuses import CampaignStatus, MessageStatus
from portal.demo.days import DemoDays
from portal.demo.stories import Story

_READ_FOR: Final = timedelta(minutes=20)
"""The second person reads so long before they start a campaign."""

_UNDER_WAY_FOR: Final = timedelta(minutes=5)

_WHY: Final = "أُعدّت مرة ثانية بالخطأ. وصلت هذه الرسالة إلى أصحابها من قبل."


def cut_short(*, days: DemoDays, staff: Mapping[str, User]) -> Iterator[Story]:
    """Give what became of the two campaigns."""
    yield _repeated(days, staff)
    yield _reminded(days, staff)


def _repeated(days: DemoDays, staff: Mapping[str, User]) -> Story:
    """Results that were told a second time by mistake, until somebody saw it."""
    prepared_at = days.at(20, 11)
    yield prepared_at
    cycle = days.cycles[1].code
    campaign = _prepare(
        f"{cycle}:repeated", f"نتائج {cycle_name(cycle, 'ar')}، مكررة", "results_announced",
        cycle=cycle, by=staff["admin"], now=prepared_at,
    )  # fmt: skip
    started_at = prepared_at + _READ_FOR
    yield started_at
    start_campaign(campaign=campaign, started_by=staff["approver"], now=started_at)
    ended_at = started_at + _UNDER_WAY_FOR
    yield ended_at
    stop_campaign(campaign=campaign, by=staff["supervisor"], reason=_WHY, now=ended_at)
    rest = _let_go(campaign, share=3, at=started_at)
    Message.objects.filter(pk__in=rest).update(status=MessageStatus.STOPPED)


def _reminded(days: DemoDays, staff: Mapping[str, User]) -> Story:
    """News of the newest payment that waits until the call centre has more people."""
    prepared_at = days.at(1, 12)
    yield prepared_at
    cycle = days.paid[0].code
    campaign = _prepare(
        f"{cycle}:payments:again", f"تذكير بدفعة {cycle_name(cycle, 'ar')}", "payments_announced",
        cycle=cycle, by=staff["admin"], now=prepared_at,
    )  # fmt: skip
    started_at = prepared_at + _READ_FOR
    yield started_at
    start_campaign(campaign=campaign, started_by=staff["approver"], now=started_at)
    paused_at = started_at + _UNDER_WAY_FOR
    yield paused_at
    pause_campaign(campaign=campaign, by=staff["supervisor"], now=paused_at)
    _let_go(campaign, share=2, at=started_at)


def _prepare(
    key: str, name: str, template: str, *, cycle: str, by: User, now: datetime
) -> Campaign:
    heads = Person.objects.filter(relation=Relation.HEAD).exclude(mobile="").order_by("id")
    return prepare_campaign(
        key=key,
        name=name,
        template=template,
        values={language: {"cycle": cycle_name(cycle, language)} for language in LANGUAGES},
        recipients=(Recipient(f"demo:{key}", head.mobile, head.language) for head in heads),
        prepared_by=by,
        now=now,
    )


def _let_go(campaign: Campaign, *, share: int, at: datetime) -> list[int]:
    """Have one in so many leave, the first of them; give the others. They are sent later on."""
    rows = list(campaign.messages.order_by("id").values_list("pk", flat=True))
    gone = len(rows) // share
    Message.objects.filter(pk__in=rows[:gone]).update(status=MessageStatus.QUEUED, not_before=at)
    return rows[gone:]


def count_all(*, now: datetime) -> None:
    """Count how far each campaign is, as a worker does."""
    for campaign in Campaign.objects.exclude(status=CampaignStatus.PREPARED):
        count_campaign(campaign, now=now)
