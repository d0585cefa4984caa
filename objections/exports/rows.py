"""What a decision is in the programme's file: one row, the same whenever it is written."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Final

from objections.models import Decision
from objections.statuses import DECIDED_STATUSES
from saudi.gregorian import RIYADH

COLUMNS: Final = (
    "decision_id",
    "reference",
    "national_id",
    "cycle",
    "track",
    "outcome",
    "reason_codes",
    "effective_cycle",
    "back_pay",
    "back_pay_total_sar",
    "decided_at",
    "replaces_decision_id",
    "replace_reason",
)
"""`back_pay` is `2026-10=720.00;2026-11=360.50`; `decided_at` an instant of Riyadh; a decision that
replaces one of an earlier file names that one."""

_SECOND_LOOK: Final = "SECOND_LOOK"
"""Why a decision replaces one where the citizen asked for a second look (docs/adr/0026)."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass
class Totals:
    """What was written: how many of each outcome, and the riyals of all."""

    by_outcome: Counter[str] = field(default_factory=Counter)
    back_pay_sar: Decimal = Decimal(0)

    def as_fields(self) -> dict[str, int | Decimal]:
        """Give them by the names of the fields that keep them."""
        counts = {str(outcome): self.by_outcome[str(outcome)] for outcome in DECIDED_STATUSES}
        return {**counts, "back_pay_sar": self.back_pay_sar}


class HashedText:
    """Text that is written as UTF-8, and hashed on the way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def write(self, text: str) -> int:
        data = text.encode()
        self._hash.update(data)
        return self._stream.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write_rows(decisions: Iterable[Decision], stream: IO[bytes]) -> tuple[Totals, str]:
    """Write the file and give its totals and its SHA-256.

    UTF-8 with a byte-order mark, or a spreadsheet takes the Arabic for another encoding; lines end
    as RFC 4180 says.
    """
    text = HashedText(stream)
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    totals = Totals()
    for decision in decisions:
        writer.writerow([safe_cell(value) for value in row_of(decision)])
        totals.by_outcome[decision.outcome] += 1
        totals.back_pay_sar += sum(
            (line.amount_sar for line in decision.back_pay.all()), Decimal(0)
        )
    return totals, text.sha256


def row_of(decision: Decision) -> tuple[str, ...]:
    """Give the values of a decision in the order of COLUMNS."""
    objection = decision.objection
    assert decision.closed_at is not None  # noqa: S101  # it is or was in force
    months = ";".join(f"{line.cycle}={line.amount_sar:.2f}" for line in decision.back_pay.all())
    replaced = exported_before(decision)
    return (
        str(decision.pk),
        objection.reference or "",
        objection.person.national_id,
        objection.contested.cycle.code,
        objection.track,
        decision.outcome,
        ";".join(decision.reason_codes),
        decision.effective_cycle,
        months,
        f"{decision.back_pay_sar:.2f}",
        decision.closed_at.astimezone(RIYADH).isoformat(timespec="seconds"),
        str(replaced.pk) if replaced else "",
        decision.supersede_reason or (_SECOND_LOOK if decision.second_look_id else ""),
    )


def exported_before(decision: Decision) -> Decision | None:
    """Give the decision in whose place this one comes for the programme.

    One that was replaced before it went out is none the programme knows.
    """
    earlier = decision.supersedes
    while earlier is not None and earlier.export_id is None:
        earlier = earlier.supersedes
    return earlier


def safe_cell(value: str) -> str:
    """Give a value that no spreadsheet runs as a formula: with an apostrophe that it hides."""
    return f"'{value}" if value.startswith(_FORMULA) else value
