"""Corrections of many results: the set, and the two people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from beneficiaries.models import EligibilityResult
from objections.corrections.statuses import CorrectionAct, CorrectionState, RowState
from objections.errors import CorrectionRefused
from objections.models import Correction, CorrectionRow
from objections.services import corrections
from objections.services.corrections import fixing
from tests.factories import CycleFactory
from tests.objections.cases import (
    result_of,
)
from tests.objections.correcting import (
    APPROVED,
    PREPARED,
    SAID,
    applied,
    approved,
    fixed,
    now_of,
    prepared,
    proposed,
    states,
)
from tests.personas import adult_of, child_of, head, staff

pytestmark = pytest.mark.django_db


# The set ------------------------------------------------------------------------------------


def test_set_has_what_was_asked_for_and_nothing_that_is_replaced_or_waits() -> None:
    wanted = [result_of(head(city="جدة")), result_of(head(city="الرياض"))]
    result_of(head(), reason_codes=["ASSETS"])
    result_of(head(), superseded_on=date(2026, 11, 2))
    result_of(head(), announced_on=None)
    result_of(head(), cycle=CycleFactory(code="2026-09"), announced_on=date(2026, 9, 29))
    correction = fixed()
    assert [row.result_id for row in correction.rows.order_by("pk")] == [r.pk for r in wanted]
    assert correction.state == CorrectionState.FIXED
    assert (correction.rows_fixed, correction.rows_eligible) == (2, 2)


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({}, 3),
        ({"city": "جدة"}, 1),
        ({"announced_since": date(2026, 11, 1)}, 1),
        ({"announced_until": date(2026, 10, 31)}, 2),
        ({"result_status": "eligible"}, 0),
        ({"result_status": "ineligible"}, 3),
    ],
)
def test_set_is_narrowed_by_city_days_and_result(narrowed: dict[str, Any], count: int) -> None:
    result_of(head(city="جدة"))
    result_of(head(city="الرياض"))
    result_of(head(city="الرياض"), announced_on=date(2026, 11, 3))
    assert fixed(**narrowed).rows_fixed == count


def test_later_results_do_not_come_into_a_fixed_set() -> None:
    result_of(head())
    correction = proposed()
    result_of(head())
    corrections.fix_sets(now=APPROVED)
    assert applied(correction).rows_corrected == 1
    assert EligibilityResult.objects.current().filter(status="ineligible").count() == 1


def test_broken_off_writing_goes_on_and_writes_no_row_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fixing, "BATCH", 2)
    for _each in range(5):
        result_of(head())
    correction = prepared()
    batches = iter([False, True])
    assert corrections.fix_sets(now=PREPARED, is_over=lambda: next(batches)) == 2
    assert corrections.fix_sets(now=PREPARED) == 3
    correction.refresh_from_db()
    assert (correction.rows_fixed, correction.rows.count()) == (5, 5)


def test_reason_that_was_the_only_one_makes_eligible_with_the_amount_that_is_known() -> None:
    known, earlier, unknown, other = head(), head(), head(), head()
    result_of(known, entitlement_sar=Decimal("500.00"))
    before = CycleFactory(code="2026-09")
    result_of(earlier, cycle=before, status="eligible", entitlement_sar=Decimal("640.50"))
    result_of(earlier)
    result_of(unknown)
    result_of(other, reason_codes=["ASSETS", "LEASE_NOT_PROVEN"])
    rows = {row.result.person_id: row for row in fixed().rows.select_related("result")}
    facts = [
        (row.status, row.reason_codes, row.entitlement_sar, row.amount_cycle)
        for row in (rows[person.pk] for person in (known, earlier, unknown, other))
    ]
    assert facts == [
        ("eligible", [], Decimal("500.00"), "2026-10"),
        ("eligible", [], Decimal("640.50"), "2026-09"),
        ("eligible", [], Decimal(0), ""),
        ("ineligible", ["ASSETS"], Decimal(0), "2026-10"),
    ]


def test_who_followed_a_main_beneficiary_becomes_eligible_with_them() -> None:
    chief = head()
    follower, both, other = child_of(chief), adult_of(chief), adult_of(chief)
    result_of(follower, reason_codes=["HEAD_INELIGIBLE"])
    result_of(both, reason_codes=["HEAD_INELIGIBLE", "LEASE_NOT_PROVEN"])
    result_of(other, reason_codes=["HEAD_INELIGIBLE", "ASSETS"])
    result_of(chief)
    correction = fixed()
    assert (correction.rows_fixed, correction.rows_following, correction.rows_eligible) == (4, 2, 3)
    applied(
        corrections.ask_for_approval(
            correction_id=correction.pk, by=correction.prepared_by, now=PREPARED
        )
    )
    assert [now_of(each).status for each in (chief, follower, both)] == ["eligible"] * 3
    assert now_of(other).reason_codes == ["ASSETS"]


def test_who_follows_is_left_where_the_main_beneficiary_is() -> None:
    chief = head()
    follower = child_of(chief)
    result_of(follower, reason_codes=["HEAD_INELIGIBLE"])
    of_chief = result_of(chief)
    correction = proposed()
    EligibilityResult.objects.filter(pk=of_chief.pk).update(superseded_on=date(2026, 11, 20))
    assert states(applied(correction)) == [RowState.REPLACED, RowState.UNFOLLOWED]
    assert now_of(follower).reason_codes == ["HEAD_INELIGIBLE"]


# Two people ---------------------------------------------------------------------------------


def test_row_is_taken_out_with_a_reason_and_with_those_that_follow_it() -> None:
    chief = head()
    result_of(chief)
    result_of(child_of(chief), reason_codes=["HEAD_INELIGIBLE"])
    kept = result_of(head())
    correction = fixed()
    row = correction.rows.get(result__person=chief)
    act: dict[str, Any] = {"correction_id": correction.pk, "row_id": row.pk, "now": PREPARED}
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.remove_row(**act, why=" ", by=correction.prepared_by)
    with pytest.raises(CorrectionRefused, match="not_yours"):
        corrections.remove_row(**act, why="لا عقد له", by=staff("supervisor"))
    assert corrections.remove_row(**act, why="لا عقد له", by=correction.prepared_by) == 2
    with pytest.raises(CorrectionRefused, match="settled"):
        corrections.remove_row(**act, why="لا عقد له", by=correction.prepared_by)
    correction.refresh_from_db()
    assert correction.rows_to_correct == 1
    applied(
        corrections.ask_for_approval(
            correction_id=correction.pk, by=correction.prepared_by, now=PREPARED
        )
    )
    assert [row.result_id for row in CorrectionRow.objects.filter(state="corrected")] == [kept.pk]


def test_nobody_approves_or_returns_what_they_prepared() -> None:
    result_of(head())
    correction = proposed()
    act: dict[str, Any] = {
        "correction_id": correction.pk,
        "by": correction.prepared_by,
        "now": APPROVED,
    }
    with pytest.raises(CorrectionRefused, match="own"):
        corrections.approve_correction(**act, seen_rows=1)
    with pytest.raises(CorrectionRefused, match="own"):
        corrections.return_correction(**act, note="لا")
    with pytest.raises(CorrectionRefused, match="changed"):
        corrections.approve_correction(**{**act, "by": staff()}, seen_rows=2)


def test_returned_correction_is_worded_anew_and_asked_for_again() -> None:
    result_of(head())
    correction = proposed()
    with pytest.raises(CorrectionRefused, match="moved"):
        corrections.reword(
            correction_id=correction.pk, **SAID, by=correction.prepared_by, now=PREPARED
        )
    corrections.return_correction(
        correction_id=correction.pk, note="النص طويل", by=staff("approver"), now=APPROVED
    )
    corrections.reword(
        correction_id=correction.pk,
        **{**SAID, "said_ar": "الخطأ منا."},
        by=correction.prepared_by,
        now=APPROVED,
    )
    correction = corrections.ask_for_approval(
        correction_id=correction.pk, by=correction.prepared_by, now=APPROVED
    )
    assert correction.state == CorrectionState.PROPOSED
    assert [event.act for event in correction.events.all()] == [
        CorrectionAct.PREPARED,
        CorrectionAct.FIXED,
        CorrectionAct.PROPOSED,
        CorrectionAct.RETURNED,
        CorrectionAct.REWORDED,
        CorrectionAct.PROPOSED,
    ]


def test_nothing_to_correct_is_not_asked_for_and_a_withdrawn_one_stays_so() -> None:
    correction = fixed()
    act: dict[str, Any] = {
        "correction_id": correction.pk,
        "by": correction.prepared_by,
        "now": PREPARED,
    }
    with pytest.raises(CorrectionRefused, match="nothing"):
        corrections.ask_for_approval(**act)
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.withdraw_correction(**act, why="")
    corrections.withdraw_correction(**act, why="لا أحد")
    with pytest.raises(CorrectionRefused, match="moved"):
        corrections.withdraw_correction(**act, why="لا أحد")


@pytest.mark.parametrize(
    "wrong",
    [
        {"approved_by": "own"},
        {"state": "done"},
        {"state": "running", "approved_by": None},
        {"reason_code": "ASSETS"},
        {"said_ar": "نص آخر"},
        {"rows_removed": 9},
        {"announced_since": date(2026, 12, 1), "announced_until": date(2026, 11, 1)},
    ],
)
def test_database_refuses_impossible_corrections(wrong: dict[str, Any]) -> None:
    result_of(head())
    correction = approved()
    if wrong.get("approved_by") == "own":
        wrong = {"approved_by": correction.prepared_by}
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(**wrong)


def test_database_holds_a_fixed_set() -> None:
    late = result_of(head(), reason_codes=["ASSETS"])
    result_of(head())
    correction = applied()
    row = correction.rows.get()
    changes: list[dict[str, Any]] = [
        {"state": "waiting", "new_result": None, "settled_at": None},
        {"entitlement_sar": Decimal(9)},
        {"result": late},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            CorrectionRow.objects.filter(pk=row.pk).update(**change)
    for wrong in (
        lambda: CorrectionRow.objects.create(correction=correction, result=late, status="eligible"),
        lambda: CorrectionRow.objects.filter(pk=row.pk).delete(),
        lambda: Correction.objects.filter(pk=correction.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
