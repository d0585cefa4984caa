"""The workers' and the scheduler's way in. A task takes a row's id."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from beneficiaries.imports.recording import LONGEST_SECONDS
from portal import announcement_requests
from portal.calls.services import sweep_calls as sweep_all_calls
from portal.exports import making
from portal.figures import counting
from portal.work.clock import count_again
from portal.work.sweeping import sweep_work as sweep_queue


@shared_task(
    name=announcement_requests.ANNOUNCE_TASK,
    ignore_result=True,
    soft_time_limit=LONGEST_SECONDS - 60,
    time_limit=LONGEST_SECONDS,
)
def run_announcement(run_id: int) -> None:
    """Announce what staff asked for. Safe to be run twice: one of the two finds it taken."""
    announcement_requests.work_on(run_id, now=timezone.now())


@shared_task(name="portal.sweep_announcement_runs", ignore_result=True)
def sweep_announcement_runs() -> None:
    """Take up what waits and settle what died."""
    announcement_requests.sweep(now=timezone.now())


@shared_task(
    name=making.EXPORT_TASK,
    ignore_result=True,
    soft_time_limit=LONGEST_SECONDS - 60,
    time_limit=LONGEST_SECONDS,
)
def run_export(run_id: int) -> None:
    """Make the file of a list. Safe to be run twice: one of the two finds it taken."""
    making.work_on(run_id, now=timezone.now())


@shared_task(name="portal.sweep_exports", ignore_result=True)
def sweep_exports() -> None:
    """Take up what waits, settle what died, and remove the files whose day is over."""
    now = timezone.now()
    making.sweep(now=now)
    making.remove_old_files(now=now)


@shared_task(name="portal.sweep_calls", ignore_result=True)
def sweep_calls() -> None:
    """Open a call for each message that somebody must know of and that did not arrive."""
    sweep_all_calls(now=timezone.now())


@shared_task(name="portal.sweep_work", ignore_result=True)
def sweep_work() -> None:
    """Keep the queue: count days, bring back what was put off, warn of what is due."""
    sweep_queue(now=timezone.now())


@shared_task(name="portal.count_days_again", ignore_result=True)
def count_days_again() -> None:
    """Count the due days of the queue anew: the holidays may have changed."""
    count_again()


@shared_task(name="portal.count_figures", ignore_result=True)
def count_figures() -> None:
    """Count the figures of today and yesterday anew."""
    counting.count_days(days=counting.SOON_DAYS, now=timezone.now())


@shared_task(name="portal.count_figures_again", ignore_result=True)
def count_figures_again() -> None:
    """Count the figures of the last weeks anew, for what came in late."""
    counting.count_days(days=counting.NIGHTLY_DAYS, now=timezone.now())
