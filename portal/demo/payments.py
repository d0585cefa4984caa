"""What each cycle paid to each person, in every status a payment can have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from beneficiaries.models import Cycle, EligibilityResult
from beneficiaries.statuses import PaymentStatus, ResultStatus
from portal.demo.people import PAID_SHORT

PAYMENT_DAY: Final = 10

LAST, EARLIER = "last", "earlier"
"""The newest payment that has had its day, and the one before it."""


@dataclass(frozen=True)
class PaymentRow:
    """A row of a cycle's file, in the order of its columns."""

    national_id: str
    entitled_sar: str
    paid_sar: str
    status: str
    paid_on: str
    reason_codes: str


# By household (1 is the first): all of its lines stand in this status.
_STATUSES: Final = {
    (8, LAST): PaymentStatus.REFUSED,
    (14, LAST): PaymentStatus.WAITING,
    (28, LAST): PaymentStatus.NONE,
    (32, LAST): PaymentStatus.PROCESSING,
    (33, LAST): PaymentStatus.SENT,
}
_STATUS_REASONS: Final = {
    PaymentStatus.REFUSED: "ACCOUNT_INACTIVE",
    PaymentStatus.NONE: "INCOME_OVER_CUTOFF",
}

# By household: its head gets this share, in hundredths, for this reason.
_SHORT: Final = {
    (29, LAST): (60, "INCOME_CHANGED"),
    (30, LAST): (80, "DEPENDANT_INELIGIBLE"),
    (30, EARLIER): (50, "ABSENCE_DEDUCTION"),
    (31, EARLIER): (0, "HOUSEHOLD_CHANGED"),
    (34, LAST): (0, "HOUSEHOLD_CHANGED"),
    (35, EARLIER): (75, "INCOME_CHANGED"),
}
_ACCOUNT: Final = (70, "ABSENCE_DEDUCTION")
"""What the account that was paid short got of its newest payment."""


def paid_on(code: str) -> date:
    """Give the payment day of a cycle: the 10th of its month."""
    return date(int(code[:4]), int(code[5:]), PAYMENT_DAY)


def payment_rows(cycle: Cycle, *, place: str) -> Iterator[PaymentRow]:
    """Give a line for everybody who is eligible in a cycle; the others are prepared no payment.

    `place` is LAST, EARLIER or empty for the cycles before them.
    """
    eligible = (
        EligibilityResult.objects.current()
        .filter(cycle=cycle, status=ResultStatus.ELIGIBLE)
        .select_related("person__household")
        .order_by("person_id")
    )
    day = paid_on(cycle.code).isoformat()
    for result in eligible:
        person = result.person
        household = int(person.household.register_id) - 1000
        status = _STATUSES.get((household, place), PaymentStatus.PAID)
        due = result.entitlement_sar
        hundredths, reasons = 100, _STATUS_REASONS.get(status, "")
        if person.national_id == PAID_SHORT and place == LAST:
            hundredths, reasons = _ACCOUNT
        elif person.is_head and (household, place) in _SHORT:
            hundredths, reasons = _SHORT[household, place]
        if status == PaymentStatus.NONE:
            due, hundredths = Decimal(0), 0
        yield PaymentRow(
            national_id=person.national_id,
            entitled_sar=f"{due:.2f}",
            paid_sar=f"{due * hundredths / 100:.2f}",
            status=status,
            paid_on=day if status in {PaymentStatus.PAID, PaymentStatus.NONE} else "",
            reason_codes=reasons,
        )
