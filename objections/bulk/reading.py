"""What is read of many cases before an act on them: each as it is, in a handful of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from django.db.models import QuerySet

from objections.models import Decision, Objection, ObjectionEvent, SecondLook
from objections.services.review import Seen
from objections.statuses import BulkKind, DecisionState, LookState

MOST_AT_ONCE: Final = 100
"""Cases of one act: what a person can look through, and what is done in some seconds."""


class Chosen(NamedTuple):
    """A case of a set as it was when the set was fixed; `decision` is the proposal, 0 for none."""

    objection: int
    status: str
    event: int
    decision: int

    @property
    def seen(self) -> Seen:
        return Seen(self.status, self.event)


@dataclass(frozen=True)
class BulkSet:
    """A fixed set of cases and what is to be done with them.

    `is_cut`: the list found more than fit into one act. `ground` is the one of the cases that are
    asked for documents; the others are left out.
    """

    kind: BulkKind
    cases: tuple[Chosen, ...]
    is_cut: bool = False
    ground: str = ""

    def stored(self) -> dict[str, object]:
        """Give it as a session keeps it."""
        return {
            "kind": str(self.kind),
            "cases": [list(case) for case in self.cases],
            "is_cut": self.is_cut,
            "ground": self.ground,
        }

    @classmethod
    def read(cls, stored: Mapping[str, object]) -> Self:
        """Read what `stored` gave."""
        rows = stored["cases"]
        assert isinstance(rows, list)  # noqa: S101  # written above
        return cls(
            kind=BulkKind(str(stored["kind"])),
            cases=tuple(Chosen(*row) for row in rows),
            is_cut=bool(stored["is_cut"]),
            ground=str(stored["ground"]),
        )


@dataclass(frozen=True)
class Listed:
    """A case as it is now, with what decides whether something can be done with it."""

    case: Objection
    last: ObjectionEvent | None
    proposal: Decision | None
    look: SecondLook | None

    @property
    def chosen(self) -> Chosen:
        """Give what a set that is fixed now remembers of it."""
        return Chosen(
            objection=self.case.pk,
            status=self.case.status,
            event=self.last.pk if self.last else 0,
            decision=self.proposal.pk if self.proposal else 0,
        )


def listed_cases(cases: QuerySet[Objection], ids: Iterable[int]) -> list[Listed]:
    """Give cases of a list with their last event, open proposal and open second look, oldest first.

    Five statements, however many cases.
    """
    wanted = list(ids)
    related = ("person", "filed_by", "assigned_to", "result__cycle", "payment__cycle")
    found = cases.filter(pk__in=wanted).select_related(*related).order_by("submitted_at", "id")
    events = (
        ObjectionEvent.objects.filter(objection__in=wanted, is_refused=False)
        .select_related("actor")
        .order_by("objection_id", "-id")
        .distinct("objection_id")
    )
    waiting = Decision.objects.filter(objection__in=wanted, state=DecisionState.PROPOSED)
    looks = SecondLook.objects.filter(objection__in=wanted, state=LookState.OPEN)
    last_of = {event.objection_id: event for event in events}
    proposal_of = {each.objection_id: each for each in waiting.select_related("proposed_by")}
    look_of = {look.objection_id: look for look in looks}
    return [
        Listed(case, last_of.get(case.pk), proposal_of.get(case.pk), look_of.get(case.pk))
        for case in found
    ]


def commonest_ground(listed: Iterable[Listed]) -> str:
    """Give the ground that most of some cases have; the same words are for one ground only."""
    counted = Counter(each.case.ground for each in listed)
    return min(counted, key=lambda ground: (-counted[ground], ground), default="")
