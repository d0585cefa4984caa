"""What a person's file says of a result or of a payment line: who may read it, and do what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Generic, TypeVar

from django.urls import reverse

from beneficiaries.cycles import cycle_name
from beneficiaries.models import EligibilityResult, PaymentLine, Person
from beneficiaries.reasons import Reason, shown_reasons
from objections.contested import key_of, track_of
from objections.grounds import Track
from objections.presenting import new_url
from objections.selectors import ContestState, contest_states

CONTESTABLE: Final = frozenset({"open", "again", "draft"})
"""The kinds of standing under which an objection can be filed, or gone on with, now."""

CLOSED_LATELY: Final = timedelta(days=30)
"""So long after its window closed, somebody still comes to ask why."""

SHOWN_CYCLES: Final = 2

C = TypeVar("C", EligibilityResult, PaymentLine)


@dataclass(frozen=True)
class ContestRow(Generic[C]):
    """An announced result or payment line as one viewer may see it and act on it."""

    contested: C
    is_own: bool
    state: ContestState
    reasons: list[Reason]
    cycle: str

    @property
    def person(self) -> Person:
        return self.contested.person

    @property
    def track(self) -> Track:
        return track_of(self.contested)

    @property
    def is_contestable(self) -> bool:
        return self.state.kind in CONTESTABLE

    @property
    def page_url(self) -> str:
        return reverse(f"portal:{self.track}", args=[self.contested.pk])

    @property
    def new_url(self) -> str:
        return new_url(self.contested)

    @property
    def spoken_name(self) -> str:
        """Tell the row's button from the others' for those who hear the page."""
        return f"({self.person.full_name} – {self.cycle})"

    def is_fresh(self, today: date) -> bool:
        """Tell whether it can be contested, or could so lately that its person asks why not."""
        closed_lately = self.state.kind == "closed" and self.state.deadline + CLOSED_LATELY >= today
        return self.is_contestable or closed_lately


Row = TypeVar("Row")


def rows_of(
    contested: Iterable[C], make: Callable[..., Row], *, viewer: Person, today: date, language: str
) -> list[Row]:
    """Say of each announced row what the viewer may read and do; people and cycles are loaded.

    `make` is the kind of ContestRow to give.
    """
    contested = list(contested)
    states = contest_states(contested, viewer=viewer, today=today)
    return [
        make(
            contested=row,
            is_own=row.person_id == viewer.pk,
            state=states[key_of(row)],
            reasons=shown_reasons(row.reason_codes, is_own=row.person_id == viewer.pk),
            cycle=cycle_name(row.cycle.code, language),
        )
        for row in contested
    ]
