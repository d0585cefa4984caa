"""An act on many cases that somebody had looked at: run once, each case by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from beneficiaries.models import User
from objections.errors import ObjectionRefused
from objections.models import BulkAct, BulkActCase
from objections.services.review import (
    Seen,
    approve_many,
    ask_many,
    hand_over_many,
    put_back_many,
    take_many,
)
from objections.services.review.many import Report
from objections.statuses import BulkKind


@dataclass(frozen=True)
class BulkWish:
    """What is to be done: with `to` and `note` for a kind that hands over, and so on.

    `texts` are by language, `due_on` is a civil day in Riyadh, `decisions` are the proposals that
    were shown, by the ids of their cases.
    """

    kind: BulkKind
    to: User | None = None
    note: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    due_on: date | None = None
    decisions: Mapping[int, int] = field(default_factory=dict)


def act_on_many(
    *,
    submission: uuid.UUID,
    wish: BulkWish,
    seen: Mapping[int, Seen],
    left_out: Mapping[int, str],
    by: User,
    now: datetime,
    words: Callable[[ObjectionRefused], str],
) -> BulkAct:
    """Do an act on each case of a set, and keep what became of it.

    `seen` are the cases to act on, as their page showed them; `left_out` those of the set that
    nothing is done with, and why. `words` says a refusal in the language of whoever acts. Sent
    twice it is run once: the second one gets the act as it is so far.
    """
    with transaction.atomic():
        bulk, is_new = BulkAct.objects.get_or_create(
            submission=submission, defaults={"kind": wish.kind, "by": by, "started_at": now}
        )
        if not is_new:
            return bulk
        rows = [BulkActCase(bulk=bulk, objection_id=pk) for pk in sorted(seen)]
        rows += [
            BulkActCase(bulk=bulk, objection_id=pk, is_done=False, why=why)
            for pk, why in sorted(left_out.items())
        ]
        BulkActCase.objects.bulk_create(rows)

    def report(objection_id: int, refused: ObjectionRefused | None) -> None:
        bulk.cases.filter(objection=objection_id).update(
            is_done=refused is None, why=words(refused) if refused else ""
        )

    _ACTS[wish.kind](wish, seen, by, now, report)
    bulk.ended_at = timezone.now()
    bulk.save(update_fields=["ended_at"])
    return bulk


def _take(
    _wish: BulkWish, seen: Mapping[int, Seen], by: User, now: datetime, report: Report
) -> None:
    take_many(seen=seen, caseworker=by, now=now, report=report)


def _hand_over(
    wish: BulkWish, seen: Mapping[int, Seen], by: User, now: datetime, report: Report
) -> None:
    assert wish.to is not None  # noqa: S101  # its form asks for a colleague
    hand_over_many(seen=seen, by=by, to=wish.to, note=wish.note, now=now, report=report)


def _put_back(
    wish: BulkWish, seen: Mapping[int, Seen], by: User, now: datetime, report: Report
) -> None:
    put_back_many(seen=seen, by=by, note=wish.note, now=now, report=report)


def _ask(wish: BulkWish, seen: Mapping[int, Seen], by: User, now: datetime, report: Report) -> None:
    assert wish.due_on is not None  # noqa: S101  # its form asks for the days
    ask_many(seen=seen, caseworker=by, texts=wish.texts, due_on=wish.due_on, now=now, report=report)


def _approve(
    wish: BulkWish, seen: Mapping[int, Seen], by: User, now: datetime, report: Report
) -> None:
    shown = {pk: wish.decisions[pk] for pk in seen}
    approve_many(seen=seen, decisions=shown, approver=by, now=now, report=report)


_ACTS: Final[
    Mapping[BulkKind, Callable[[BulkWish, Mapping[int, Seen], User, datetime, Report], None]]
] = {
    BulkKind.TAKE: _take,
    BulkKind.HAND_OVER: _hand_over,
    BulkKind.PUT_BACK: _put_back,
    BulkKind.DOCUMENTS: _ask,
    BulkKind.APPROVE: _approve,
}
