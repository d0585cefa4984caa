"""Why an act on many cases leaves a case out, and what it does with the others. Words only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from access.staff import moment_text
from beneficiaries.models import User
from objections.bulk.reading import BulkSet, Chosen, Listed
from objections.models import Objection
from objections.second_looks import had_first_decision
from objections.services.review.taking import ASSIGN_RIGHT
from objections.statuses import (
    IN_REVIEW_STATUSES,
    OPEN_STATUSES,
    BulkKind,
    ObjectionStatus,
)
from saudi.direction import isolate

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def changed_since(listed: Listed, chosen: Chosen) -> str:
    """Say who did what on a case since the set was fixed, and when; nothing where nobody did."""
    if listed.chosen.seen == chosen.seen:
        return ""
    last = listed.last
    if last is None or last.actor is None or last.actor.person_id is not None:
        return _now(listed.case)
    return _("%(who)s acted on it since, on %(when)s: %(what)s.") % {
        "who": isolate(str(last.actor)),
        "when": moment_text(last.at),
        "what": last.title,
    }


def hindrance(listed: Listed, chosen: BulkSet, by: User) -> str:
    """Say why nothing of an act can be done with a case as it is; nothing where it can."""
    return _HINDRANCES[chosen.kind](listed, chosen, by)


def has_already(listed: Listed, to: User | None) -> str:
    """Say that a case is with the colleague who is to get it; nothing where it is not."""
    return _held(listed.case) if to is not None and listed.case.assigned_to_id == to.pk else ""


def effect(listed: Listed, kind: BulkKind) -> StrOrPromise:
    """Say what an act does with a case."""
    case = listed.case
    if kind == BulkKind.TAKE:
        if case.status == ObjectionStatus.SUBMITTED:
            return _("Becomes yours. The citizen is told by SMS.")
        return _("Becomes yours. The citizen is told nothing.")
    if kind == BulkKind.DOCUMENTS:
        return _("The citizen is asked by SMS. The clock stands until they send.")
    if kind == BulkKind.APPROVE:
        return _("Is decided so. The citizen is told by SMS.")
    who = isolate(str(case.assigned_to))
    if kind == BulkKind.HAND_OVER:
        return _("Goes from %(who)s to whom you choose.") % {"who": who}
    return _("Goes from %(who)s back into the queue.") % {"who": who}


def _taking(listed: Listed, _chosen: BulkSet, by: User) -> str:
    case = listed.case
    if case.status not in OPEN_STATUSES:
        return _now(case)
    if case.assigned_to is not None:
        return _held(case)
    return _barred(listed, by)


def _giving_away(listed: Listed, _chosen: BulkSet, by: User) -> str:
    case = listed.case
    if case.status in OPEN_STATUSES and case.assigned_to is None:
        return _("Nobody has taken it.")
    if case.status not in IN_REVIEW_STATUSES:
        return _now(case)
    if case.assigned_to_id != by.pk and not by.has_perm(ASSIGN_RIGHT):
        return _held(case)
    return _proposed(listed)


def _asking(listed: Listed, chosen: BulkSet, by: User) -> str:
    case = listed.case
    if case.status != ObjectionStatus.UNDER_REVIEW:
        return _now(case)
    if case.assigned_to_id != by.pk:
        return _held(case) if case.assigned_to else _("Nobody has taken it.")
    if case.ground != chosen.ground:
        return _("Its ground is another: %(ground)s.") % {"ground": isolate(case.ground_text)}
    return _proposed(listed)


def _approving(listed: Listed, _chosen: BulkSet, by: User) -> str:
    proposal = listed.proposal
    if proposal is None:
        return _("No decision on it waits for approval.")
    if proposal.proposed_by_id == by.pk:
        return _("You proposed the decision. Somebody else approves it.")
    if proposal.back_pay_sar:
        return _("It brings back pay. Approve it on its own page.")
    return _barred(listed, by)


_HINDRANCES: Final[dict[str, Callable[[Listed, BulkSet, User], str]]] = {
    BulkKind.TAKE: _taking,
    BulkKind.HAND_OVER: _giving_away,
    BulkKind.PUT_BACK: _giving_away,
    BulkKind.DOCUMENTS: _asking,
    BulkKind.APPROVE: _approving,
}


def _now(case: Objection) -> str:
    return _("It is «%(status)s» now.") % {"status": case.status_label}


def _held(case: Objection) -> str:
    return _("%(who)s has it.") % {"who": isolate(str(case.assigned_to))}


def _barred(listed: Listed, by: User) -> str:
    if had_first_decision(listed.look, by):
        return _("You had a part in the first decision. Others look at it again.")
    return ""


def _proposed(listed: Listed) -> str:
    if listed.proposal is None:
        return ""
    who = isolate(str(listed.proposal.proposed_by))
    return _("A decision of %(who)s waits for approval.") % {"who": who}
