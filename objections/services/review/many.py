"""The same act on many cases: one transaction a case, in the order of their ids.

Two who act on the same cases at once, in whatever order they chose them, hold one lock each at any
time and so never wait for each other in a circle (O29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from beneficiaries.models import User
from objections.errors import ObjectionRefused
from objections.models import Objection
from objections.services.review.approving import approve_decision
from objections.services.review.asking import request_documents
from objections.services.review.changing import Seen
from objections.services.review.taking import (
    hand_over_objection,
    put_back_objection,
    take_objection,
)

Report = Callable[[int, ObjectionRefused | None], None]
"""Is told of each case, after its transaction, that it is done or why it was refused."""


@dataclass
class DoneMany:
    """What became of each case, by its id."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, ObjectionRefused] = field(default_factory=dict)


def _tell_nobody(_objection_id: int, _refused: ObjectionRefused | None) -> None:
    pass


def take_many(
    *, seen: Mapping[int, Seen], caseworker: User, now: datetime, report: Report = _tell_nobody
) -> DoneMany:
    """Take cases that are nobody's; each that somebody took first is refused by itself."""
    return _each(
        seen,
        lambda pk: take_objection(objection_id=pk, caseworker=caseworker, seen=seen[pk], now=now),
        report,
    )


def hand_over_many(
    *,
    seen: Mapping[int, Seen],
    by: User,
    to: User,
    note: str,
    now: datetime,
    report: Report = _tell_nobody,
) -> DoneMany:
    """Hand cases over to one caseworker, with the same note."""
    return _each(
        seen,
        lambda pk: hand_over_objection(
            objection_id=pk, by=by, to=to, note=note, seen=seen[pk], now=now
        ),
        report,
    )


def put_back_many(
    *,
    seen: Mapping[int, Seen],
    by: User,
    note: str,
    now: datetime,
    report: Report = _tell_nobody,
) -> DoneMany:
    """Put cases back into the queue, with the same note."""
    return _each(
        seen,
        lambda pk: put_back_objection(objection_id=pk, by=by, note=note, seen=seen[pk], now=now),
        report,
    )


def ask_many(
    *,
    seen: Mapping[int, Seen],
    caseworker: User,
    texts: Mapping[str, str],
    due_on: date,
    now: datetime,
    report: Report = _tell_nobody,
) -> DoneMany:
    """Ask the writers of cases for the same documents: `texts` by language, each in their own."""
    languages = dict(Objection.objects.filter(pk__in=seen).values_list("pk", "filed_by__language"))
    return _each(
        seen,
        lambda pk: request_documents(
            objection_id=pk,
            caseworker=caseworker,
            text=texts[languages[pk]],
            due_on=due_on,
            seen=seen[pk],
            now=now,
        ),
        report,
    )


def approve_many(
    *,
    seen: Mapping[int, Seen],
    decisions: Mapping[int, int],
    approver: User,
    now: datetime,
    report: Report = _tell_nobody,
) -> DoneMany:
    """Approve the proposals that were shown of cases: `decisions` by the ids of the cases."""
    return _each(
        decisions,
        lambda pk: approve_decision(
            objection_id=pk,
            decision_id=decisions[pk],
            approver=approver,
            seen=seen[pk],
            now=now,
        ),
        report,
    )


def _each(objection_ids: Iterable[int], act: Callable[[int], object], report: Report) -> DoneMany:
    made = DoneMany()
    for pk in sorted(objection_ids):
        try:
            act(pk)
        except ObjectionRefused as refused:
            made.refused[pk] = refused
            report(pk, refused)
        else:
            made.done.append(pk)
            report(pk, None)
    return made
