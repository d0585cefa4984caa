"""What staff do with an objection: take it, ask for documents, decide.

Each is one transaction under the objection's lock and compares the status that the member of
staff saw with the one it has now, so that two who act at once do not overwrite each other (O29).
An attempt that comes too late is refused and stays in the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

from django.db import transaction

from beneficiaries.cycles import is_cycle
from beneficiaries.models import User
from objections.errors import IncompleteDecision, TransitionRefused
from objections.models import Objection, ObjectionEvent
from objections.services.history import append_event, end_wait, tell_filer
from objections.statuses import DECIDED_STATUSES, TRANSITIONS, ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import format_both, riyadh_date

_DECISION_TEMPLATES: Final[dict[str, str]] = {
    ObjectionStatus.ACCEPTED: "objection_accepted",
    ObjectionStatus.PARTLY_ACCEPTED: "objection_partly_accepted",
    ObjectionStatus.REJECTED: "objection_rejected",
}


def take_objection(
    *, objection_id: int, caseworker: User, seen_status: str, now: datetime
) -> Objection:
    """Take a submitted objection for review and tell whoever filed it.

    Raises:
        TransitionRefused: somebody was faster, or it is not waiting to be taken.
    """
    with _changing(
        objection_id,
        wanted=ObjectionStatus.UNDER_REVIEW,
        seen_status=seen_status,
        caseworker=caseworker,
        now=now,
    ) as objection:
        # A case that waits for documents goes back to review by the documents' arrival alone.
        if objection.status != ObjectionStatus.SUBMITTED:
            raise _refusal(objection, wanted=ObjectionStatus.UNDER_REVIEW)
        objection.assigned_to = caseworker
        _move(objection, ObjectionStatus.UNDER_REVIEW, ["assigned_to"])
        append_event(
            objection,
            from_status=ObjectionStatus.SUBMITTED,
            to_status=ObjectionStatus.UNDER_REVIEW,
            actor=caseworker,
            now=now,
        )
        tell_filer(
            objection,
            what="taken",
            template="objection_taken",
            values={"reference": objection.reference or ""},
            now=now,
        )
    return objection


def request_documents(
    *,
    objection_id: int,
    caseworker: User,
    text: str,
    due_on: date,
    seen_status: str,
    now: datetime,
) -> Objection:
    """Ask the citizen for documents, until a civil day in Riyadh, in words that they read.

    Raises:
        TransitionRefused: somebody was faster, or the case is not under review.
        IncompleteDecision: without a text, or with a day that has passed.
    """
    if is_blank(text):
        raise IncompleteDecision(missing="text")
    if due_on < riyadh_date(now):
        raise IncompleteDecision(missing="due_on")
    with _changing(
        objection_id,
        wanted=ObjectionStatus.DOCUMENTS_WANTED,
        seen_status=seen_status,
        caseworker=caseworker,
        now=now,
    ) as objection:
        from_status = objection.status
        objection.documents_due_on = due_on
        objection.wanted_on = riyadh_date(now)
        _move(objection, ObjectionStatus.DOCUMENTS_WANTED, ["documents_due_on", "wanted_on"])
        event = append_event(
            objection,
            from_status=from_status,
            to_status=ObjectionStatus.DOCUMENTS_WANTED,
            actor=caseworker,
            now=now,
            note=text,
        )
        tell_filer(
            objection,
            what=f"documents_wanted:{event.pk}",
            template="objection_documents_wanted",
            values={
                "reference": objection.reference or "",
                "due": format_both(due_on, objection.filed_by.language),
            },
            now=now,
        )
    return objection


def decide_objection(
    *,
    objection_id: int,
    caseworker: User,
    decision: ObjectionStatus,
    answer: str,
    effective_cycle: str,
    seen_status: str,
    now: datetime,
) -> Objection:
    """Accept, accept in part or reject, with the answer that the citizen reads.

    `effective_cycle` is the cycle in which an acceptance counts, empty for a rejection.

    Raises:
        TransitionRefused: somebody decided first, or the case is not under review.
        IncompleteDecision: without an answer, or with a cycle that does not fit.
    """
    _ensure_decision(decision, answer, effective_cycle)
    with _changing(
        objection_id, wanted=decision, seen_status=seen_status, caseworker=caseworker, now=now
    ) as objection:
        from_status = objection.status
        objection.decided_by = caseworker
        objection.decided_at = now
        objection.answer = answer
        objection.effective_cycle = effective_cycle
        _move(
            objection,
            decision,
            ["decided_by", "decided_at", "answer", "effective_cycle", *end_wait(objection, now)],
        )
        append_event(
            objection,
            from_status=from_status,
            to_status=decision,
            actor=caseworker,
            now=now,
            note=answer,
        )
        tell_filer(
            objection,
            what="decided",
            template=_DECISION_TEMPLATES[decision],
            values={"reference": objection.reference or ""},
            now=now,
        )
    return objection


def _ensure_decision(decision: str, answer: str, effective_cycle: str) -> None:
    if decision not in DECIDED_STATUSES:
        raise IncompleteDecision(missing="decision")
    if is_blank(answer):
        raise IncompleteDecision(missing="answer")
    fits = (
        not effective_cycle if decision == ObjectionStatus.REJECTED else is_cycle(effective_cycle)
    )
    if not fits:
        raise IncompleteDecision(missing="effective_cycle")


@contextmanager
def _changing(
    objection_id: int,
    *,
    wanted: ObjectionStatus,
    seen_status: str,
    caseworker: User,
    now: datetime,
) -> Iterator[Objection]:
    """Lock an objection for a change from the status that was seen; keep a refused attempt.

    A case that somebody has taken is changed by nobody else.
    """
    try:
        with transaction.atomic():
            objection = (
                Objection.objects.select_for_update(of=("self",))
                .select_related("filed_by")
                .get(pk=objection_id)
            )
            allowed = TRANSITIONS[objection.status]
            is_theirs = objection.assigned_to_id in {None, caseworker.pk}
            if objection.status != seen_status or wanted not in allowed or not is_theirs:
                raise _refusal(objection, wanted=wanted)
            yield objection
    except TransitionRefused as refusal:
        _remember_refused(objection_id, refusal, caseworker=caseworker, now=now)
        raise


def _move(objection: Objection, to_status: ObjectionStatus, fields: list[str]) -> None:
    objection.status = to_status
    objection.save(update_fields=["status", *fields])


def _refusal(objection: Objection, *, wanted: str) -> TransitionRefused:
    """Say who brought the case into its status, and when."""
    last: ObjectionEvent | None = (
        objection.events.filter(is_refused=False).select_related("actor").last()
    )
    return TransitionRefused(
        status=objection.status,
        wanted=str(wanted),
        by=str(last.actor) if last is not None and last.actor is not None else "",
        at=last.at if last is not None else None,
    )


def _remember_refused(
    objection_id: int, refusal: TransitionRefused, *, caseworker: User, now: datetime
) -> None:
    with transaction.atomic():
        append_event(
            Objection.objects.select_for_update(of=("self",)).get(pk=objection_id),
            from_status=refusal.status,
            to_status=refusal.wanted,
            actor=caseworker,
            now=now,
            is_refused=True,
        )
