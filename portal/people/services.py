"""Every write on a person's page: notes, flags, and the line in the log that it was opened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from beneficiaries.models import Person, User
from portal.people.errors import DayRefused, EndedBefore, FlagIsSet
from portal.people.models import PersonFlag, PersonNote, PersonView
from portal.people.statuses import FlagKind, ViewWhy
from saudi.gregorian import riyadh_date

LONGEST_FLAG: Final = timedelta(days=365)
REASON_HOLDS: Final = timedelta(minutes=30)
"""So long a reason that was given is that of the next look at the same file too."""

_LOG: Final = """
    INSERT INTO portal_personview (person_id, user_id, at, why, reason)
    SELECT %(person)s, %(user)s, %(now)s, CASE
        WHEN EXISTS (SELECT 1 FROM portal_contact
            WHERE person_id = %(person)s AND agent_id = %(user)s AND outcome = '') THEN 'contact'
        WHEN EXISTS (SELECT 1 FROM portal_workitem
            WHERE person_id = %(person)s AND assigned_to_id = %(user)s) THEN 'case'
        ELSE 'work' END, ''
"""


def log_work(*, person_id: int, by: User, now: datetime) -> None:
    """Log that somebody opened a file for their work: one statement, which finds out for which."""
    with connection.cursor() as cursor:
        cursor.execute(_LOG, {"person": person_id, "user": by.pk, "now": now})


def log_reason(*, person_id: int, by: User, why: ViewWhy, reason: str, now: datetime) -> None:
    """Log that somebody opened a file for the reason they gave."""
    PersonView.objects.create(person_id=person_id, user=by, at=now, why=why, reason=reason)


def write_note(*, person: Person, text: str, by: User, now: datetime) -> PersonNote:
    """Write a note; the same words of the same writer twice in a row are one."""
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        last = PersonNote.objects.filter(person=person).order_by("-id").first()
        if last and (last.text, last.written_by_id, last.ended_at) == (text, by.pk, None):
            return last
        return PersonNote.objects.create(person=person, text=text, written_by=by, written_at=now)


def strike_note(*, person: Person, note_id: int, reason: str, by: User, now: datetime) -> None:
    """Strike a note out, with a reason; it stays readable.

    Raises:
        PersonNote.DoesNotExist: it is not this person's.
        EndedBefore: a colleague was first.
    """
    with transaction.atomic():
        _end(PersonNote.objects.filter(person=person), note_id, reason=reason, by=by, now=now)


def set_flag(
    *, person: Person, kind: FlagKind, reason: str, until: date, by: User, now: datetime
) -> PersonFlag:
    """Set a flag until a day, a civil day in Riyadh.

    Raises:
        FlagIsSet: the person has it.
        DayRefused: the day has passed or is more than a year away.
    """
    today = riyadh_date(now)
    if not today < until <= today + LONGEST_FLAG:
        raise DayRefused
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        open_one = (
            PersonFlag.objects.filter(person=person, kind=kind, ended_at=None)
            .select_related("set_by")
            .first()
        )
        if open_one is not None:
            if open_one.until >= today:
                raise FlagIsSet(str(open_one.set_by), open_one.set_at)
            _mark_ended(open_one, reason="", by=by, now=now)
        return PersonFlag.objects.create(
            person=person, kind=kind, reason=reason, until=until, set_by=by, set_at=now
        )


def end_flag(*, person: Person, flag_id: int, reason: str, by: User, now: datetime) -> None:
    """Take a flag away before its day, with a reason.

    Raises:
        PersonFlag.DoesNotExist: it is not this person's.
        EndedBefore: a colleague was first.
    """
    with transaction.atomic():
        _end(PersonFlag.objects.filter(person=person), flag_id, reason=reason, by=by, now=now)


def _end(rows: Any, pk: int, *, reason: str, by: User, now: datetime) -> None:
    row = rows.select_for_update(of=("self",)).select_related("ended_by").get(pk=pk)
    if row.ended_at is not None:
        raise EndedBefore(str(row.ended_by), row.ended_at)
    _mark_ended(row, reason=reason, by=by, now=now)


def _mark_ended(row: Any, *, reason: str, by: User, now: datetime) -> None:
    row.ended_at, row.ended_by, row.end_reason = now, by, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
