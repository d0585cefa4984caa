"""The payments that a person's file shows: a household's amounts by cycle, a line a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from beneficiaries.models import PaymentLine, Person, User
from beneficiaries.payments import PaymentWords, words_of
from portal.contests import SHOWN_CYCLES, ContestRow, rows_of

MOST_LINES: Final = 1_000

_OF_INTEREST: Final = frozenset(
    {"open", "again", "draft", "objected", "closed", "own_only", "not_yet"}
)


class PaymentRow(ContestRow[PaymentLine]):
    """A person's line of a payment as one viewer may see it and act on it."""

    @property
    def words(self) -> PaymentWords:
        line = self.contested
        return words_of(line.status, due_sar=line.entitled_sar, paid_sar=line.paid_sar)

    @property
    def stands_out(self) -> bool:
        """Tell whether the line says something that its household's sum does not."""
        return self.state.kind in _OF_INTEREST


@dataclass(frozen=True)
class HouseholdPayment:
    """A household's payment of a cycle, or the viewer's part of it where they are no head."""

    rows: list[PaymentRow]

    @property
    def cycle(self) -> str:
        return self.rows[0].cycle

    @property
    def paid_on(self) -> date | None:
        return self.rows[0].contested.paid_on

    @property
    def entitled_sar(self) -> Decimal:
        return sum((row.contested.entitled_sar for row in self.rows), Decimal(0))

    @property
    def paid_sar(self) -> Decimal:
        return sum((row.contested.paid_sar for row in self.rows), Decimal(0))

    @property
    def added_sar(self) -> Decimal:
        """What corrections added to what was paid (docs/adr/0027)."""
        return sum((row.contested.added_sar for row in self.rows), Decimal(0))

    @property
    def missing_sar(self) -> Decimal:
        """What did not come of what was due to each, however much came to others."""
        return sum((row.contested.missing_sar for row in self.rows), Decimal(0))

    @property
    def words(self) -> PaymentWords:
        return words_of(
            self.rows[0].contested.status, due_sar=self.entitled_sar, paid_sar=self.paid_sar
        )

    @property
    def is_contestable(self) -> bool:
        return any(row.is_contestable for row in self.rows)

    @property
    def rows_that_stand_out(self) -> list[PaymentRow]:
        return [row for row in self.rows if row.stands_out]

    @property
    def other_rows(self) -> list[PaymentRow]:
        return [row for row in self.rows if not row.stands_out]


@dataclass(frozen=True)
class Payments:
    """The payments that a page shows, the newest first."""

    shown: list[HouseholdPayment]
    has_more: bool

    @property
    def come_first(self) -> bool:
        """Tell whether one can be contested, so that payments come before results."""
        return any(payment.is_contestable for payment in self.shown)


def payments_of(
    user: User,
    people: Iterable[Person],
    *,
    viewer: Person,
    today: date,
    language: str,
    has_all: bool,
) -> Payments:
    """Read the announced payments of a viewer's household in two statements.

    The newest two cycles, and each older one that has a line whose window is open or closed
    lately; `has_all` gives every cycle. `people` are those whose file the viewer may open.
    """
    by_id = {person.pk: person for person in people}
    lines = list(
        PaymentLine.objects.current()
        .visible_to(user)
        .filter(person_id__in=by_id)
        .select_related("cycle")
        .order_by("-cycle__code", "person_id")[:MOST_LINES]
    )
    for line in lines:
        line.person = by_id[line.person_id]
    rows = rows_of(lines, PaymentRow, viewer=viewer, today=today, language=language)
    payments = _by_household(rows, viewer)
    newest = list(dict.fromkeys(line.cycle.code for line in lines))[:SHOWN_CYCLES]
    shown = [
        payment
        for payment in payments
        if has_all
        or payment.rows[0].contested.cycle.code in newest
        or any(row.is_fresh(today) for row in payment.rows)
    ]
    return Payments(shown=shown, has_more=len(shown) < len(payments))


def _by_household(rows: Iterable[PaymentRow], viewer: Person) -> list[HouseholdPayment]:
    """Put together the lines that were one payment, the viewer's household first in each cycle.

    Whoever has joined the household since was paid in another one: that was not its payment.
    """
    payments: dict[tuple[str, int], list[PaymentRow]] = {}
    for row in sorted(rows, key=lambda row: row.contested.household_id != viewer.household_id):
        line = row.contested
        payments.setdefault((line.cycle.code, line.household_id), []).append(row)
    newest_first = sorted(payments.items(), key=lambda item: item[0][0], reverse=True)
    return [
        HouseholdPayment(sorted(group, key=lambda row: (not row.is_own, row.person.birth_date)))
        for _key, group in newest_first
    ]
