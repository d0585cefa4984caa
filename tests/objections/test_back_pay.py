"""Back pay of a decision: by month, with its estimate and what is approved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from objections.errors import (
    WrongBackPay,
)
from objections.models import BackPayLine, Decision, Objection
from objections.statuses import ObjectionStatus
from tests.objections.cases import (
    approved,
    proposed,
)
from tests.objections.deciding import ACCEPTED, LATER, REJECTED
from tests.personas import staff

pytestmark = pytest.mark.django_db


def test_back_pay_is_kept_by_month_with_its_estimate_and_approved(paid_months: Objection) -> None:
    amounts = {"2026-10": Decimal("720.00"), "2026-11": Decimal("360.50")}
    decision = proposed(paid_months, staff(), back_pay=amounts, now=LATER)
    assert decision.back_pay_sar == Decimal("1080.50")
    lines = {line.cycle: (line.amount_sar, line.estimate_sar) for line in decision.back_pay.all()}
    assert lines == {
        "2026-10": (Decimal("720.00"), Decimal("720.00")),
        "2026-11": (Decimal("360.50"), Decimal("720.00")),
    }
    approved(decision, now=LATER)


@pytest.mark.parametrize(
    ("outcome", "amounts"),
    [
        (REJECTED, {"2026-10": "1"}),
        (ACCEPTED, {"2026-09": "1"}),
        (ACCEPTED, {"2026-12": "1"}),
        (ACCEPTED, {"2026-10": "-1"}),
        (ACCEPTED, {"2026-10": "1.005"}),
        (ACCEPTED, {"2026-10": "100000"}),
    ],
)
def test_back_pay_that_cannot_be_is_refused(
    paid_months: Objection, outcome: ObjectionStatus, amounts: dict[str, str]
) -> None:
    back_pay = {cycle: Decimal(amount) for cycle, amount in amounts.items()}
    with pytest.raises(WrongBackPay):
        proposed(paid_months, staff(), decision=outcome, back_pay=back_pay, now=LATER)
    assert not Decision.objects.exists()
    assert not BackPayLine.objects.exists()
