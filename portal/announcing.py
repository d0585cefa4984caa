"""Announcing a cycle: results or payments become visible, windows open, a campaign is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from beneficiaries.announcing import (
    AnnouncedCounts,
    announce_payments,
    announce_results,
    lock_cycle,
    people_to_tell,
    people_who_read,
)
from beneficiaries.cycles import cycle_name, parse_cycle
from beneficiaries.errors import AnnouncementInFuture, UnknownCycle
from beneficiaries.imports.recording import Report, Step, end_done, hold, recorded, silent
from beneficiaries.models import (
    AnnouncementRun,
    Cycle,
    EligibilityResult,
    ImportRun,
    PaymentLine,
    User,
)
from beneficiaries.set_based import planned_for_many_rows
from beneficiaries.statuses import ImportKind, Phase, RunStatus
from notifications.campaigns import (
    Recipient,
    prepare_campaign,
    resume_campaign,
    start_campaign,
)
from notifications.errors import SamePersonRefused
from notifications.mail.outbox import queue_mail_for_many
from notifications.models import Campaign
from notifications.statuses import CampaignStatus
from objections.rules import FILING_WINDOW_DAYS, filing_deadline
from saudi.gregorian import riyadh_date

START_PERMISSION = "notifications.start_campaign"


def _announce_results(cycle: Cycle, on: date, run_id: int) -> AnnouncedCounts:
    return announce_results(cycle=cycle, on=on, deadline=filing_deadline(on), run_id=run_id)


def _announce_payments(cycle: Cycle, on: date, run_id: int) -> AnnouncedCounts:
    return announce_payments(cycle=cycle, on=on, window_days=FILING_WINDOW_DAYS, run_id=run_id)


@dataclass(frozen=True)
class Matter:
    """What can be announced of a cycle: its rows, how they become visible, and the campaign.

    `mark` follows the cycle in a campaign's key.
    """

    kind: ImportKind
    rows: type[EligibilityResult | PaymentLine]
    announce: Callable[[Cycle, date, int], AnnouncedCounts]
    template: str
    mark: str
    name_ar: str

    def key_of(self, cycle_code: str) -> str:
        """Give the key of a cycle's first campaign about this."""
        return f"{cycle_code}{self.mark}"


RESULTS = Matter(
    ImportKind.RESULTS, EligibilityResult, _announce_results, "results_announced", "", "نتائج"
)
PAYMENTS = Matter(
    ImportKind.PAYMENTS,
    PaymentLine,
    _announce_payments,
    "payments_announced",
    ":payments",
    "دفعات",
)
MATTERS = {str(matter.kind): matter for matter in (RESULTS, PAYMENTS)}


@dataclass
class MayNotStart(Exception):
    """The user named as the second person may not start a campaign."""

    username: str


@dataclass(frozen=True)
class Announcement:
    """What an announcement did. Without a campaign nothing was waiting.

    `deadline` is that of results; lines of payments each have their own. `started` are the
    campaigns of earlier runs that the second person started then.
    """

    cycle_code: str
    on: date
    deadline: date | None
    announced: int = 0
    corrected: int = 0
    campaign: Campaign | None = None
    started: tuple[Campaign, ...] = ()


def announce(
    *,
    cycle_code: str,
    on: date,
    now: datetime,
    matter: Matter = RESULTS,
    prepared_by: User | None = None,
    approved_by: User | None = None,
    run: AnnouncementRun | None = None,
    report: Report = silent,
) -> Announcement:
    """Make what waits in a cycle visible, its results or its payments, all in one transaction.

    `on` is a civil day in Riyadh, today or past: day 0 of results' windows; a payment's counts
    from its deposit day. What was announced before keeps its dates, so that a second run tells
    only what is new or corrected, in a campaign of its own. The campaign waits for a second
    person, or `approved_by` starts it; where nothing is new, `approved_by` starts
    the cycle's campaigns that wait. Locks the cycle. `run` is the record of a request from the
    staff site; without one, one is made.

    Raises:
        InvalidCycle, UnknownCycle, AnnouncementInFuture: see `beneficiaries.errors`.
        MayNotStart: `approved_by` is not active staff with the right.
        SamePersonRefused: `approved_by` is the one who prepared it, or uploaded what it tells.
    """
    code = parse_cycle(cycle_code)
    today = riyadh_date(now)
    if on > today:
        raise AnnouncementInFuture(on=on, today=today)
    if approved_by is not None and not may_start_campaigns(approved_by):
        raise MayNotStart(approved_by.get_username())
    deadline = filing_deadline(on) if matter is RESULTS else None
    if run is None:
        run = AnnouncementRun.objects.create(
            kind=matter.kind,
            cycle_code=code,
            on=on,
            asked_by=prepared_by,
            asked_at=now,
            started_at=now,
        )
    with recorded(run, report) as tell, transaction.atomic():
        with connection.cursor() as cursor:
            hold(cursor, run)
        cycle = lock_cycle(code)
        if cycle is None:
            raise UnknownCycle(code)
        if not matter.rows._default_manager.filter(cycle=cycle, announced_on__isnull=True).exists():
            started = _start_waiting(matter, code, started_by=approved_by, now=now)
            end_done(run)
            return Announcement(cycle_code=code, on=on, deadline=deadline, started=started)
        with connection.cursor() as cursor, planned_for_many_rows(cursor):
            tell(Step(Phase.TELLING))
            campaign = _prepare(matter, cycle, prepared_by=prepared_by, now=now)
            tell(Step(Phase.TELLING, campaign.recipients))
            tell(Step(Phase.REVEALING))
            counts = matter.announce(cycle, on, run.pk)
        run.campaign = campaign
        run.announced, run.corrected = counts.announced, counts.corrected
        end_done(run)
        if approved_by is not None:
            campaign = start_announced(campaign=campaign, started_by=approved_by, now=now)
    return Announcement(
        cycle_code=code,
        on=on,
        deadline=deadline,
        announced=counts.announced,
        corrected=counts.corrected,
        campaign=campaign,
    )


def uploaders_of(campaign: Campaign) -> set[int]:
    """Give the ids of who uploaded, in the staff site, the files that a campaign tells of."""
    told = AnnouncementRun.objects.filter(campaign=campaign).first()
    if told is None:
        return set()
    uploads = ImportRun.objects.filter(
        kind=told.kind, cycle_code=told.cycle_code, status=RunStatus.DONE, asked_by__isnull=False
    )
    return {int(pk) for pk in uploads.values_list("asked_by", flat=True) if pk is not None}


def start_announced(*, campaign: Campaign, started_by: User, now: datetime) -> Campaign:
    """Start a campaign; one that tells of a cycle by somebody who uploaded none of its files.

    Raises:
        SamePersonRefused: also where `started_by` uploaded what it tells of (docs/adr/0008).
        CampaignAlreadyStarted: see `notifications.campaigns`.
    """
    if started_by.pk in uploaders_of(campaign):
        raise SamePersonRefused(campaign.pk)
    return start_campaign(campaign=campaign, started_by=started_by, now=now)


def resume_announced(*, campaign: Campaign, by: User, now: datetime) -> Campaign:
    """Let a paused campaign go on, by somebody who could have started it.

    Raises:
        SamePersonRefused: also where `by` uploaded what it tells of (docs/adr/0018).
        CampaignMoved: see `notifications.campaigns`.
    """
    if by.pk in uploaders_of(campaign):
        raise SamePersonRefused(campaign.pk)
    return resume_campaign(campaign=campaign, by=by, now=now)


def may_start_campaigns(user: User) -> bool:
    """Tell whether somebody may be the second person of a campaign."""
    return user.is_active and user.is_staff and user.has_perm(START_PERMISSION)


def _campaigns_of(matter: Matter, code: str) -> QuerySet[Campaign]:
    """Give a cycle's campaigns about one matter: `2026-11`, `2026-11:2`, not `2026-11:payments`."""
    return Campaign.objects.filter(key__regex=rf"^{matter.key_of(code)}(:[0-9]+)?$")


def _start_waiting(
    matter: Matter, code: str, *, started_by: User | None, now: datetime
) -> tuple[Campaign, ...]:
    """Start what earlier runs prepared, where a second person is named."""
    if started_by is None:
        return ()
    waiting = _campaigns_of(matter, code).filter(status=CampaignStatus.PREPARED).order_by("pk")
    return tuple(
        start_announced(campaign=campaign, started_by=started_by, now=now) for campaign in waiting
    )


def _prepare(matter: Matter, cycle: Cycle, *, prepared_by: User | None, now: datetime) -> Campaign:
    """Make the campaign of this run: `2026-11`, then `2026-11:2` for what came later."""
    run = _campaigns_of(matter, cycle.code).count() + 1
    first_key = matter.key_of(cycle.code)
    key = first_key if run == 1 else f"{first_key}:{run}"

    def recipients() -> Iterator[Recipient]:
        for mobile, language in people_to_tell(cycle, matter.rows):
            yield Recipient(event=f"announced:{key}", mobile=mobile, language=language)

    values = {language: {"cycle": cycle_name(cycle.code, language)} for language in ("ar", "en")}
    campaign = prepare_campaign(
        key=key,
        name=_name_of(matter, cycle.code, run),
        template=matter.template,
        values=values,
        recipients=recipients(),
        prepared_by=prepared_by,
        now=now,
    )
    queue_mail_for_many(
        event=f"announced:{key}",
        readers=people_who_read(matter.rows),
        facts={"cycle": cycle.pk},
        template=matter.template,
        values=values,
        now=now,
        campaign_id=campaign.pk,
    )
    return campaign


def _name_of(matter: Matter, code: str, run: int) -> str:
    name = f"{matter.name_ar} {cycle_name(code, 'ar')}"
    return name if run == 1 else f"{name} ({run})"
