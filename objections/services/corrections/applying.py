"""Applying an approved correction: results or payments are replaced, objections closed and people
told.

A batch is one transaction under the locks of the correction, its cycle, the rows that it corrects
and the objections against them, in this order; so it comes wholly before or wholly after a
submission or a caseworker's decision. What changed since the set was fixed is left alone
(docs/adr/0027).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from beneficiaries.correcting import correct_payments, correct_results
from beneficiaries.models import Cycle, EligibilityResult, PaymentLine
from beneficiaries.set_based import planned_for_some_rows
from objections.contested import key_of_objection
from objections.corrections.payments import PAID_BACK
from objections.corrections.statuses import (
    LEFT_STATES,
    CorrectionAct,
    CorrectionState,
    RowState,
)
from objections.models import Correction, CorrectionRow, Objection
from objections.rules import FILING_WINDOW_DAYS, filing_deadline
from objections.services.corrections.closing import close_objections, stop_drafts
from objections.services.corrections.events import append_act
from objections.services.corrections.telling import tell_corrected
from objections.statuses import DECIDED_STATUSES, OPEN_STATUSES, ObjectionStatus
from saudi.gregorian import riyadh_date

BATCH: Final = 1_000
"""Results or payments corrected in one transaction."""

_WANTED: Final = """
    SELECT result_id, status, reason_codes, entitlement_sar
    FROM objections_correctionrow WHERE id = ANY(%(rows)s)
"""

_WANTED_PAYMENTS: Final = """
    SELECT payment_id, reason_codes, entitlement_sar AS entitled_sar, added_sar
    FROM objections_correctionrow WHERE id = ANY(%(rows)s)
"""

# `{new}` is a column of the table and no value.
_SETTLE: Final = """
    UPDATE objections_correctionrow AS row
    SET state = 'corrected', settled_at = %(now)s, {new} = settled.made,
        objection_id = settled.objection
    FROM unnest(%(rows)s::bigint[], %(new)s::bigint[], %(closed)s::bigint[])
         AS settled(row, made, objection)
    WHERE row.id = settled.row
"""

_PAID_BACK: Final = f"""
    SELECT line.id FROM beneficiaries_paymentline AS line
    WHERE line.id = ANY(%(lines)s) AND {PAID_BACK}
"""  # noqa: S608 - of constants; every value is a parameter


def apply_corrections(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Apply what was approved, and give the number of rows corrected.

    Broken off, it goes on with the first row that waits; what another worker is at is its own, and
    a cycle that is being imported or announced is waited for until the next run. A second run
    changes nothing.
    """
    corrected = 0
    approved = Correction.objects.filter(state=CorrectionState.RUNNING).order_by("id")
    for pk in list(approved.values_list("pk", flat=True)):
        has_more = True
        while has_more and not is_over():
            added, has_more = _apply_some(pk, now=now)
            corrected += added
    return corrected


def _apply_some(pk: int, *, now: datetime) -> tuple[int, bool]:
    """Apply a batch; give the number corrected and whether there may be more for this worker."""
    with transaction.atomic():
        correction = (
            Correction.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=pk, state=CorrectionState.RUNNING)
            .select_related("prepared_by", "approved_by", "cycle")
            .first()
        )
        if correction is None or not _hold_cycle(correction):
            return 0, False
        rows = list(
            CorrectionRow.objects.filter(
                correction=correction,
                state=RowState.WAITING,
                follows__isnull=not correction.is_following,
                pk__gt=correction.reached,
            )
            .select_related("follows", "payment")
            .order_by("pk")[:BATCH]
        )
        corrected = _apply(correction, rows, now=now) if rows else 0
        has_more = len(rows) == BATCH
        if rows:
            correction.reached = rows[-1].pk
        if not has_more and not correction.is_following:
            correction.is_following, correction.reached, has_more = True, 0, True
        if not has_more:
            correction.state, correction.finished_at = CorrectionState.DONE, now
            append_act(correction, CorrectionAct.DONE, by=None, now=now)
        correction.save()
    return corrected, has_more


def _hold_cycle(correction: Correction) -> bool:
    """Keep announcements and imports of the cycle away; False where one is at work."""
    held = Cycle.objects.select_for_update(no_key=True, skip_locked=True)
    return held.filter(pk=correction.cycle_id).first() is not None


def _apply(correction: Correction, rows: list[CorrectionRow], *, now: datetime) -> int:
    """Correct what of a batch is as it was, and settle the rest. Gives the number corrected."""
    keys = [row.contested_id for row in rows]
    model: Any = PaymentLine if correction.is_of_payments else EligibilityResult
    current = list(
        model.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .order_by("pk")
        .only("pk", "person_id", "superseded_on")
    )
    objections = list(
        Objection.objects.select_for_update(of=("self",))
        .filter(**{f"{correction.track}_id__in": keys})
        .exclude(status=ObjectionStatus.WITHDRAWN)
        .select_related("filed_by")
        .order_by("pk")
    )
    replaced = {row.pk for row in current if row.superseded_on is not None}
    decided = _decided_since(correction, objections)
    if correction.is_of_payments:
        decided |= _paid_back(correction, keys)
    verdicts = _verdicts(rows, replaced, decided)
    chosen = [row for row in rows if verdicts[row.pk] == RowState.CORRECTED]
    for state in LEFT_STATES:
        left = [row.pk for row in rows if verdicts[row.pk] == state]
        if left:
            CorrectionRow.objects.filter(pk__in=left).update(state=state, settled_at=now)
    correction.rows_left += len(rows) - len(chosen)
    if chosen:
        people = {row.person_id: row.pk for row in current}
        _correct(correction, chosen, people, objections, now=now)
    correction.rows_corrected += len(chosen)
    return len(chosen)


def _decided_since(correction: Correction, objections: Iterable[Objection]) -> set[int]:
    """Give the rows on which somebody decided an objection after the set was begun."""
    return {
        key_of_objection(objection).pk
        for objection in objections
        if objection.status in DECIDED_STATUSES
        and objection.decided_at is not None
        and objection.decided_at >= correction.prepared_at
    }


def _paid_back(correction: Correction, lines: list[int]) -> set[int]:
    """Give the lines whose person a decision pays back for the cycle: nobody is paid twice.

    Their locks are held, which an approval of back pay takes too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAID_BACK, {"lines": lines, "cycle_code": correction.cycle.code})
        return {pk for (pk,) in cursor.fetchall()}


def _verdicts(
    rows: list[CorrectionRow], replaced: set[int], decided: set[int]
) -> dict[int, RowState]:
    """Say what becomes of each row; what it follows was settled in an earlier batch."""
    verdicts: dict[int, RowState] = {}
    for row in rows:
        if row.contested_id in replaced:
            verdict = RowState.REPLACED
        elif row.contested_id in decided:
            verdict = RowState.DECIDED
        elif row.follows is not None and row.follows.state != RowState.CORRECTED:
            verdict = RowState.UNFOLLOWED
        else:
            verdict = RowState.CORRECTED
        verdicts[row.pk] = verdict
    return verdicts


def _correct(
    correction: Correction,
    rows: list[CorrectionRow],
    had: dict[int, int],
    objections: list[Objection],
    *,
    now: datetime,
) -> None:
    """Replace what some rows correct, close what is open against it, and tell people.

    `had` is the result or the payment that each person had, by their key.
    """
    of_row = {row.contested_id: row for row in rows}
    against = [each for each in objections if key_of_objection(each).pk in of_row]
    closed = [each for each in against if each.status in OPEN_STATUSES]
    drafts = [each for each in against if each.status == ObjectionStatus.DRAFT]
    today = riyadh_date(now)
    facts: dict[str, Any] = {"rows": [row.pk for row in rows]}
    with connection.cursor() as cursor, planned_for_some_rows(cursor):
        made = _replace(cursor, correction, facts, on=today)
        closing = {key_of_objection(objection).pk: objection.pk for objection in closed}
        of_person = [had[person] for _new, person in made]
        settled: dict[str, Any] = {
            "now": now,
            "rows": [of_row[key].pk for key in of_person],
            "new": [new for new, _person in made],
            "closed": [closing.get(key) for key in of_person],
        }
        cursor.execute(_SETTLE.format(new=f"new_{correction.track}_id"), settled)
        close_objections(correction, closed, of_row, now=now)
        stop_drafts(correction, drafts, now=now)
        correction.objections_closed += len(closed)
        correction.drafts_stopped += len(drafts)
        correction.corrected_sar += sum((row.added_sar for row in rows), Decimal(0))
        correction.told += tell_corrected(
            correction,
            rows=facts["rows"],
            closed=[objection.pk for objection in closed],
            drafts=[draft.pk for draft in drafts],
            now=now,
        )


def _replace(
    cursor: CursorWrapper, correction: Correction, facts: dict[str, Any], *, on: date
) -> list[tuple[int, int]]:
    """Put what the rows say in the place of what was; give the new ids and their people's."""
    if correction.is_of_payments:
        return correct_payments(
            cursor,
            wanted=_WANTED_PAYMENTS,
            facts=facts,
            on=on,
            window_days=FILING_WINDOW_DAYS,
            announcement=-correction.pk,
        )
    return correct_results(
        cursor,
        wanted=_WANTED,
        facts=facts,
        on=on,
        deadline=filing_deadline(on),
        announcement=-correction.pk,
    )
