"""What is read of objections: a result's standing for a viewer, the lists of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects

from beneficiaries.models import EligibilityResult, Person, User
from objections import rules
from objections.models import Objection, ObjectionDocument
from objections.rules import ContestKind, contestability
from objections.services.drafts import standing_of
from objections.statuses import ObjectionStatus


@dataclass(frozen=True)
class ContestState:
    """What a viewer can do about one result, and until when.

    `reference` names the objection where one was filed and the viewer may open it; it is empty
    otherwise, so that a page offers no address that ends in a 404.
    """

    kind: ContestKind
    deadline: date
    counted_from: date
    days_left: int
    reference: str = ""


def contest_states(
    results: Iterable[EligibilityResult], *, viewer: Person, today: date
) -> dict[int, ContestState]:
    """Give each announced result's standing for a viewer, by the result's id.

    At most two statements however many results there are: one where their people are loaded.
    `today` is a civil day in Riyadh.
    """
    announced = [result for result in results if result.announced_on and result.filing_deadline]
    if not announced:
        return {}
    prefetch_related_objects(announced, "person")
    filed: dict[int, Objection] = {}
    drafts: set[int] = set()
    of_results = Objection.objects.filter(result_id__in=[result.pk for result in announced])
    for objection in of_results.exclude(
        status__in=[ObjectionStatus.STOPPED, ObjectionStatus.WITHDRAWN]
    ).only("result_id", "person_id", "filed_by_id", "status", "reference"):
        if objection.status != ObjectionStatus.DRAFT:
            filed[objection.result_id] = objection
        elif objection.filed_by_id == viewer.pk:
            drafts.add(objection.result_id)
    return {
        result.pk: _state_of(
            result, viewer, filed=filed.get(result.pk), has_draft=result.pk in drafts, today=today
        )
        for result in announced
    }


def _state_of(
    result: EligibilityResult,
    viewer: Person,
    *,
    filed: Objection | None,
    has_draft: bool,
    today: date,
) -> ContestState:
    deadline = result.filing_deadline or date.min
    standing = standing_of(
        result, viewer, today=today, is_objected=filed is not None, has_draft=has_draft
    )
    may_open = filed is not None and viewer.pk in {filed.filed_by_id, filed.person_id}
    return ContestState(
        kind=contestability(standing, today=today),
        deadline=deadline,
        counted_from=result.announced_on or date.min,
        days_left=rules.days_left(deadline, today=today),
        reference=(filed.reference or "") if filed is not None and may_open else "",
    )


def objections_of(user: User) -> list[Objection]:
    """Give the objections and drafts a person may open, the newest first, in one statement."""
    return list(
        Objection.objects.visible_to(user)
        .select_related("person", "result__cycle")
        .order_by("-opened_at", "-id")[:100]
    )


def with_whole_case(user: User, reference: str) -> Objection | None:
    """Give a submitted objection that a user may open, with its history and documents."""
    return (
        Objection.objects.visible_to(user)
        .filter(reference=reference)
        .select_related("person", "filed_by", "result__cycle", "decided_by")
        .prefetch_related(
            "events",
            Prefetch(
                "documents",
                ObjectionDocument.objects.filter(removed_at=None)
                .select_related("document")
                .order_by("id"),
            ),
        )
        .first()
    )
