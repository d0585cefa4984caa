"""The names under which objections are found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Max

from beneficiaries.imports.models import ImportRun
from beneficiaries.statuses import ImportKind
from objections.models import Objection

_FOLLOWED_FOR: Final = timedelta(hours=25)
"""After an import: each hour tries again, so that a missed run or a draft that was opened while the
import ended loses nothing."""

_ROWS_AT_ONCE: Final = 20_000

_FOLLOW: Final = """
    UPDATE objections_objection AS o SET folded_name = p.folded_name
    FROM beneficiaries_person AS p
    WHERE p.id = o.person_id AND o.id > %s AND o.id <= %s AND o.folded_name <> p.folded_name
"""


def follow_names(*, now: datetime) -> int:
    """Write the register's corrected names into objections, and give the number that changed.

    Nothing is read where no import of the register ended in the last 25 hours. A transaction for
    each 20,000 rows holds objections and no person: an import, which holds people, never meets it.
    """
    if not ImportRun.objects.filter(
        kind=ImportKind.REGISTER, ended_at__gt=now - _FOLLOWED_FOR
    ).exists():
        return 0
    last = Objection.objects.aggregate(last=Max("id"))["last"] or 0
    followed = 0
    for after in range(0, last, _ROWS_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW, [after, after + _ROWS_AT_ONCE])
            followed += cursor.rowcount
    return followed
