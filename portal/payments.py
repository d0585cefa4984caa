"""The payments that a person's file shows: a household's amounts by cycle, a line a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from beneficiaries.cycles import cycle_name
from beneficiaries.models import PaymentLine, Person, User
from beneficiaries.payments import PaymentWords, words_of
from beneficiaries.reasons import Reason, shown_reasons
from objections.contested import key_of
from objections.selectors import ContestState, contest_states

SHOWN_PAYMENTS: Final = 2
MOST_LINES: Final = 1_000
CLOSED_LATELY: Final = timedelta(days=30)

_OF_INTEREST: Final = frozenset({"open", "draft", "objected", "closed", "own_only", "not_yet"})


@dataclass(frozen=True)
class PaymentRow:
    """A person's line as one viewer may see it and act on it."""

    line: PaymentLine
    person: Person
    is_own: bool
    state: ContestState
    reasons: list[Reason]
    cycle: str

    @property
    def words(self) -> PaymentWords:
        return words_of(self.line.status)

    @property
    def is_contestable(self) -> bool:
        return self.state.kind in {"open", "draft"}

    @property
    def is_paid_short(self) -> bool:
        return self.line.is_settled and 0 < self.line.paid_sar < self.line.entitled_sar

    @property
    def stands_out(self) -> bool:
        """Tell whether the line says something that its household's sum does not."""
        return self.state.kind in _OF_INTEREST


@dataclass(frozen=True)
class HouseholdPayment:
    """A household's payment of a cycle, or the viewer's part of it where they are no head."""

    cycle: str
    words: PaymentWords
    paid_on: date | None
    entitled_sar: Decimal
    paid_sar: Decimal
    rows: list[PaymentRow]

    @property
    def is_contestable(self) -> bool:
        return any(row.is_contestable for row in self.rows)

    @property
    def is_paid_short(self) -> bool:
        return 0 < self.paid_sar < self.entitled_sar

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
    of_cycle = [list(group) for _code, group in groupby(lines, key=lambda line: line.cycle.code)]
    shown = [
        group
        for nth, group in enumerate(of_cycle)
        if has_all or nth < SHOWN_PAYMENTS or any(_is_fresh(line, today) for line in group)
    ]
    rows = payment_rows(
        [line for group in shown for line in group], viewer=viewer, today=today, language=language
    )
    by_key = {row.line.pk: row for row in rows}
    return Payments(
        shown=[_of_household([by_key[line.pk] for line in group], viewer) for group in shown],
        has_more=len(shown) < len(of_cycle),
    )


def payment_rows(
    lines: Iterable[PaymentLine], *, viewer: Person, today: date, language: str
) -> list[PaymentRow]:
    """Say of each announced line what the viewer may read and do; people and cycles loaded."""
    lines = list(lines)
    states = contest_states(lines, viewer=viewer, today=today)
    return [
        PaymentRow(
            line=line,
            person=line.person,
            is_own=line.person_id == viewer.pk,
            state=states[key_of(line)],
            reasons=shown_reasons(line.reason_codes, is_own=line.person_id == viewer.pk),
            cycle=cycle_name(line.cycle.code, language),
        )
        for line in lines
    ]


def _is_fresh(line: PaymentLine, today: date) -> bool:
    """Tell whether a line can be contested, or could so lately that its person asks why not."""
    deadline = line.filing_deadline
    return deadline is not None and line.is_short and deadline + CLOSED_LATELY >= today


def _of_household(rows: list[PaymentRow], viewer: Person) -> HouseholdPayment:
    rows = sorted(rows, key=lambda row: (row.person.pk != viewer.pk, row.person.birth_date))
    return HouseholdPayment(
        cycle=rows[0].cycle,
        words=rows[0].words,
        paid_on=rows[0].line.paid_on,
        entitled_sar=sum((row.line.entitled_sar for row in rows), Decimal(0)),
        paid_sar=sum((row.line.paid_sar for row in rows), Decimal(0)),
        rows=rows,
    )
