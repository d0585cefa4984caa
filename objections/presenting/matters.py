"""What an objection is against, in words: its name, its reasons, its steps and its last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from beneficiaries.cycles import cycle_name
from beneficiaries.models import Person
from beneficiaries.reasons import ReasonText, shown_reasons
from objections.contested import track_of
from objections.models import Contested, Objection
from saudi.gregorian import format_both
from saudi.languages import page_language

STEP_NAMES = ("profile", "statement", "documents", "review")
"""The addresses of the steps of a draft; the first step, the reasons, comes before there is one."""

FIRST_DRAFT_STEP = 2


def step_name(number: int) -> str:
    """Give the address of a step by its number, 2 to 5."""
    return STEP_NAMES[min(max(number, FIRST_DRAFT_STEP), len(STEP_NAMES) + 1) - FIRST_DRAFT_STEP]


@dataclass(frozen=True)
class StepView:
    """A step as the list of steps shows it."""

    label: str
    state: str = ""
    url: str = ""
    note: str = ""


def steps_of(contested: Contested, draft: Objection | None, *, number: int) -> list[StepView]:
    """List the five steps with the one that is shown now; the done ones lead back."""
    first_label = _("Reasons of the result")
    if track_of(contested) == "payment":
        first_label = _("The payment and its reasons")
    labels = (
        first_label,
        _("Your data"),
        _("Your explanation"),
        _("Your documents"),
        _("Review"),
    )
    reached = draft.step if draft is not None else 1
    first = new_url(contested)
    views = []
    for n, text in enumerate(labels, 1):
        state = "now" if n == number else "done" if n < max(reached, number) else ""
        url = first
        if draft is not None and n >= FIRST_DRAFT_STEP:
            url = reverse("objections:step", args=[draft.uuid, step_name(n)])
        views.append(StepView(text, state, url if state == "done" else ""))
    return views


def new_url(contested: Contested) -> str:
    """Give the address at which an objection against a row begins."""
    return reverse("objections:new") + f"?{track_of(contested)}={contested.pk}"


def reasons_of(contested: Contested, viewer: Person) -> list[ReasonText]:
    """Give the reasons of a row as this viewer may read them, in the page's language."""
    reasons = shown_reasons(contested.reason_codes, is_own=contested.person_id == viewer.pk)
    return [reason.text(page_language()) for reason in reasons]


def matter_of(contested: Contested) -> str:
    """Name what is contested: the result or the payment of a cycle, in the page's language."""
    cycle = cycle_name(contested.cycle.code, page_language())
    if track_of(contested) == "payment":
        return _("Payment of %(cycle)s") % {"cycle": cycle}
    return _("Result of %(cycle)s") % {"cycle": cycle}


def title_of(contested: Contested) -> str:
    """Name an objection by what it is against, in the page's language."""
    cycle = cycle_name(contested.cycle.code, page_language())
    if track_of(contested) == "payment":
        return _("Objection to the payment of %(cycle)s") % {"cycle": cycle}
    return _("Objection to the result of %(cycle)s") % {"cycle": cycle}


def cycle_text(code: str) -> str:
    """Name a cycle by its code, or nothing for none."""
    return cycle_name(code, page_language()) if code else ""


def deadline_text(day: date) -> str:
    """Write a day in both calendars."""
    return format_both(day, page_language())
