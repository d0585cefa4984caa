"""Answering many tickets: fixing the set, starting, stopping, and each ticket by itself.

Each ticket is one transaction that first takes a share of the set's lock: stopping takes it whole,
waits for what is being answered, and after it nothing is. It is a lock of the server's own, which
gives turns in the order of asking: behind a lock of the row, whoever stops would wait for as long
as several workers take shares one after another. A row is taken by locking it, so that two workers
never answer one ticket twice.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from beneficiaries.models import User
from notifications.waking import wake_task
from sawtak.answering.composing import newest_cycles, values_of
from sawtak.answering.fields import filled, unfilled
from sawtak.bulk.models import BulkAnswer, BulkAnswerTicket, BulkState, LeftWhy, RowState
from sawtak.errors import TicketRefused
from sawtak.models import ReplyTemplate, Ticket, TicketEvent, TicketMessage
from sawtak.selectors import version_of
from sawtak.services.staff import answer_ticket
from sawtak.statuses import WAITING_STATUSES

ANSWER_TASK: Final = "sawtak.answer_many"
MANY: Final = "sawtak.answer_many_tickets"

_LOCK_SPACE: Final = 0x424C4B  # BLK


class WrongCount(TicketRefused):
    """The number that was typed is not that of the set, or the set is not what was looked at."""


def fix_set(
    *, tickets: Iterable[Ticket], template: ReplyTemplate, by: User, is_cut: bool, now: datetime
) -> BulkAnswer:
    """Keep a set of tickets as they are now, with the words they would get. Nothing is sent."""
    found = list(tickets)
    versions = _versions([ticket.pk for ticket in found])
    wants_cycle = "{cycle}" in template.text_ar + template.text_en
    cycles = newest_cycles(found) if wants_cycle else {}
    rows = [
        BulkAnswerTicket(
            ticket=ticket,
            seen_status=ticket.status,
            seen_version=versions[ticket.pk],
            **_standing(ticket, template, cycles),
        )
        for ticket in found
    ]
    with transaction.atomic():
        bulk = BulkAnswer(
            key=uuid.uuid4(),
            by=by,
            title=template.title_ar,
            text_ar=template.text_ar,
            text_en=template.text_en,
            is_cut=is_cut,
            made_at=now,
        )
        bulk.digest = digest_of(bulk, rows)
        bulk.save()
        for row in rows:
            row.bulk = bulk
        BulkAnswerTicket.objects.bulk_create(rows)
    return bulk


def _standing(ticket: Ticket, template: ReplyTemplate, cycles: Mapping[int, str]) -> dict[str, str]:
    if ticket.status not in WAITING_STATUSES:
        return {"state": RowState.LEFT, "why": LeftWhy.DONE}
    text = template.text(ticket.language)
    if unfilled(filled(text, values_of(ticket, [template], cycles=cycles))):
        return {"state": RowState.LEFT, "why": LeftWhy.UNFILLED}
    return {"state": RowState.WAITING, "why": ""}


def _versions(ids: list[int]) -> Mapping[int, str]:
    """Give what `version_of` gives of many tickets, in two statements."""
    events = TicketEvent.objects.filter(ticket__in=ids, is_refused=False).order_by()
    words = TicketMessage.objects.filter(ticket__in=ids).order_by()
    last_event = dict(events.values_list("ticket").annotate(Max("pk")))
    last_words = dict(words.values_list("ticket").annotate(Max("pk")))
    return {pk: f"{last_event.get(pk, 0)}-{last_words.get(pk, 0)}" for pk in ids}


def digest_of(bulk: BulkAnswer, rows: Iterable[BulkAnswerTicket]) -> str:
    """Give the mark of a set: its words, and each ticket as it was seen."""
    seen = sorted((row.ticket_id, row.seen_status, row.seen_version) for row in rows)
    return hashlib.sha256(repr((bulk.text_ar, bulk.text_en, seen)).encode()).hexdigest()


def words_of(bulk: BulkAnswer, ticket: Ticket) -> str:
    """Give the answer of a set as one ticket gets it, in its sender's language."""
    template = ReplyTemplate(text_ar=bulk.text_ar, text_en=bulk.text_en)
    return filled(template.text(ticket.language), values_of(ticket, [template]))


def start(*, bulk_id: int, by: User, count: int, digest: str, now: datetime) -> BulkAnswer:
    """Begin to answer a set that was looked at; begun before, it is given as it is.

    Raises:
        WrongCount: the typed number is not that of the tickets, or the set is another one.
    """
    with transaction.atomic():
        bulk = BulkAnswer.objects.select_for_update(of=("self",)).get(pk=bulk_id, by=by)
        if bulk.state != BulkState.SHOWN:
            return bulk
        rows = list(bulk.rows.all())
        waiting = sum(row.state == RowState.WAITING for row in rows)
        if count != waiting or not waiting or digest != digest_of(bulk, rows):
            raise WrongCount
        bulk.state, bulk.started_at = BulkState.RUNNING, now
        bulk.save(update_fields=["state", "started_at"])
        transaction.on_commit(lambda: wake_task(ANSWER_TASK, (), queue="default"), robust=True)
    return bulk


def stop(*, bulk_id: int, by: User | None, now: datetime) -> BulkAnswer:
    """Stop a set at once: what is being answered ends, and no other begins.

    Stopped before, or over, it stays as it is. By nobody: whoever began it may not any more.
    """
    with transaction.atomic():
        _lock(bulk_id, is_shared=False)
        bulk = BulkAnswer.objects.select_for_update(of=("self",)).get(pk=bulk_id)
        if bulk.state == BulkState.RUNNING:
            bulk.state, bulk.ended_at, bulk.stopped_by = BulkState.STOPPED, now, by
            bulk.save(update_fields=["state", "ended_at", "stopped_by"])
    return bulk


def answer_running() -> int:
    """Answer what is left of the sets that run; give how many tickets were looked at.

    Whoever began a set must still be allowed to at each ticket: else it is stopped.
    """
    looked = 0
    for bulk in BulkAnswer.objects.filter(state=BulkState.RUNNING):
        while _is_still_allowed(bulk) and answer_one(bulk.pk, now=timezone.now()):
            looked += 1
    return looked


def _is_still_allowed(bulk: BulkAnswer) -> bool:
    """Ask the rights anew; without them the set is stopped. Nobody who is not active has any."""
    if User.objects.get(pk=bulk.by_id).has_perm(MANY):
        return True
    stop(bulk_id=bulk.pk, by=None, now=timezone.now())
    return False


def answer_one(bulk_id: int, *, now: datetime) -> bool:
    """Answer one ticket of a running set, or say why not; False where none is left to this one."""
    with transaction.atomic():
        _lock(bulk_id, is_shared=True)
        bulk = BulkAnswer.objects.filter(pk=bulk_id, state=BulkState.RUNNING).first()
        if bulk is None:
            return False
        row = (
            bulk.rows.select_for_update(of=("self",), skip_locked=True)
            .filter(state=RowState.WAITING)
            .select_related("ticket")
            .first()
        )
        if row is not None:
            _answer(bulk, row, now=now)
            return True
    _end(bulk_id, now=now)
    return False


def _lock(bulk_id: int, *, is_shared: bool) -> None:
    """Take the lock of a set until the transaction ends: what is read afterwards is true."""
    name = "pg_advisory_xact_lock_shared" if is_shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s, %s)", [_LOCK_SPACE, bulk_id])


def _answer(bulk: BulkAnswer, row: BulkAnswerTicket, *, now: datetime) -> None:
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=row.ticket_id)
    text = words_of(bulk, ticket)
    is_same = (ticket.status, version_of(ticket.pk)) == (row.seen_status, row.seen_version)
    if not is_same:
        row.state, row.why = RowState.LEFT, LeftWhy.CHANGED
    elif unfilled(text):
        row.state, row.why = RowState.LEFT, LeftWhy.UNFILLED
    else:
        answer_ticket(
            ticket_id=ticket.pk,
            agent=bulk.by,
            text=text,
            seen_status=row.seen_status,
            seen_version=row.seen_version,
            now=now,
        )
        row.state = RowState.ANSWERED
    row.ended_at = now
    row.save(update_fields=["state", "why", "ended_at"])


def _end(bulk_id: int, *, now: datetime) -> None:
    """End a set of which no ticket waits; one that another worker has in hand ends it."""
    with transaction.atomic():
        bulk = BulkAnswer.objects.select_for_update(of=("self",)).get(pk=bulk_id)
        is_over = not bulk.rows.filter(state=RowState.WAITING).exists()
        if bulk.state == BulkState.RUNNING and is_over:
            bulk.state, bulk.ended_at = BulkState.DONE, now
            bulk.save(update_fields=["state", "ended_at"])
