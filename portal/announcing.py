"""Announcing a cycle: results become visible, windows open, an SMS campaign is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from beneficiaries.announcing import announce_results, lock_cycle, people_to_tell
from beneficiaries.cycles import cycle_name, parse_cycle
from beneficiaries.errors import AnnouncementInFuture, UnknownCycle
from beneficiaries.models import Cycle, User
from notifications.campaigns import Recipient, prepare_campaign, start_campaign
from notifications.models import Campaign
from notifications.statuses import CampaignStatus
from objections.rules import filing_deadline
from saudi.gregorian import riyadh_date

START_PERMISSION = "notifications.start_campaign"

Report = Callable[[str], None]
"""Told in a few words how far an announcement is."""


@dataclass
class MayNotStart(Exception):
    """The user named as the second person may not start a campaign."""

    username: str


@dataclass(frozen=True)
class Announcement:
    """What an announcement did. Without a campaign nothing was waiting.

    `started` are the campaigns of earlier runs that the second person started then.
    """

    cycle_code: str
    on: date
    deadline: date
    announced: int = 0
    corrected: int = 0
    campaign: Campaign | None = None
    started: tuple[Campaign, ...] = ()


def announce(
    *,
    cycle_code: str,
    on: date,
    now: datetime,
    prepared_by: User | None = None,
    approved_by: User | None = None,
    report: Report = lambda _: None,
) -> Announcement:
    """Make a cycle's waiting results visible, all in one transaction.

    `on` is day 0 of their windows, a civil day in Riyadh, today or past. What was announced
    before keeps its dates, so that a second run tells only what is new or corrected, in a
    campaign of its own. The campaign waits for a second person, or `approved_by` starts it; where
    nothing is new, `approved_by` starts the cycle's campaigns that wait. Locks the cycle.

    Raises:
        InvalidCycle, UnknownCycle, AnnouncementInFuture: see `beneficiaries.errors`.
        MayNotStart: `approved_by` is not active staff with the right.
        SamePersonRefused: `approved_by` is the one who prepared it.
    """
    code = parse_cycle(cycle_code)
    today = riyadh_date(now)
    if on > today:
        raise AnnouncementInFuture(on=on, today=today)
    if approved_by is not None and not may_start_campaigns(approved_by):
        raise MayNotStart(approved_by.get_username())
    deadline = filing_deadline(on)
    with transaction.atomic():
        cycle = lock_cycle(code)
        if cycle is None:
            raise UnknownCycle(code)
        if not cycle.results.filter(announced_on__isnull=True).exists():
            started = _start_waiting(code, started_by=approved_by, now=now)
            return Announcement(cycle_code=code, on=on, deadline=deadline, started=started)
        report("preparing the SMS")
        campaign = _prepare(cycle, prepared_by=prepared_by, now=now)
        report(f"{campaign.recipients:,} SMS prepared, making the results visible")
        counts = announce_results(cycle=cycle, on=on, deadline=deadline)
        if approved_by is not None:
            campaign = start_campaign(campaign=campaign, started_by=approved_by, now=now)
    return Announcement(
        cycle_code=code,
        on=on,
        deadline=deadline,
        announced=counts.announced,
        corrected=counts.corrected,
        campaign=campaign,
    )


def may_start_campaigns(user: User) -> bool:
    """Tell whether somebody may be the second person of a campaign."""
    return user.is_active and user.is_staff and user.has_perm(START_PERMISSION)


def _campaigns_of(code: str) -> QuerySet[Campaign]:
    return Campaign.objects.filter(Q(key=code) | Q(key__startswith=f"{code}:"))


def _start_waiting(code: str, *, started_by: User | None, now: datetime) -> tuple[Campaign, ...]:
    """Start what earlier runs prepared, where a second person is named."""
    if started_by is None:
        return ()
    waiting = _campaigns_of(code).filter(status=CampaignStatus.PREPARED).order_by("pk")
    return tuple(
        start_campaign(campaign=campaign, started_by=started_by, now=now) for campaign in waiting
    )


def _prepare(cycle: Cycle, *, prepared_by: User | None, now: datetime) -> Campaign:
    """Make the campaign of this run: `2026-11`, then `2026-11:2` for what came later."""
    runs = _campaigns_of(cycle.code).count()
    key = cycle.code if runs == 0 else f"{cycle.code}:{runs + 1}"

    def recipients() -> Iterator[Recipient]:
        for mobile, language in people_to_tell(cycle):
            yield Recipient(event=f"announced:{key}", mobile=mobile, language=language)

    return prepare_campaign(
        key=key,
        name=cycle_name(cycle.code, "ar") if runs == 0 else _later_name(cycle.code, runs + 1),
        template="results_announced",
        values={language: {"cycle": cycle_name(cycle.code, language)} for language in ("ar", "en")},
        recipients=recipients(),
        prepared_by=prepared_by,
        now=now,
    )


def _later_name(code: str, run: int) -> str:
    return f"{cycle_name(code, 'ar')} ({run})"
