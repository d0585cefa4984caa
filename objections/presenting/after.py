"""A decided case: what was decided, what it means, and what can be done next, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.cycles import cycle_name
from objections.models import Decision, DecisionReason, Objection
from objections.presenting.cases import StatusView, status_of_outcome
from objections.presenting.matters import new_url
from objections.second_looks import LookStanding
from objections.selectors import ContestState
from objections.statuses import (
    GRANTED_STATUSES,
    REFUSED_STATUSES,
    DecisionState,
    ObjectionStatus,
)
from saudi.gregorian import format_both
from saudi.languages import page_language


@dataclass(frozen=True)
class DecisionView:
    """A decision as the citizen reads it, in the page's language; the answer as it was written."""

    status: StatusView
    outcome: str
    answer: str
    reasons: tuple[str, ...]
    announced_at: datetime | None
    effective_cycle: str
    back_pay_sar: Decimal


def decisions_of(objection: Objection) -> list[DecisionView]:
    """Give the decisions on a case that were announced, the newest first; two statements."""
    announced = list(
        objection.decisions.filter(
            state__in=[DecisionState.APPROVED, DecisionState.SUPERSEDED]
        ).order_by("-closed_at", "-id")
    )
    codes = {code for decision in announced for code in decision.reason_codes}
    language = page_language()
    labels = {
        reason.code: reason.label(language)
        for reason in DecisionReason.objects.filter(code__in=codes)
    }
    return [_view_of(decision, labels) for decision in announced]


def _view_of(decision: Decision, labels: dict[str, str]) -> DecisionView:
    language = page_language()
    effect = decision.effective_cycle
    return DecisionView(
        status=status_of_outcome(decision.outcome),
        outcome=decision.outcome,
        answer=decision.answer,
        reasons=tuple(labels[code] for code in decision.reason_codes if code in labels),
        announced_at=decision.closed_at,
        effective_cycle=cycle_name(effect, language) if effect else "",
        back_pay_sar=decision.back_pay_sar,
    )


# What can be done next ----------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """Something that can be done next, with its button, and its last day where it has one."""

    title: str
    text: str
    action: str
    url: str
    until: str = ""
    left_days: int = 0
    icon: str = ""


def ways_on(objection: Objection, look: LookStanding, contest: ContestState) -> list[Way]:
    """Give what a viewer can do after a case ended, the nearest to its matter first.

    `look` and `contest` say what they can do about its decision and about what it was against.
    """
    ways = []
    if look.kind == "open" and look.last_day is not None:
        ways.append(_second_look(objection, look, look.last_day))
    may_refile = contest.kind in {"open", "again", "draft"}
    if may_refile:
        ways.append(_new_objection(objection, contest))
    if objection.status in GRANTED_STATUSES:
        ways.append(_bank_account())
    if objection.status in {ObjectionStatus.REJECTED, ObjectionStatus.WITHDRAWN} and not may_refile:
        ways.append(_application())
    if objection.status in {*REFUSED_STATUSES, ObjectionStatus.WITHDRAWN}:
        ways.append(_ticket())
    return ways


def _second_look(objection: Objection, look: LookStanding, last_day: date) -> Way:
    return Way(
        title=_("A second look"),
        text=_(
            "If you think that the decision is not right, ask for a second look. Somebody else "
            "studies your objection. You can ask once."
        ),
        action=_("Ask for a second look"),
        url=reverse("objections:second_look", args=[objection.reference]),
        until=format_both(last_day, page_language()),
        left_days=look.days_left,
        icon="eye",
    )


def _new_objection(objection: Objection, contest: ContestState) -> Way:
    if contest.was_refused:
        title = _("A new objection with a new document")
        text = _("If you have a document that we have not seen, you can object to it again.")
    else:
        title, text = _("A new objection"), _("You can object to it again.")
    return Way(
        title=title,
        text=text,
        action=_("Continue your objection") if contest.kind == "draft" else _("Object again"),
        url=new_url(objection.contested),
        until=format_both(contest.deadline, page_language()),
        left_days=contest.days_left,
        icon="scale",
    )


def _bank_account() -> Way:
    return Way(
        title=_("Your bank account"),
        text=_("Look whether the IBAN in your file is right. Money goes to it."),
        action=_("See your data"),
        url=reverse("portal:profile_edit"),
        icon="money",
    )


def _application() -> Way:
    return Way(
        title=_("Apply again"),
        text=_("If your circumstances have changed, you can apply to the programme again."),
        action=_("Apply again"),
        url=reverse("portal:register"),
        icon="person",
    )


def _ticket() -> Way:
    return Way(
        title=_("Your Voice Is Heard"),
        text=_("If you have a question or a complaint about the answer, write to us."),
        action=_("Write to us"),
        url=reverse("sawtak:new"),
        icon="voice",
    )


_NO_SECOND_LOOK: Final = {
    "undecided": gettext_lazy("We have not decided it yet. A second look comes after a decision."),
    "under_way": gettext_lazy("A second look is under way. We tell you by message how it ends."),
    "used": gettext_lazy("There was a second look already. There is one for each objection."),
    "accepted": gettext_lazy("We accepted your objection. There is nothing to look at again."),
    "newer": gettext_lazy("You objected to the same again. Follow the newer objection."),
    "minor": gettext_lazy("Until you are 18 whoever filed the objection asks for a second look."),
}


def no_second_look_text(standing: LookStanding) -> str:
    """Say why no second look can be asked for; the page offers what is open instead."""
    if standing.kind == "closed" and standing.last_day is not None:
        day = format_both(standing.last_day, page_language())
        return _("The last day to ask for a second look was %(day)s.") % {"day": day}
    if standing.kind == "replaced":
        return _("A corrected result or payment took its place. See it in your file.")
    return str(_NO_SECOND_LOOK[standing.kind])
