"""The scan of kept files: by a worker, tried again until the scanner has spoken.

What waits is a row with the instant of its next try; the wake-up only makes it soon. A row is
taken by moving that instant on before the scanner is asked, outside any transaction, so that two
workers ask of no file twice and a killed one leaves nothing behind (docs/adr/0024).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from documents.clamav import ScanFailed, ScannerAddress, parse_scanner_address, scan
from documents.models import Document
from documents.statuses import WAITING_STATES, DocumentState

logger = logging.getLogger(__name__)

FIRST_WAIT: Final = timedelta(minutes=2)
"""Longer than a scan may take: the row is the worker's own for so long."""

LONGEST_WAIT: Final = timedelta(minutes=32)

ALARM_AFTER: Final = timedelta(minutes=15)
"""A file that waits longer is an alarm line; staff cannot open it."""


def is_scanner_set() -> bool:
    """Tell whether files wait for a scanner at all."""
    return bool(settings.CLAMAV_ADDRESS)


def scan_waiting(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Scan what is due and give how many files got a verdict.

    Ends when nothing is due, when time is over, or with the first file that got no verdict: the
    next ones would get none either. Where no scanner is set any more, what waits is fine.
    """
    if not is_scanner_set():
        return _let_go(now)
    address = parse_scanner_address(settings.CLAMAV_ADDRESS)
    settled = 0
    while not is_over():
        document = _take(now)
        if document is None:
            break
        if not _settle(document, address, now=now):
            break
        settled += 1
    _raise_alarm(now)
    return settled


def _let_go(now: datetime) -> int:
    return Document.objects.filter(state__in=WAITING_STATES).update(
        state=DocumentState.FINE, scan_due_at=None, draw_due_at=now
    )


def _take(now: datetime) -> Document | None:
    """Take the file that is due the longest, and put its next try off."""
    with transaction.atomic():
        document = (
            Document.objects.select_for_update(skip_locked=True)
            .filter(state__in=WAITING_STATES, scan_due_at__lte=now)
            .order_by("scan_due_at", "id")
            .first()
        )
        if document is None:
            return None
        document.state = DocumentState.CHECKING
        document.scan_due_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2**document.scan_tries)
        document.scan_tries = min(document.scan_tries + 1, 30)
        document.save(update_fields=["state", "scan_due_at", "scan_tries"])
    return document


def _settle(document: Document, address: ScannerAddress, *, now: datetime) -> bool:
    try:
        with document.file.open("rb") as content:
            finding = scan(content, address=address)
    except FileNotFoundError:
        logger.exception("The file of document %s is missing from the storage", document.pk)
        return True
    except ScanFailed as failure:
        logger.warning("document %s was not scanned (%s)", document.pk, failure)
        return False
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        locked.state = DocumentState.REFUSED if finding else DocumentState.FINE
        locked.finding = finding[: Document.FINDING_CHARACTERS]
        locked.scanned_at, locked.scan_due_at = now, None
        locked.draw_due_at = None if finding else now
        locked.save(update_fields=["state", "finding", "scanned_at", "scan_due_at", "draw_due_at"])
    if finding:
        logger.warning("document %s is refused: the scanner found something", document.pk)
    return True


def _raise_alarm(now: datetime) -> None:
    """Write a line that somebody must look at while files wait for too long."""
    late = Document.objects.filter(
        state__in=WAITING_STATES, received_at__lt=now - ALARM_AFTER
    ).order_by("received_at")
    oldest = late.values_list("received_at", flat=True).first()
    if oldest is not None:
        logger.error(
            "scan alarm: %s documents wait for the scanner, the oldest since %s",
            late.count(),
            oldest.isoformat(timespec="minutes"),
        )
