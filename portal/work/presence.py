"""Who is looking at a case right now, and whether it has changed since somebody opened it (O29).

A page of a case says that it is looked at when it is opened, and again every twenty seconds while
it is in sight. The rows are of the moment: their table is not written ahead (UNLOGGED), a crash
empties it, and the sweep of the queue takes away what is old.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from objections.models import ObjectionEvent
from portal.work.kinds import WorkKind
from portal.work.models import WorkLook
from sawtak.selectors import version_of as ticket_version

LOOKS_FOR: Final = timedelta(seconds=50)
"""How long one saying counts: an open page says it every 20 seconds (portal.js), and two may be
lost on a bad line."""

_KEPT: Final = timedelta(hours=1)

_LOOK: Final = """
    WITH mine AS (
        INSERT INTO portal_worklook (kind, case_id, user_id, seen_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (kind, case_id, user_id) DO UPDATE SET seen_at = EXCLUDED.seen_at
    )
    SELECT coalesce(nullif(reader.display_name, ''), reader.username)
    FROM portal_worklook AS look JOIN beneficiaries_user AS reader ON reader.id = look.user_id
    WHERE look.kind = %s AND look.case_id = %s AND look.user_id <> %s AND look.seen_at > %s
    ORDER BY look.user_id LIMIT 5
"""


def look_at(kind: str, case_id: int, *, user_id: int, now: datetime) -> list[str]:
    """Note that somebody looks at a case and give who else does, five names at most."""
    key: list[str | int] = [kind, case_id, user_id]
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [*key, now, *key, now - LOOKS_FOR])
        return [name for (name,) in cursor.fetchall()]


def version_of(kind: str, case_id: int) -> str:
    """Give what changes with every step of a case and every word in it."""
    if kind == WorkKind.OBJECTION:
        events = ObjectionEvent.objects.filter(objection=case_id, is_refused=False)
        return str(events.order_by("-pk").values_list("pk", flat=True).first() or 0)
    return ticket_version(case_id)


def forget_looks(*, now: datetime) -> None:
    """Take away what nobody asks for any more."""
    WorkLook.objects.filter(seen_at__lt=now - _KEPT).delete()
