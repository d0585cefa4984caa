"""Asking the citizen for documents."""

from __future__ import annotations

from datetime import date, datetime

from beneficiaries.models import User
from objections.clock import wait_of
from objections.errors import IncompleteDecision
from objections.models import Objection
from objections.services.history import append_event, tell_filer
from objections.services.review.changing import Seen, changing, ensure_no_proposal, refusal
from objections.statuses import EventKind, ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import format_both, riyadh_date


def request_documents(
    *, objection_id: int, caseworker: User, text: str, due_on: date, seen: Seen, now: datetime
) -> Objection:
    """Ask the citizen for documents, until a civil day in Riyadh, in words that they read.

    Raises:
        TransitionRefused: somebody was faster, or the case is not under review with them.
        ProposalWaits: a decision on it waits for approval.
        IncompleteDecision: without a text, or with a day that has passed.
    """
    if is_blank(text):
        raise IncompleteDecision(missing="text")
    if due_on < riyadh_date(now):
        raise IncompleteDecision(missing="due_on")
    wanted = ObjectionStatus.DOCUMENTS_WANTED
    with changing(
        objection_id, act=EventKind.MOVED, wanted=wanted, seen=seen, actor=caseworker, now=now
    ) as objection:
        is_theirs = objection.assigned_to_id == caseworker.pk
        if objection.status != ObjectionStatus.UNDER_REVIEW or not is_theirs:
            raise refusal(objection, wanted=wanted)
        ensure_no_proposal(objection)
        objection.documents_due_on = due_on
        objection.wanted_on = riyadh_date(now)
        objection.wait_days = wait_of(objection.wanted_on, due_on)
        objection.status = wanted
        objection.save(update_fields=["status", "documents_due_on", "wanted_on", "wait_days"])
        event = append_event(
            objection,
            from_status=ObjectionStatus.UNDER_REVIEW,
            to_status=wanted,
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
