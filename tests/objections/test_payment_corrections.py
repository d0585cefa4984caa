"""Corrections of many payments: what each is raised by, what is closed, nobody paid twice."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from beneficiaries.models import Cycle, PaymentLine, Person
from objections.back_pay import back_pay_months
from objections.corrections.payments import PaymentCriteria, payment_figures_of
from objections.corrections.statuses import AmountRule, CorrectionState, RowState
from objections.errors import CorrectionRefused, NotContestable, WrongBackPay
from objections.exports.rows import COLUMNS
from objections.models import BackPayLine, Correction, CorrectionAmount, Decision, Objection
from objections.services import corrections
from objections.services.corrections import applying, fixing
from objections.services.review import approve_decision
from objections.statuses import DecisionState, ObjectionStatus
from tests.factories import CycleFactory, PaymentLineFactory
from tests.objections.cases import decided, draft, result_of, riyadh, seen, submitted, texts_to
from tests.objections.cases import proposed as proposed_decision
from tests.objections.correcting import SAID, approved
from tests.personas import head, staff

pytestmark = pytest.mark.django_db

PREPARED = riyadh("2026-11-20 10:00:00")
APPROVED = riyadh("2026-11-21 11:00:00")
FILED = riyadh("2026-11-15 10:00:00")


def cycle_of() -> Cycle:
    return CycleFactory.create(code="2026-11")


def line_of(person: Person, **fields: Any) -> PaymentLine:
    line: PaymentLine = PaymentLineFactory.create(person=person, cycle=cycle_of(), **fields)
    return line


def now_of(person: Person) -> PaymentLine:
    return PaymentLine.objects.current().get(person=person, cycle__code="2026-11")


def prepared(amounts: dict[str, Decimal] | None = None, **narrowed: Any) -> Correction:
    facts: dict[str, Any] = {
        "cycle": cycle_of(),
        "rule": AmountRule.LISTED if amounts else AmountRule.DUE,
        "reason_code": "" if amounts else "ABSENCE_DEDUCTION",
        **narrowed,
    }
    return corrections.prepare_payment_correction(
        criteria=PaymentCriteria(**facts),
        amounts=amounts or {},
        **SAID,
        why="حُسبت أيام السفر مرتين.",
        submission=uuid.uuid4(),
        by=staff("supervisor"),
        now=PREPARED,
    )


def fixed(amounts: dict[str, Decimal] | None = None, **narrowed: Any) -> Correction:
    correction = prepared(amounts, **narrowed)
    corrections.fix_sets(now=PREPARED)
    correction.refresh_from_db()
    return correction


def proposed(amounts: dict[str, Decimal] | None = None, **narrowed: Any) -> Correction:
    correction = fixed(amounts, **narrowed)
    return corrections.ask_for_approval(
        correction_id=correction.pk, by=correction.prepared_by, now=PREPARED
    )


def applied(correction: Correction | None = None, **narrowed: Any) -> Correction:
    correction = approved(correction or proposed(**narrowed))
    corrections.apply_corrections(now=APPROVED)
    correction.refresh_from_db()
    return correction


# The set ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowed", "count", "added"),
    [
        pytest.param({}, 2, "232.00", id="due"),
        pytest.param({"city": "جدة"}, 1, "216.00", id="city"),
        pytest.param({"paid_from": Decimal(600)}, 1, "16.00", id="from"),
        pytest.param({"paid_until": Decimal(600)}, 1, "216.00", id="until"),
        pytest.param({"reason_code": "INCOME_CHANGED"}, 0, "0", id="reason"),
        pytest.param(
            {"rule": AmountRule.ADDITION, "addition_sar": Decimal("30.5"), "reason_code": ""},
            3,
            "91.50",
            id="addition",
        ),
    ],
)
def test_what_is_counted_is_what_is_fixed(narrowed: dict[str, Any], count: int, added: str) -> None:
    line_of(head(city="جدة"))
    line_of(head(city="الرياض"), paid_sar=Decimal(704))
    line_of(head(city="الرياض"), paid_sar=Decimal(720))
    line_of(head(), superseded_on=date(2026, 11, 12))
    line_of(head(), announced_on=None)
    line_of(head(), status="sent")
    facts = {"rule": AmountRule.DUE, "reason_code": "ABSENCE_DEDUCTION", **narrowed}
    found = payment_figures_of(PaymentCriteria(cycle=cycle_of(), **facts))
    assert (found.total, found.sum_sar) == (count, Decimal(added))
    correction = fixed(**narrowed)
    assert (correction.rows_fixed, correction.state) == (count, CorrectionState.FIXED)
    assert Decimal(correction.figures["added_sar"]) == Decimal(added)
    assert sum(row.added_sar for row in correction.rows.all()) == Decimal(added)


def test_file_names_the_right_amounts_and_only_what_is_missing_is_added() -> None:
    short, full, less, stranger = head(), head(), head(), head()
    for person in (short, full, less):
        line_of(person)
    amounts = {
        short.national_id: Decimal("800.00"),
        full.national_id: Decimal("504.00"),
        less.national_id: Decimal("300.00"),
        stranger.national_id: Decimal("720.00"),
    }
    correction = fixed(amounts)
    [row] = correction.rows.all()
    assert (row.payment_id, row.added_sar) == (now_of(short).pk, Decimal("296.00"))
    assert (row.entitlement_sar, correction.figures["not_found"]) == (Decimal("800.00"), 3)


@pytest.mark.parametrize("listed", [False, True], ids=["rule", "file"])
def test_broken_off_writing_and_applying_go_on_and_do_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, listed: bool
) -> None:
    monkeypatch.setattr(fixing, "BATCH", 2)
    monkeypatch.setattr(applying, "BATCH", 2)
    people = [head() for _each in range(5)]
    for person in people:
        line_of(person)
    amounts = {person.national_id: Decimal(720) for person in people} if listed else None
    correction = prepared(amounts)
    batches = iter([False, True])
    assert corrections.fix_sets(now=PREPARED, is_over=lambda: next(batches)) == 2
    assert corrections.fix_sets(now=PREPARED) == 3
    approved(
        corrections.ask_for_approval(
            correction_id=correction.pk, by=correction.prepared_by, now=PREPARED
        )
    )
    batches = iter([False, True])
    assert corrections.apply_corrections(now=APPROVED, is_over=lambda: next(batches)) == 2
    assert corrections.apply_corrections(now=APPROVED) == 3
    assert corrections.apply_corrections(now=APPROVED) == 0
    correction.refresh_from_db()
    assert (correction.rows_corrected, correction.state) == (5, CorrectionState.DONE)
    assert correction.corrected_sar == Decimal("1080.00")
    assert [now_of(person).granted_sar for person in people] == [Decimal(720)] * 5
    assert [texts_to(person) for person in people] == [["payment_corrected"]] * 5


def test_prepared_without_what_it_needs_is_refused() -> None:
    with pytest.raises(CorrectionRefused):
        prepared({}, rule=AmountRule.LISTED)
    assert not Correction.objects.exists()


# What becomes of a payment ------------------------------------------------------------------


def test_corrected_line_says_what_came_what_is_added_and_counts_from_the_correction() -> None:
    person = head()
    old = line_of(person)
    applied()
    old.refresh_from_db()
    new = now_of(person)
    assert old.superseded_on == new.announced_on == new.counted_from == date(2026, 11, 21)
    assert (new.paid_sar, new.added_sar, new.entitled_sar) == (504, 216, 720)
    assert (new.missing_sar, new.is_short, new.reason_codes) == (0, False, [])
    assert new.is_from_correction


def test_addition_leaves_a_deduction_that_was_right() -> None:
    person = head()
    line_of(person)
    applied(rule=AmountRule.ADDITION, addition_sar=Decimal(100))
    new = now_of(person)
    assert (new.entitled_sar, new.added_sar, new.missing_sar) == (820, 100, 216)
    assert new.reason_codes == ["ABSENCE_DEDUCTION"]


def test_second_correction_adds_only_what_the_first_did_not() -> None:
    person = head()
    line_of(person)
    applied()
    applied(proposed({person.national_id: Decimal(800)}))
    new = now_of(person)
    assert (new.added_sar, new.granted_sar, new.entitled_sar) == (296, 800, 800)
    assert fixed({person.national_id: Decimal(800)}).rows_fixed == 0


# Objections and back pay --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowed", "outcome", "pays"),
    [
        ({}, ObjectionStatus.ACCEPTED, Decimal(216)),
        (
            {"rule": AmountRule.ADDITION, "addition_sar": Decimal(100)},
            ObjectionStatus.PARTLY_ACCEPTED,
            Decimal(100),
        ),
    ],
    ids=["whole", "part"],
)
def test_open_objection_is_closed_and_its_decision_pays_and_not_the_correction(
    narrowed: dict[str, Any], outcome: ObjectionStatus, pays: Decimal
) -> None:
    person, other = head(), head()
    objection = submitted(line_of(person), person, now=FILED)
    line_of(other)
    waits = proposed_decision(objection, staff("caseworker"), now=FILED)
    correction = applied(**narrowed)
    objection.refresh_from_db()
    waits.refresh_from_db()
    assert (objection.status, waits.state) == (outcome, DecisionState.LAPSED)
    decision = objection.decisions.get(state=DecisionState.APPROVED)
    assert (decision.back_pay_sar, decision.proposed_by) == (pays, correction.prepared_by)
    [month] = decision.back_pay.all()
    assert (month.cycle, month.amount_sar) == ("2026-11", pays)
    by_person = {row.contested.person_id: row.pays_sar for row in correction.rows.all()}
    assert by_person == {person.pk: Decimal(0), other.pk: pays}
    assert correction.corrected_sar == 2 * pays
    assert texts_to(person)[-1] == "payment_objection_corrected"
    assert texts_to(other) == ["payment_corrected"]
    assert "back_pay_total_sar" in COLUMNS


def test_person_with_back_pay_for_the_cycle_is_left_out_and_counted() -> None:
    person = head()
    objection = submitted(line_of(person), person, now=FILED)
    decided(objection, staff("caseworker"), back_pay={"2026-11": Decimal(216)}, now=FILED)
    found = payment_figures_of(
        PaymentCriteria(cycle_of(), AmountRule.DUE, reason_code="ABSENCE_DEDUCTION")
    )
    assert (found.total, found.paid_back) == (0, 1)
    assert fixed().rows_fixed == 0


def test_back_pay_approved_after_the_set_was_fixed_leaves_the_row_alone() -> None:
    person = head()
    contested = line_of(person)
    result = result_of(person)
    correction = proposed()
    objection = submitted(result, person, now=FILED)
    decided(objection, staff("caseworker"), back_pay={"2026-11": Decimal(216)}, now=PREPARED)
    applied(correction)
    assert correction.rows.get().state == RowState.DECIDED
    assert now_of(person).pk == contested.pk


def test_back_pay_proposed_before_a_correction_is_not_approved_after_it() -> None:
    person = head()
    line_of(person)
    objection = submitted(result_of(person), person, now=FILED)
    decision = proposed_decision(
        objection, staff("caseworker"), back_pay={"2026-11": Decimal(216)}, now=FILED
    )
    applied()
    with pytest.raises(WrongBackPay):
        approve_decision(
            objection_id=objection.pk,
            decision_id=decision.pk,
            approver=staff("approver"),
            seen=seen(objection),
            now=APPROVED,
        )
    assert not BackPayLine.objects.filter(decision__state=DecisionState.APPROVED).exists()


def test_estimate_counts_what_a_correction_added() -> None:
    person = head()
    line_of(person)
    objection = submitted(result_of(person), person, now=FILED)
    months = back_pay_months(objection, accepted_on=date(2026, 11, 22))
    assert [(each.cycle, each.estimate_sar) for each in months] == [("2026-11", Decimal(216))]
    applied()
    months = back_pay_months(objection, accepted_on=date(2026, 11, 22))
    assert [(each.cycle, each.estimate_sar) for each in months] == [("2026-11", Decimal(0))]


def test_who_replaces_the_decision_of_a_correction_sees_its_month_anew() -> None:
    person = head()
    objection = submitted(line_of(person), person, now=FILED)
    applied()
    objection.refresh_from_db()
    [month] = back_pay_months(objection, accepted_on=date(2026, 11, 22))
    assert (month.cycle, month.estimate_sar) == ("2026-11", Decimal(216))


def test_draft_is_stopped_and_nothing_is_left_to_object_to() -> None:
    person = head()
    stopped = draft(line_of(person), person, now=FILED)
    assert applied().drafts_stopped == 1
    stopped.refresh_from_db()
    assert stopped.status == ObjectionStatus.STOPPED
    with pytest.raises(NotContestable):
        draft(now_of(person), person, now=APPROVED)


# What the database holds --------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objections_correction SET track = 'result'",
        "UPDATE objections_correction SET paid_until = 5",
        "UPDATE objections_correctionrow SET added_sar = added_sar + 1",
        "UPDATE objections_correctionrow SET added_sar = 0",
        "UPDATE objections_correctionamount SET right_sar = 5",
        "DELETE FROM objections_correctionamount",
        "UPDATE beneficiaries_paymentline SET added_sar = 10",
    ],
)
def test_database_keeps_what_was_asked_for(statement: str) -> None:
    person = head()
    line_of(person)
    fixed({person.national_id: Decimal(720)})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_amounts_come_only_with_their_correction() -> None:
    person = head()
    line_of(person)
    correction = fixed({person.national_id: Decimal(720)})
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionAmount.objects.create(
            correction=correction, national_id="1000000008", right_sar=5
        )
    assert Decision.objects.count() == Objection.objects.count() == 0
