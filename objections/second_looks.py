"""What is read of second looks: whether one can be asked for, who has no part in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Coalesce

from beneficiaries.models import Person, User
from objections.after_decision import Decided, LookKind, second_look_kind
from objections.contested import objections_against
from objections.errors import HadFirstDecision
from objections.models import Decision, Objection, SecondLook
from objections.rules import days_left, second_look_last_day
from objections.statuses import DecisionState, LookState, ObjectionStatus
from saudi.gregorian import riyadh_date


@dataclass(frozen=True)
class LookStanding:
    """Whether a viewer can ask for a second look, and until the end of which day in Riyadh."""

    kind: LookKind
    last_day: date | None
    days_left: int


def decision_in_force(objection: Objection) -> Decision | None:
    """Give the decision that counts, also while a second look at it is open."""
    in_force: Decision | None = objection.decisions.filter(state=DecisionState.APPROVED).first()
    return in_force


def look_of(objection: Objection) -> SecondLook | None:
    """Give the second look at an objection, open or over; no statement where there is none, or
    where it was read with its objection."""
    if objection.second_asked_at is None:
        return None
    if Objection._meta.get_field("second_look").is_cached(objection):
        read: SecondLook = objection.second_look
        return read
    related = ("first__proposed_by", "first__closed_by", "asked_by")
    return SecondLook.objects.select_related(*related).get(objection=objection)


def open_look(objection: Objection) -> SecondLook | None:
    """Give the second look that is open."""
    return look_of(objection) if objection.is_looked_at_again else None


def look_standing(objection: Objection, viewer: Person, *, today: date) -> LookStanding:
    """Tell whether a viewer who may see a case can ask for a second look at it."""
    in_force = decision_in_force(objection)
    announced_on = riyadh_date(in_force.closed_at) if in_force and in_force.closed_at else None
    last_day = second_look_last_day(announced_on) if announced_on else None
    contested = objection.contested
    newer = (
        objections_against(contested)
        .exclude(reference=None)
        .exclude(status=ObjectionStatus.WITHDRAWN)
        .exclude(pk=objection.pk)
        .annotate(filed_at=Coalesce("entered_at", "submitted_at"))
        .filter(filed_at__gt=objection.entered_at or objection.submitted_at)
    )
    case = Decided(
        status=objection.status,
        announced_on=announced_on,
        had_second_look=objection.second_asked_at is not None,
        is_replaced=contested.superseded_on is not None,
        has_newer=newer.exists(),
        is_filer=objection.filed_by_id == viewer.pk,
        viewer_age=viewer.birth_date.age_on(today),
    )
    left = days_left(last_day, today=today) if last_day else 0
    return LookStanding(second_look_kind(case, today=today), last_day, left)


def first_people(objection: Objection) -> list[int]:
    """Give the ids of the staff who had a part in a case that is decided, each once.

    Who has it, and who proposed, approved or returned a decision on it.
    """
    people = {objection.assigned_to_id, objection.decided_by_id}
    for proposer, closer in objection.decisions.values_list("proposed_by_id", "closed_by_id"):
        people |= {proposer, closer}
    return sorted(pk for pk in people if pk is not None)


def had_first_decision(look: SecondLook | None, user: User) -> bool:
    """Tell whether somebody has no part in a second look, as they had one in the first."""
    return look is not None and look.state == LookState.OPEN and user.pk in look.earlier_staff


def looks_barred_to(user_id: int) -> QuerySet[SecondLook]:
    """Give, for a subquery on objections, the open second look in which somebody has no part."""
    return SecondLook.objects.filter(
        objection=OuterRef("pk"), state=LookState.OPEN, earlier_staff__contains=[user_id]
    )


def ensure_others(objection: Objection, user: User) -> None:
    """Refuse to let somebody of the first decision act in the second look. Raises
    HadFirstDecision."""
    if had_first_decision(open_look(objection), user):
        raise HadFirstDecision(who=str(user))
