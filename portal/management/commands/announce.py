"""`announce CYCLE [--payments] [--on DATE] [--approved-by USERNAME]`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from beneficiaries.errors import AnnouncementInFuture, InvalidCycle, UnknownCycle
from beneficiaries.imports.command import step_text
from beneficiaries.imports.recording import Step
from beneficiaries.models import User
from notifications.errors import SamePersonRefused
from notifications.models import Campaign
from notifications.statuses import CampaignStatus
from objections.rules import FILING_WINDOW_DAYS
from portal.announcing import (
    PAYMENTS,
    RESULTS,
    START_PERMISSION,
    Announcement,
    MayNotStart,
    announce,
)
from saudi.gregorian import InvalidGregorianDate, format_both, parse_gregorian, riyadh_date


class Command(BaseCommand):
    """Make a cycle's results, or its payments, visible and open their windows."""

    help = (
        "Make the results (or, with --payments, the payments) of a cycle that wait visible, open "
        "their windows of objection and "
        "prepare the SMS. What was announced before keeps its date."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cycle", help="the cycle, like 2026-11")
        parser.add_argument("--on", help="day 0 of the windows, like 2026-11-10 (default: today)")
        parser.add_argument(
            "--approved-by", metavar="USERNAME", help="the second person, who starts the SMS"
        )
        parser.add_argument("--payments", action="store_true", help="announce payments instead")

    def handle(
        self,
        *_args: Any,
        cycle: str,
        on: str | None,
        approved_by: str | None,
        payments: bool,
        **_options: Any,
    ) -> None:
        now = timezone.now()
        try:
            done = announce(
                cycle_code=cycle,
                on=riyadh_date(now) if on is None else _day(on),
                approved_by=None if approved_by is None else _staff(approved_by),
                now=now,
                matter=PAYMENTS if payments else RESULTS,
                report=self._report,
            )
        except InvalidCycle as error:
            raise CommandError(
                f"{error.text} is no cycle: write a year and a month like 2026-11."
            ) from error
        except UnknownCycle as error:
            raise CommandError(
                f"There is no cycle {error.code}: import it first. Nothing was announced."
            ) from error
        except AnnouncementInFuture as error:
            raise CommandError(
                f"--on {error.on} is in the future; today is {error.today} in Riyadh."
            ) from error
        except MayNotStart as error:
            raise CommandError(
                f"{error.username} may not start a campaign ({START_PERMISSION} is missing). "
                "Nothing was announced."
            ) from error
        except SamePersonRefused as error:
            raise CommandError(
                f"{approved_by} prepared the campaign or uploaded what it tells of, and cannot "
                "start it: name a second person."
            ) from error
        self._tell(done)

    def _report(self, step: Step) -> None:
        self.stderr.write(f"… {step_text(step)}", self.style.NOTICE)

    def _tell(self, done: Announcement) -> None:
        if done.campaign is None:
            self.stdout.write(f"{done.cycle_code}: nothing is waiting to be announced.")
            for campaign in done.started:
                self._tell_of(campaign)
            return
        self.stdout.write(
            f"{done.cycle_code}: {done.announced:,} "
            f"{'payment lines' if done.deadline is None else 'results'} announced as of {done.on}, "
            f"{done.corrected:,} of them corrections."
        )
        if done.deadline is None:
            self.stdout.write(
                f"Objections may be filed for {FILING_WINDOW_DAYS} days from each deposit day."
            )
        else:
            self.stdout.write(
                f"Objections may be filed until the end of {done.deadline} in Riyadh "
                f"({format_both(done.deadline, 'en')})."
            )
        self._tell_of(done.campaign)

    def _tell_of(self, campaign: Campaign) -> None:
        messages = f"{campaign.recipients:,} SMS, {campaign.parts:,} parts"
        if campaign.status == CampaignStatus.STARTED:
            self.stdout.write(f"The campaign {campaign.key} was started ({messages}).")
        else:
            self.stdout.write(
                f"The campaign {campaign.key} waits for a second person in the staff site "
                f"({messages})."
            )


def _day(text: str) -> date:
    try:
        return parse_gregorian(text)
    except InvalidGregorianDate as error:
        raise CommandError(f"--on {text} is no date: write it like 2026-11-10.") from error


def _staff(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no staff account {username}. Nothing was announced.")
    return user
