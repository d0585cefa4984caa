"""What an acceptance may bring of the past: its months, and an estimate beside each (DOMAIN 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, Subquery, Value

from beneficiaries.models import Cycle, EligibilityResult, PaymentLine
from beneficiaries.statuses import SETTLED_STATUSES, ResultStatus
from objections.models import CorrectionRow, Objection
from objections.rules import PaidCycle, back_pay_cycles, back_pay_estimate


@dataclass(frozen=True)
class BackPayMonth:
    """A month for which back pay may be entered, with the register's estimate where it has one."""

    cycle: str
    estimate_sar: Decimal | None


def back_pay_months(objection: Objection, *, accepted_on: date) -> list[BackPayMonth]:
    """Give the months an acceptance on a day may bring money for, oldest first; a day in Riyadh.

    Three statements at most. What was due in a month is
    the person's own line of its payment; else their result of it; else what they last were entitled
    to before what they contest (docs/adr/0023): results are read only where a line does not say it.
    What a correction added came too (docs/adr/0027).
    """
    contested = objection.contested
    # By the deposit day, so that the index payment_deposit_day gives it and nothing is scanned.
    anybodys = PaymentLine.objects.current().filter(
        cycle=OuterRef("pk"), status__in=SETTLED_STATUSES
    )
    cycles = list(
        Cycle.objects.filter(code__gte=contested.cycle.code, code__lte=f"{accepted_on:%Y-%m}")
        .annotate(first_paid_on=Subquery(anybodys.order_by("paid_on").values("paid_on")[:1]))
        .order_by("code")
    )
    own = (
        PaymentLine.objects.current()
        .filter(cycle__in=cycles, status__in=SETTLED_STATUSES)
        .select_related("cycle")
        .annotate(paid_here_sar=_added_for(objection))
    )
    households = list(own.filter(household_id=objection.person.household_id).order_by("id"))
    months = back_pay_cycles(
        _paid(cycles, households),
        track=objection.track,
        contested=contested.cycle.code,
        counted_from=objection.counted_from,
        accepted_on=accepted_on,
    )
    lines = {line.cycle.code: line for line in households if line.person_id == objection.person_id}
    is_said = all(month in lines and lines[month].entitled_sar for month in months)
    entitlements = {} if is_said else _entitlements(objection)
    return [
        BackPayMonth(month, _estimate(month, contested.cycle.code, lines, entitlements))
        for month in months
    ]


def _paid(cycles: Iterable[Any], households: Iterable[PaymentLine]) -> list[PaidCycle]:
    """Give the deposit day of each cycle: the household's own, else that of the cycle."""
    days = {line.cycle_id: line.paid_on for line in households}
    paid = [(each.code, days.get(each.pk, each.first_paid_on)) for each in cycles]
    return [PaidCycle(code, day) for code, day in paid if day is not None]


def _added_for(objection: Objection) -> Subquery | Value:
    """Give, of a line, what a correction added and the decision that it made on this very objection
    pays: who replaces that decision states the month anew."""
    if objection.payment_id is None or objection.decided_at is None:
        return Value(0, output_field=DecimalField())
    rows = CorrectionRow.objects.filter(objection=objection, payment__cycle=OuterRef("cycle"))
    return Subquery(rows.values("added_sar")[:1])


def _entitlements(objection: Objection) -> dict[str, Decimal]:
    """Give what the person was entitled to by their results, by cycle, of the newest two years."""
    results = (
        EligibilityResult.objects.current()
        .filter(person_id=objection.person_id, status=ResultStatus.ELIGIBLE, entitlement_sar__gt=0)
        .select_related("cycle")
        .order_by("-cycle__code")[:24]
    )
    return {result.cycle.code: result.entitlement_sar for result in results}


def _estimate(
    month: str,
    contested: str,
    lines: dict[str, Any],
    entitlements: dict[str, Decimal],
) -> Decimal | None:
    line = lines.get(month)
    before = [code for code in entitlements if code < contested]
    due = line.entitled_sar if line is not None and line.entitled_sar else entitlements.get(month)
    if due is None and before:
        due = entitlements[max(before)]
    granted = line.granted_sar - (line.paid_here_sar or 0) if line else Decimal(0)
    return back_pay_estimate(due_sar=due, paid_sar=granted)
