"""What each cycle paid to each person, in every status a payment can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from beneficiaries.models import EligibilityResult
from beneficiaries.statuses import SETTLED_STATUSES, PaymentStatus, Relation, ResultStatus
from portal.demo.caseload import PAYMENT_CASES
from portal.demo.days import DemoCycle
from portal.demo.people import FIRST_HOUSEHOLD, PAID_SHORT

LAST, EARLIER = 0, 1
"""Ages of payments: the newest that has had its day, and the one before it."""


@dataclass(frozen=True)
class PaymentRow:
    """A row of a cycle's file, in the order of its columns."""

    national_id: str
    entitled_sar: str
    paid_sar: str
    status: str
    paid_on: str
    reason_codes: str


# By household (1 is the first) and age of the payment: all of its lines stand in this status.
_STATUSES: Final[Mapping[tuple[int, int], PaymentStatus]] = {
    (8, LAST): PaymentStatus.REFUSED,
    (14, EARLIER): PaymentStatus.REFUSED,
    (14, LAST): PaymentStatus.WAITING,
    (28, LAST): PaymentStatus.NONE,
    (32, LAST): PaymentStatus.PROCESSING,
    (33, LAST): PaymentStatus.SENT,
    (126, LAST): PaymentStatus.PROCESSING,
    (127, LAST): PaymentStatus.SENT,
    (128, LAST): PaymentStatus.SENT,
    (129, LAST): PaymentStatus.PROCESSING,
    (130, LAST): PaymentStatus.SENT,
    (131, LAST): PaymentStatus.PROCESSING,
    (132, LAST): PaymentStatus.REFUSED,
    (133, EARLIER): PaymentStatus.REFUSED,
    (133, LAST): PaymentStatus.WAITING,
    (134, EARLIER): PaymentStatus.NONE,
    (134, LAST): PaymentStatus.NONE,
    (194, LAST): PaymentStatus.PROCESSING,
    (196, LAST): PaymentStatus.REFUSED,
    (198, LAST): PaymentStatus.SENT,
    (199, LAST): PaymentStatus.NONE,
}
_STATUS_REASONS: Final = {
    PaymentStatus.REFUSED: "ACCOUNT_INACTIVE",
    PaymentStatus.NONE: "INCOME_OVER_CUTOFF",
}

DEPOSITED_LATE: Final = {
    126: (100, ""),
    127: (100, ""),
    128: (65, "INCOME_CHANGED"),
    129: (100, ""),
}
"""Households whose newest payment was on its way when it was announced, and has come since: the
share that their head got, in hundredths, and why."""

# By household and age of the payment: its head gets this share, in hundredths, for this reason.
_SHORT: Final[Mapping[tuple[int, int], tuple[int, str]]] = {
    (29, LAST): (60, "INCOME_CHANGED"),
    (30, LAST): (80, "DEPENDANT_INELIGIBLE"),
    (30, EARLIER): (50, "ABSENCE_DEDUCTION"),
    (31, EARLIER): (0, "HOUSEHOLD_CHANGED"),
    (34, LAST): (0, "HOUSEHOLD_CHANGED"),
    (35, EARLIER): (75, "INCOME_CHANGED"),
    (141, LAST): (90, "ABSENCE_DEDUCTION"),
    (142, LAST): (45, "INCOME_CHANGED"),
    (143, LAST): (0, "HOUSEHOLD_CHANGED"),
    (144, LAST): (70, "ABSENCE_DEDUCTION;INCOME_CHANGED"),
    (145, EARLIER): (65, "DEPENDANT_INELIGIBLE"),
    (146, 5): (80, "ABSENCE_DEDUCTION"),
    (195, LAST): (80, "ABSENCE_DEDUCTION"),
    (197, LAST): (0, "HOUSEHOLD_CHANGED"),
    (200, LAST): (55, "INCOME_CHANGED"),
    **{
        (case.objection.household, case.cycle): (case.paid_hundredths, case.reasons)
        for case in PAYMENT_CASES
    },
}
_ACCOUNT: Final = (70, "ABSENCE_DEDUCTION")
"""What the account that was paid short got of its newest payment."""


def payment_rows(cycle: DemoCycle, *, age: int) -> Iterator[PaymentRow]:
    """Give a line for everybody who is eligible in a cycle; the others are prepared no payment.

    `age` is that of the payment among those that were made: 0 for the newest.
    """
    for national_id, relation, register_id, due in _eligible(cycle):
        household = _number(register_id)
        status = _STATUSES.get((household, age), PaymentStatus.PAID)
        hundredths, reasons = 100, _STATUS_REASONS.get(status, "")
        if national_id == PAID_SHORT and age == LAST:
            hundredths, reasons = _ACCOUNT
        elif relation == Relation.HEAD and (household, age) in _SHORT:
            hundredths, reasons = _SHORT[household, age]
        yield _row(
            national_id,
            due * (status != PaymentStatus.NONE),
            status=status,
            hundredths=hundredths,
            paid_on=cycle.paid_on,
            reasons=reasons,
        )


def late_deposit_rows(cycle: DemoCycle, *, paid_on: date) -> Iterator[PaymentRow]:
    """Give the lines of the newest payment that were on their way and have come since."""
    for national_id, relation, register_id, due in _eligible(cycle):
        if _number(register_id) in DEPOSITED_LATE:
            hundredths, reasons = 100, ""
            if relation == Relation.HEAD:
                hundredths, reasons = DEPOSITED_LATE[_number(register_id)]
            yield _row(
                national_id,
                due,
                status=PaymentStatus.PAID,
                hundredths=hundredths,
                paid_on=paid_on,
                reasons=reasons,
            )


def _eligible(cycle: DemoCycle) -> Iterator[tuple[str, str, str, Decimal]]:
    """Give ID, relation, household and amount of everybody who is eligible in a cycle."""
    yield from (
        EligibilityResult.objects.current()
        .filter(cycle__code=cycle.code, status=ResultStatus.ELIGIBLE)
        .order_by("person_id")
        .values_list(
            "person__national_id",
            "person__relation",
            "person__household__register_id",
            "entitlement_sar",
        )
    )


def _number(register_id: str) -> int:
    return int(register_id) - FIRST_HOUSEHOLD + 1


def _row(
    national_id: str,
    due: Decimal,
    *,
    status: str,
    paid_on: date,
    hundredths: int = 100,
    reasons: str = "",
) -> PaymentRow:
    """Give a line; nothing has come of one that is still on its way."""
    came = due * hundredths / 100 if status == PaymentStatus.PAID else Decimal(0)
    return PaymentRow(
        national_id=national_id,
        entitled_sar=f"{due:.2f}",
        paid_sar=f"{came:.2f}",
        status=status,
        paid_on=paid_on.isoformat() if status in SETTLED_STATUSES else "",
        reason_codes=reasons,
    )
