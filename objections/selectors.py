"""What is read of objections: a row's standing for a viewer, the lists of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import (
    Case,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)

from beneficiaries.cycles import latest
from beneficiaries.models import Cycle, EligibilityResult, PaymentLine, Person, User
from beneficiaries.statuses import SETTLED_STATUSES, ResultStatus
from objections import rules
from objections.contested import (
    ContestedKey,
    against_any,
    key_of,
    key_of_objection,
    objections_against,
    standing_of,
    track_of,
)
from objections.grounds import Track
from objections.models import (
    Contested,
    Decision,
    Ground,
    Objection,
    ObjectionDocument,
    ObjectionEvent,
)
from objections.rules import ContestKind, contestability
from objections.statuses import (
    DECIDED_STATUSES,
    GRANTED_STATUSES,
    REFUSED_STATUSES,
    DecisionState,
    ObjectionStatus,
)


@dataclass(frozen=True)
class ContestState:
    """What a viewer can do about one result or payment line, and until when.

    `reference` names the objection where one was filed and the viewer may open it; it is empty
    otherwise, so that a page offers no address that ends in a 404. `was_refused`: it was not
    accepted in full, so that another one needs a new document (docs/adr/0026).
    """

    kind: ContestKind
    deadline: date
    counted_from: date
    days_left: int
    reference: str = ""
    was_refused: bool = False


def contest_states(
    contested: Iterable[Contested], *, viewer: Person, today: date
) -> dict[ContestedKey, ContestState]:
    """Give the standing of each announced result and payment line for a viewer, by its key.

    However many rows there are, one statement where their people and cycles are loaded.
    `today` is a civil day in Riyadh.
    """
    announced = [row for row in contested if row.announced_on]
    if not announced:
        return {}
    for rows in (_of_track(announced, "result"), _of_track(announced, "payment")):
        prefetch_related_objects(rows, "person", "cycle")
    filed: dict[ContestedKey, Objection] = {}
    drafts: set[ContestedKey] = set()
    for objection in (
        Objection.objects.filter(against_any(announced))
        .exclude(status__in=[ObjectionStatus.STOPPED, ObjectionStatus.WITHDRAWN])
        .only("result_id", "payment_id", "person_id", "filed_by_id", "status", "reference")
    ):
        key = key_of_objection(objection)
        if objection.status != ObjectionStatus.DRAFT:
            filed[key] = _which_counts(filed.get(key), objection)
        elif objection.filed_by_id == viewer.pk:
            drafts.add(key)
    return {
        key_of(row): _state_of(
            row, viewer, filed=filed.get(key_of(row)), has_draft=key_of(row) in drafts, today=today
        )
        for row in announced
    }


def _of_track(rows: Iterable[Contested], track: Track) -> list[Contested]:
    return [row for row in rows if track_of(row) == track]


def _state_of(
    contested: Contested,
    viewer: Person,
    *,
    filed: Objection | None,
    has_draft: bool,
    today: date,
) -> ContestState:
    was_refused = filed is not None and filed.status in REFUSED_STATUSES
    standing = standing_of(
        contested,
        viewer,
        today=today,
        is_objected=filed is not None and not was_refused,
        was_refused=was_refused,
        has_draft=has_draft,
    )
    kind = contestability(standing, today=today)
    may_open = filed is not None and viewer.pk in {filed.filed_by_id, filed.person_id}
    return ContestState(
        kind="objected" if was_refused and kind in _ENDED else kind,
        deadline=standing.deadline,
        counted_from=standing.counted_from,
        days_left=rules.days_left(standing.deadline, today=today),
        reference=(filed.reference or "") if filed is not None and may_open else "",
        was_refused=was_refused,
    )


_ENDED: Final = frozenset({"closed", "own_only", "head_only"})
"""Where there was an objection and there can be no other, the way leads to that one."""


def _which_counts(one: Objection | None, other: Objection) -> Objection:
    """Give of two objections to one row the one that stands in the way, else the newer one."""
    if one is None:
        return other
    return max(one, other, key=lambda each: (each.status not in REFUSED_STATUSES, each.pk))


def examined_documents(contested: Contested) -> dict[str, str]:
    """Give the documents on which an objection to a row was decided: each one's number by its hash.

    One that another took the place of after the submission was seen all the same. Those of an
    objection that was withdrawn were not studied to the end, and count as new.
    """
    decided = objections_against(contested).filter(status__in=DECIDED_STATUSES)
    links = (
        ObjectionDocument.objects.filter(objection__in=decided)
        .filter(Q(removed_at=None) | Q(removed_at__gt=F("objection__submitted_at")))
        .select_related("objection", "document")
        .order_by("-objection_id")
    )
    return {link.document.sha256: link.objection.reference or "" for link in links}


def with_ground_standing(objections: QuerySet[Objection]) -> QuerySet[Any]:
    """Give objections with `is_ground_offered`: whether their ground can be chosen now."""
    track = Case(When(payment=None, then=Value("result")), default=Value("payment"))
    offered = Ground.objects.filter(
        is_active=True, code=OuterRef("ground"), track=OuterRef("ground_track")
    )
    return objections.annotate(ground_track=track, is_ground_offered=Exists(offered))


def objections_of(user: User) -> list[Objection]:
    """Give the objections and drafts a person may open, the newest first, in one statement."""
    return list(
        Objection.objects.visible_to(user)
        .select_related("person", "result__cycle", "payment__cycle")
        .order_by("-opened_at", "-id")[:100]
    )


def with_whole_case(user: User, reference: str) -> Objection | None:
    """Give a submitted objection that a user may open, with its history and documents."""
    return (
        Objection.objects.visible_to(user)
        .filter(reference=reference)
        .select_related("person", "filed_by", "result__cycle", "payment__cycle", "decided_by")
        .prefetch_related(
            Prefetch("events", ObjectionEvent.objects.select_related("document__document")),
            Prefetch(
                "documents",
                ObjectionDocument.objects.filter(removed_at=None)
                .select_related("document", "need")
                .order_by("id"),
            ),
        )
        .first()
    )


def back_pay_of(objection: Objection) -> Decision | None:
    """Give the decision in force where it brings money for past months, with these months."""
    if objection.status not in GRANTED_STATUSES:
        return None
    return (
        objection.decisions.filter(state=DecisionState.APPROVED, back_pay_sar__gt=0)
        .prefetch_related("back_pay")
        .first()
    )


# Extending a cycle ----------------------------------------------------------------


@dataclass(frozen=True)
class ExtensionEffect:
    """Whom more time on a track of a cycle would reach; `previous` is the last day until now."""

    previous: date | None
    people: int
    drafts: int
    stopped: int


def extension_effect(cycle: Cycle, track: Track, *, last_day: date) -> ExtensionEffect:
    """Count whom an extension until a day gives time: a walk through the cycle, for staff only.

    `people` have something to object to and have not; `drafts` were begun, `stopped` ran out.
    """
    rows = contestable_rows(cycle, track).filter(filing_deadline__lt=last_day)
    filed = Objection.objects.exclude(reference=None).exclude(status=ObjectionStatus.WITHDRAWN)
    filed = filed.filter(**{track: OuterRef("pk")})
    unsent = Objection.objects.filter(reference=None).filter(
        **{
            f"{track}__cycle": cycle,
            f"{track}__superseded_on": None,
            f"{track}__filing_deadline__lt": last_day,
        }
    )
    return ExtensionEffect(
        previous=previous_last_day(cycle, track),
        people=rows.exclude(Exists(filed)).count(),
        drafts=unsent.filter(status=ObjectionStatus.DRAFT).count(),
        stopped=unsent.filter(status=ObjectionStatus.STOPPED).count(),
    )


def previous_last_day(cycle: Cycle, track: Track) -> date | None:
    """Give the last day from which an extension counts: that of the first window that ends.

    Lines of a payment have a day each; none where nothing of the track was announced.
    """
    if track == "result":
        return latest(cycle.filing_deadline, cycle.results_open_until)
    first: date | None = contestable_rows(cycle, track).aggregate(day=Min("filing_deadline"))["day"]
    return latest(first, cycle.payments_open_until) if first else None


def contestable_rows(
    cycle: Cycle, track: Track
) -> QuerySet[EligibilityResult] | QuerySet[PaymentLine]:
    """Give the announced rows of a cycle in which there is something to object to."""
    if track == "result":
        return EligibilityResult.objects.current().filter(
            cycle=cycle, status=ResultStatus.INELIGIBLE
        )
    is_short = Q(entitled_sar__gt=F("paid_sar") + F("added_sar")) | Q(paid_sar=0, added_sar=0)
    return PaymentLine.objects.current().filter(is_short, cycle=cycle, status__in=SETTLED_STATUSES)
