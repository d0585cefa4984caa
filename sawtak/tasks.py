"""Scheduled work on tickets."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from sawtak.attachments import tell_of_refused
from sawtak.bulk.services import ANSWER_TASK, answer_running


@shared_task(name="sawtak.tell_of_refused")
def tell() -> int:
    """Tell senders of the files that the scanner refused; twice, it tells nobody again."""
    return tell_of_refused(now=timezone.now())


@shared_task(name=ANSWER_TASK)
def answer_many() -> int:
    """Go on with the answers to many that run; two workers answer no ticket twice."""
    return answer_running()
