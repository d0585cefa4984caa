"""Whose a case is: taking it, the next one, handing it over, putting it back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists

from beneficiaries.models import User
from objections.errors import IncompleteDecision, NothingToTake
from objections.models import Objection
from objections.second_looks import ensure_others, looks_barred_to
from objections.services.history import append_act, append_event, tell_filer
from objections.services.review.changing import (
    Seen,
    changing,
    ensure_no_proposal,
    refusal,
)
from objections.statuses import (
    IN_REVIEW_STATUSES,
    OPEN_STATUSES,
    EventKind,
    ObjectionStatus,
)
from saudi.digits import is_blank

ASSIGN_RIGHT: Final = "objections.assign_objection"
DECIDE_RIGHT: Final = "objections.decide_objection"


def take_objection(*, objection_id: int, caseworker: User, seen: Seen, now: datetime) -> Objection:
    """Take an objection that is nobody's; whoever filed one that was just submitted is told.

    Raises:
        TransitionRefused: somebody was faster, or it is not waiting to be taken.
        HadFirstDecision: it waits for a second look, by others.
    """
    with changing(
        objection_id,
        act=EventKind.TAKEN,
        wanted=ObjectionStatus.UNDER_REVIEW,
        seen=seen,
        actor=caseworker,
        now=now,
    ) as objection:
        is_free = objection.assigned_to_id is None and objection.status in OPEN_STATUSES
        if not is_free:
            raise refusal(objection, wanted=ObjectionStatus.UNDER_REVIEW)
        ensure_others(objection, caseworker)
        _take(objection, caseworker, now=now)
    return objection


def take_next(*, caseworker: User, now: datetime) -> Objection:
    """Take the case that waits the longest, of those that nobody has and nobody is taking.

    Two who ask at once get two cases: what the other holds locked is passed over. One that waits
    for the citizen's documents is not next, nor a second look for whoever had a part in the first.

    Raises:
        NothingToTake: no case waits.
    """
    with transaction.atomic():
        objection = (
            Objection.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("filed_by")
            .filter(
                assigned_to=None,
                status__in=[ObjectionStatus.SUBMITTED, ObjectionStatus.UNDER_REVIEW],
            )
            .exclude(Exists(looks_barred_to(caseworker.pk)))
            .order_by("submitted_at", "id")
            .first()
        )
        if objection is None:
            raise NothingToTake
        _take(objection, caseworker, now=now)
    return objection


def _take(objection: Objection, caseworker: User, *, now: datetime) -> None:
    """Give a case to a caseworker. The caller holds its lock."""
    from_status = objection.status
    is_first = from_status == ObjectionStatus.SUBMITTED
    objection.assigned_to = caseworker
    if is_first:
        objection.status = ObjectionStatus.UNDER_REVIEW
    objection.save(update_fields=["assigned_to", "status"])
    append_event(
        objection,
        kind=EventKind.MOVED if is_first else EventKind.TAKEN,
        from_status=from_status,
        to_status=objection.status,
        actor=caseworker,
        now=now,
    )
    if is_first:
        tell_filer(
            objection,
            what="taken_again" if objection.is_looked_at_again else "taken",
            template="objection_taken",
            values={"reference": objection.reference or ""},
            now=now,
        )


def hand_over_objection(
    *, objection_id: int, by: User, to: User, note: str, seen: Seen, now: datetime
) -> Objection:
    """Hand a case over to another caseworker, with a note that they read.

    Raises:
        TransitionRefused: it changed meanwhile, or it is not theirs to hand over.
        ProposalWaits: a decision on it waits for approval.
        IncompleteDecision: without a note, or to nobody who could decide it.
        HadFirstDecision: it waits for a second look, and its receiver had a part in the first.
    """
    if is_blank(note):
        raise IncompleteDecision(missing="note")
    if not (to.is_active and to.is_staff and to.has_perm(DECIDE_RIGHT)):
        raise IncompleteDecision(missing="to")
    with changing(
        objection_id,
        act=EventKind.HANDED_OVER,
        wanted=seen.status,
        seen=seen,
        actor=by,
        now=now,
    ) as objection:
        _ensure_may_give_away(objection, by)
        if objection.assigned_to_id == to.pk:
            raise IncompleteDecision(missing="to")
        ensure_others(objection, to)
        _assign(objection, to, kind=EventKind.HANDED_OVER, by=by, note=note, now=now)
    return objection


def put_back_objection(
    *, objection_id: int, by: User, note: str, seen: Seen, now: datetime
) -> Objection:
    """Put a case back into the queue, with a note for whoever takes it next.

    Raises:
        TransitionRefused: it changed meanwhile, or it is not theirs.
        ProposalWaits: a decision on it waits for approval.
        IncompleteDecision: without a note.
    """
    if is_blank(note):
        raise IncompleteDecision(missing="note")
    with changing(
        objection_id, act=EventKind.PUT_BACK, wanted=seen.status, seen=seen, actor=by, now=now
    ) as objection:
        _ensure_may_give_away(objection, by)
        if objection.assigned_to_id is None:
            raise refusal(objection, wanted=objection.status)
        _assign(objection, None, kind=EventKind.PUT_BACK, by=by, note=note, now=now)
    return objection


def put_back_all_of(holder: User, *, by: User, now: datetime) -> int:
    """Put back into the queue what somebody holds who can no longer decide; give how many.

    What waits for approval stays as it is. The history says who held each.
    """
    with transaction.atomic():
        held = Objection.objects.select_for_update(of=("self",)).filter(
            assigned_to=holder, status__in=IN_REVIEW_STATUSES, proposed_by=None
        )
        cases = list(held.order_by("pk"))
        for case in cases:
            _assign(case, None, kind=EventKind.PUT_BACK, by=by, note=str(holder), now=now)
    return len(cases)


def put_back_of_who_left(objection: Objection, *, by: User, now: datetime) -> None:
    """Put a locked open case back into the queue where its holder can no longer decide."""
    holder = objection.assigned_to
    is_open = objection.status in IN_REVIEW_STATUSES
    if is_open and holder is not None and not holder.has_perm(DECIDE_RIGHT):
        _assign(objection, None, kind=EventKind.PUT_BACK, by=by, note=str(holder), now=now)


def _ensure_may_give_away(objection: Objection, by: User) -> None:
    """Refuse a case that is done, or another's where its giver is no supervisor."""
    is_theirs = objection.assigned_to_id == by.pk or by.has_perm(ASSIGN_RIGHT)
    is_in_review = objection.status in IN_REVIEW_STATUSES
    if not (is_theirs and is_in_review):
        raise refusal(objection, wanted=objection.status)
    ensure_no_proposal(objection)


def _assign(
    objection: Objection, to: User | None, *, kind: EventKind, by: User, note: str, now: datetime
) -> None:
    objection.assigned_to = to
    objection.save(update_fields=["assigned_to"])
    text = f"{to}: {note}" if to is not None else note
    append_act(objection, kind, actor=by, now=now, note=text)
