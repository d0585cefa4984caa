"""The ground of what staff do with an objection: its lock, and what they saw of it.

Each act is one transaction under the objection's lock and compares what the member of staff saw
with what is now, so that two who act at once do not overwrite each other (O29). An attempt that
comes too late is refused and stays in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from beneficiaries.models import User
from objections.errors import ProposalWaits, TransitionRefused
from objections.models import Decision, Objection, ObjectionEvent
from objections.services.history import append_event
from objections.statuses import DecisionState, EventKind


class Seen(NamedTuple):
    """What a page showed of a case: its status and the last row of its history, 0 without one."""

    status: str
    event: int


def seen_of(objection: Objection) -> Seen:
    """Give what a page that is shown now is to remember of a case."""
    last = last_event(objection)
    return Seen(objection.status, last.pk if last else 0)


def seen_among(objection: Objection, events: Iterable[ObjectionEvent]) -> Seen:
    """Give the same from the rows of its history, oldest first, that were read already."""
    done = [event.pk for event in events if not event.is_refused]
    return Seen(objection.status, done[-1] if done else 0)


def last_event(objection: Objection) -> ObjectionEvent | None:
    """Give what happened last; a refused attempt changed nothing."""
    last: ObjectionEvent | None = (
        objection.events.filter(is_refused=False).select_related("actor").last()
    )
    return last


def waiting_proposal(objection: Objection) -> Decision | None:
    """Give the decision that waits for approval."""
    waiting: Decision | None = (
        objection.decisions.filter(state=DecisionState.PROPOSED)
        .select_related("proposed_by", "supersedes", "second_look")
        .first()
    )
    return waiting


def locked_objection(objection_id: int) -> Objection:
    """Lock an objection and give it as it is now. In the caller's transaction."""
    return (
        Objection.objects.select_for_update(of=("self",))
        .select_related("filed_by")
        .get(pk=objection_id)
    )


@contextmanager
def changing(
    objection_id: int, *, act: EventKind, wanted: str, seen: Seen, actor: User, now: datetime
) -> Iterator[Objection]:
    """Lock an objection that is still as it was seen; keep a refused attempt.

    `act` and `wanted` say what was tried: the kind of its row in the history, and the status that
    it would have led to. The body may refuse too, by `refusal`.
    """
    try:
        with transaction.atomic():
            objection = locked_objection(objection_id)
            if seen_of(objection) != seen:
                raise refusal(objection, wanted=wanted)
            yield objection
    except TransitionRefused as refused:
        remember_refused(objection_id, refused, act=act, actor=actor, now=now)
        raise


def refusal(objection: Objection, *, wanted: str) -> TransitionRefused:
    """Say who did what on the case last, and when."""
    last = last_event(objection)
    return TransitionRefused(
        status=objection.status,
        wanted=str(wanted),
        by=str(last.actor) if last is not None and last.actor is not None else "",
        at=last.at if last is not None else None,
        did=last.kind if last is not None else "",
    )


def ensure_no_proposal(objection: Objection) -> None:
    """Refuse an act on a case whose decision waits for approval. Raises ProposalWaits."""
    waiting = waiting_proposal(objection)
    if waiting is not None:
        raise ProposalWaits(by=str(waiting.proposed_by), at=waiting.proposed_at)


def remember_refused(
    objection_id: int, refused: TransitionRefused, *, act: EventKind, actor: User, now: datetime
) -> None:
    """Write an attempt that came too late into the history."""
    with transaction.atomic():
        append_event(
            locked_objection(objection_id),
            kind=act,
            from_status=refused.status,
            to_status=refused.wanted,
            actor=actor,
            now=now,
            is_refused=True,
        )
