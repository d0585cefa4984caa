"""Scheduled work on tickets."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from sawtak.attachments import tell_of_refused


@shared_task(name="sawtak.tell_of_refused")
def tell() -> int:
    """Tell senders of the files that the scanner refused; twice, it tells nobody again."""
    return tell_of_refused(now=timezone.now())
