"""The answer to somebody who did something too often."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from django.http import HttpResponse
from django.utils import timezone


def refused(response: HttpResponse, retry_at: datetime) -> HttpResponse:
    """Say also to programs that it is too much, and when to come again: 429 and Retry-After."""
    response.status_code = 429
    response["Retry-After"] = max(1, ceil((retry_at - timezone.now()).total_seconds()))
    return response
