"""The lists that the demonstration's supervisor exported."""

from __future__ import annotations

import uuid
from datetime import datetime

from access.exports.files import Format
from beneficiaries.models import User
from portal.exports.lists import LISTS
from portal.exports.making import Wanted, ask_for_export, work_on
from portal.exports.narrowing import request_for


def export_lists(*, supervisor: User, now: datetime) -> None:
    """Export the waiting tickets, and those that were answered, as a worker does."""
    _export("tickets", "", "xlsx", supervisor, now)
    _export("tickets", "status=answered", "csv", supervisor, now)


def _export(key: str, query: str, file_format: Format, by: User, now: datetime) -> None:
    wanted = Wanted(LISTS[key], file_format, request_for(by, query))
    run = ask_for_export(wanted, language="ar", submission=uuid.uuid4(), now=now)
    work_on(run.pk, now=now)
