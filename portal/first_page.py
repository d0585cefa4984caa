"""The first page of the staff site: the day of whoever reads it, from the queue and the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.keyset import COUNTED_ROWS
from beneficiaries.models import User
from portal.calls.models import CallTask
from portal.calls.statuses import CallStatus
from portal.contacts.overview import left_open
from portal.contacts.presenting import who_text
from portal.figures.measures import Measure
from portal.figures.models import CaseFigure
from portal.work.clock import fill_due
from portal.work.models import WorkItem
from portal.work.queue import COUNTED, VIEWS, counts, for_me, narrowed, visible_to
from saudi.gregorian import riyadh_today

ROWS: Final = 8
"""How many cases a part of the page shows; the whole is a click away."""

SEE_QUEUE: Final = "portal.view_workitem"
SEE_FIGURES: Final = "portal.view_figures"
TAKING: Final = ("objections.take_objection", "sawtak.take_ticket")
_OF_ALL: Final = ("late", "today", "nobody", "awaiting", "escalated", "all")
_SHOWN: Final = (Measure.RECEIVED, Measure.ANSWERED, Measure.LATE, Measure.REOPENED)


@dataclass(frozen=True)
class Waiting:
    """A view of the queue: how many cases it has, and where they are."""

    label: str | Promise
    number: str
    url: str
    is_bad: bool


@dataclass(frozen=True)
class Happened:
    """What was counted of a measure today and the day before."""

    label: str
    today: int
    yesterday: int


def first_page(user: User) -> dict[str, Any]:
    """Give what the first page shows somebody: their cases, the queue, the figures, the calls."""
    today = riyadh_today()
    context: dict[str, Any] = {"today": today}
    if user.has_perm(SEE_QUEUE):
        context |= _queue(user, today)
    if user.has_perm(SEE_FIGURES):
        context |= {
            "happened": _happened(today),
            "figures_url": reverse("admin:portal_workitem_figures"),
        }
    if user.has_perm("portal.view_calltask"):
        context |= _calls()
    if user.has_perm("portal.end_contact"):
        contacts = left_open(now=timezone.now(), most=ROWS)
        context["left_open"] = [(contact, who_text(contact)) for contact in contacts]
    return context


def _queue(user: User, today: date) -> dict[str, Any]:
    fill_due()
    takes = any(user.has_perm(right) for right in TAKING)
    approves = user.has_perm("objections.approve_decision")
    items = visible_to(user)
    views = (
        *(("mine",) if takes else ()),
        *(("approval",) if approves else ()),
        *_OF_ALL,
    )
    numbers = counts(items, views, user=user, today=today)
    shown: dict[str, Any] = {
        "waiting": [_waiting(view, numbers.get(view, 0)) for view in views],
        "may_take_next": takes,
    }
    parts: list[tuple[str, str | Promise, str | Promise]] = []
    if takes:
        parts.append(("mine", _("My cases"), _("You have no open case.")))
        parts.append(("nobody", _("Next in the queue"), _("No case waits.")))
    if approves:
        parts.append(("approval", VIEWS["approval"], _("No decision waits for you.")))
    if user.has_perm("portal.lead_workitem"):
        parts.append(("escalated", VIEWS["escalated"], _("Nothing is escalated.")))
    if not parts:
        parts.append(("late", VIEWS["late"], _("Nothing is overdue.")))
    shown["parts"] = [
        (view, title, none, _rows(_items(items, view, user=user, today=today)))
        for view, title, none in parts
    ]
    return shown


def _items(items: QuerySet[WorkItem], view: str, *, user: User, today: date) -> QuerySet[WorkItem]:
    """Give the cases of a part; of nobody's those that the reader may take next."""
    if view == "nobody":
        return for_me(user, today=today)
    return narrowed(items, view, user=user, today=today)


def _rows(items: Any) -> list[WorkItem]:
    cases = items.select_related(
        *("ticket", "assigned_to", "objection__person"),
        *("objection__result__cycle", "objection__payment__cycle"),
    )
    return list(cases.order_by("due_on", "rank", "id")[:ROWS])


def _waiting(view: str, number: int) -> Waiting:
    url = f"{reverse('admin:portal_workitem_changelist')}?view={view}"
    text = f"{COUNTED}+" if number > COUNTED else str(number)
    return Waiting(VIEWS[view], text, url, view in {"late", "escalated"} and number > 0)


def _happened(today: date) -> list[Happened]:
    before = today - timedelta(days=1)
    figures = CaseFigure.objects.filter(day__in=[before, today], measure__in=_SHOWN).order_by()
    summed = figures.values_list("day", "measure").annotate(total=Sum("cases"))
    found = {(day, measure): total for day, measure, total in summed}
    return [
        Happened(str(each.label), found.get((today, each), 0), found.get((before, each), 0))
        for each in _SHOWN
    ]


def _calls() -> dict[str, Any]:
    calls = CallTask.objects.filter(status=CallStatus.OPEN)
    return {
        "calls_waiting": calls[: COUNTED_ROWS + 1].count(),
        "most_counted": COUNTED_ROWS,
        "calls": calls.select_related("person", "objection", "ticket").order_by("call_by", "id")[
            :ROWS
        ],
    }
