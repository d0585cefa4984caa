"""What two people do with a correction once its set is fixed: each act is one transaction under
its lock and compares what the page had shown with what is now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from beneficiaries.models import User
from objections.corrections.statuses import CorrectionAct, CorrectionState, RowState
from objections.errors import CorrectionRefused
from objections.models import Correction, CorrectionRow
from objections.services.corrections.events import append_act, wake_corrections
from saudi.digits import is_blank

_OPEN: Final = (CorrectionState.FIXING, CorrectionState.FIXED, CorrectionState.PROPOSED)


@contextmanager
def _locked(pk: int, *states: CorrectionState) -> Iterator[Correction]:
    """Lock a correction that is in one of some states. Raises CorrectionRefused."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update(of=("self",)).get(pk=pk)
        if correction.state not in states:
            raise CorrectionRefused("moved", state=correction.state)
        yield correction


def remove_row(*, correction_id: int, row_id: int, why: str, by: User, now: datetime) -> int:
    """Take a result out of a fixed set, and whoever is in it because of this one; give how many.

    Raises:
        CorrectionRefused: moved, not_yours, texts (without a reason), settled.
    """
    if is_blank(why):
        raise CorrectionRefused("texts")
    with _locked(correction_id, CorrectionState.FIXED) as correction:
        _ensure_preparer(correction, by)
        rows = CorrectionRow.objects.filter(correction=correction, state=RowState.WAITING)
        if not rows.filter(pk=row_id).exists():
            raise CorrectionRefused("settled")
        removed = rows.filter(Q(pk=row_id) | Q(follows=row_id)).update(
            state=RowState.REMOVED, settled_at=now, removed_by=by, removed_why=why
        )
        correction.rows_removed += removed
        correction.save(update_fields=["rows_removed"])
        append_act(correction, CorrectionAct.REMOVED, by=by, now=now, note=why)
    return removed


def reword(
    *, correction_id: int, said_ar: str, said_en: str, by: User, now: datetime
) -> Correction:
    """Change what people read, before approval is asked for.

    Raises:
        CorrectionRefused: moved, not_yours, texts.
    """
    if is_blank(said_ar) or is_blank(said_en):
        raise CorrectionRefused("texts")
    with _locked(correction_id, CorrectionState.FIXED) as correction:
        _ensure_preparer(correction, by)
        if (correction.said_ar, correction.said_en) != (said_ar, said_en):
            correction.said_ar, correction.said_en = said_ar, said_en
            correction.save(update_fields=["said_ar", "said_en"])
            append_act(correction, CorrectionAct.REWORDED, by=by, now=now)
    return correction


def ask_for_approval(*, correction_id: int, by: User, now: datetime) -> Correction:
    """Put a fixed set before a second person.

    Raises:
        CorrectionRefused: moved, not_yours, nothing (nothing is left in the set).
    """
    with _locked(correction_id, CorrectionState.FIXED) as correction:
        _ensure_preparer(correction, by)
        if not correction.rows_to_correct:
            raise CorrectionRefused("nothing")
        correction.state, correction.proposed_at = CorrectionState.PROPOSED, now
        correction.save(update_fields=["state", "proposed_at"])
        append_act(correction, CorrectionAct.PROPOSED, by=by, now=now)
    return correction


def approve_correction(
    *, correction_id: int, seen_rows: int, by: User, now: datetime
) -> Correction:
    """Approve what somebody else prepared: a worker begins to correct, and people are told.

    `seen_rows` is how many results the page had shown.

    Raises:
        CorrectionRefused: moved, own, changed.
    """
    with _locked(correction_id, CorrectionState.PROPOSED) as correction:
        _ensure_second_person(correction, by)
        if correction.rows_to_correct != seen_rows:
            raise CorrectionRefused("changed")
        correction.state = CorrectionState.RUNNING
        correction.approved_by, correction.approved_at = by, now
        correction.save(update_fields=["state", "approved_by", "approved_at"])
        append_act(correction, CorrectionAct.APPROVED, by=by, now=now)
        transaction.on_commit(wake_corrections)
    return correction


def return_correction(*, correction_id: int, note: str, by: User, now: datetime) -> Correction:
    """Return it to who prepared it, with what is to be changed. The set stays fixed.

    Raises:
        CorrectionRefused: moved, own, texts (without a note).
    """
    if is_blank(note):
        raise CorrectionRefused("texts")
    with _locked(correction_id, CorrectionState.PROPOSED) as correction:
        _ensure_second_person(correction, by)
        correction.state, correction.proposed_at = CorrectionState.FIXED, None
        correction.save(update_fields=["state", "proposed_at"])
        append_act(correction, CorrectionAct.RETURNED, by=by, now=now, note=note)
    return correction


def withdraw_correction(*, correction_id: int, why: str, by: User, now: datetime) -> Correction:
    """End a correction of which nothing was applied; anybody who may propose one can.

    Raises:
        CorrectionRefused: moved, texts (without a reason).
    """
    if is_blank(why):
        raise CorrectionRefused("texts")
    with _locked(correction_id, *_OPEN) as correction:
        correction.state = CorrectionState.WITHDRAWN
        correction.save(update_fields=["state"])
        append_act(correction, CorrectionAct.WITHDRAWN, by=by, now=now, note=why)
    return correction


def record_export(*, correction_id: int, by: User, now: datetime) -> None:
    """Write down who downloads the set, before the first row leaves."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update(of=("self",)).get(pk=correction_id)
        append_act(correction, CorrectionAct.EXPORTED, by=by, now=now)


def _ensure_preparer(correction: Correction, by: User) -> None:
    if correction.prepared_by_id != by.pk:
        raise CorrectionRefused("not_yours")


def _ensure_second_person(correction: Correction, by: User) -> None:
    if correction.prepared_by_id == by.pk:
        raise CorrectionRefused("own")
