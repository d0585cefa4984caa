"""How an objection is shown: its steps, its timeline, its files. Words only, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from beneficiaries.cycles import cycle_name
from beneficiaries.models import Person
from beneficiaries.reasons import ReasonText, shown_reasons
from documents.errors import DocumentRefused
from documents.models import ContentType
from objections import rules
from objections.contested import track_of
from objections.models import Contested, Objection, ObjectionDocument, ObjectionEvent
from objections.statuses import (
    BADGES,
    DECIDED_STATUSES,
    OPEN_STATUSES,
    Badge,
    ObjectionStatus,
    label,
)
from saudi.direction import isolate
from saudi.gregorian import format_both, format_gregorian, format_time, riyadh_date
from saudi.languages import page_language

STEP_NAMES = ("profile", "statement", "review")
"""The addresses of the steps of a draft; the first step, the reasons, comes before there is one."""

FIRST_DRAFT_STEP = 2


def step_name(number: int) -> str:
    """Give the address of a step by its number, 2 to 4."""
    return STEP_NAMES[min(max(number, FIRST_DRAFT_STEP), len(STEP_NAMES) + 1) - FIRST_DRAFT_STEP]


@dataclass(frozen=True)
class StepView:
    """A step as the list of steps shows it."""

    label: str
    state: str = ""
    url: str = ""
    note: str = ""


def steps_of(contested: Contested, draft: Objection | None, *, number: int) -> list[StepView]:
    """List the four steps with the one that is shown now; the done ones lead back."""
    first_label = _("Reasons of the result")
    if track_of(contested) == "payment":
        first_label = _("The payment and its reasons")
    labels = (first_label, _("Your data"), _("Your explanation and documents"), _("Review"))
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


# Files ------------------------------------------------------------------------


@dataclass(frozen=True)
class FileView:
    """A row of the list of files (components/files.html)."""

    name: str
    kind: str
    state: str
    state_text: str
    size: int
    note: str = ""
    why: str = ""
    url: str = ""
    action: str = ""
    remove_name: str = ""
    remove_value: str = ""
    sha256: str = ""


def kept_files(
    documents: Iterable[ObjectionDocument], *, reference: str = "", removable: bool = False
) -> list[FileView]:
    """Show the documents of an objection: to be fetched by its reference, or to be taken off."""
    views = []
    for link in documents:
        document = link.document
        arrived = _("arrived %(day)s, %(time)s") % {
            "day": format_gregorian(riyadh_date(document.received_at), page_language()),
            "time": format_time(document.received_at, page_language()),
        }
        address = (
            reverse("objections:document", args=[reference, document.uuid]) if reference else ""
        )
        views.append(
            FileView(
                name=document.name,
                kind="file" if document.content_type == ContentType.PDF else "image",
                state="ok",
                state_text=_("Arrived and checked"),
                size=document.size_bytes,
                note=arrived,
                url=address,
                action=_("Download") if address else "",
                remove_name="remove" if removable else "",
                remove_value=str(document.uuid) if removable else "",
                sha256=document.sha256,
            )
        )
    return views


# A case -----------------------------------------------------------------------


@dataclass(frozen=True)
class StatusView:
    """A status as word, icon and kind of colour."""

    label: str
    kind: str
    icon: str


def status_of(objection: Objection) -> StatusView:
    """Show the status of an objection."""
    badge = BADGES[objection.status]
    return StatusView(str(label(objection.status)), badge.kind, badge.icon)


@dataclass(frozen=True)
class Station:
    """A station of a case (components/timeline.html); `state` is done, now or next."""

    title: str
    state: str
    icon: str = "check"
    at: datetime | date | None = None
    text: str = ""
    with_time: bool = False


def timeline_of(objection: Objection, *, today: date) -> list[Station]:
    """Show what happened, where the case is, and what comes next with its date."""
    events = [
        event
        for event in objection.events.all()
        if not event.is_refused and event.to_status != ObjectionStatus.DRAFT
    ]
    stations = [
        Station(
            title=str(label(event.to_status)),
            state="now" if event is events[-1] and objection.status in OPEN_STATUSES else "done",
            icon=_icon(event, is_last=event is events[-1]),
            at=event.at,
            text=_words_for(event, objection),
            with_time=event.to_status == ObjectionStatus.SUBMITTED,
        )
        for event in events
    ]
    return stations + _stations_to_come(objection, today=today)


def _icon(event: ObjectionEvent, *, is_last: bool) -> str:
    badge: Badge = BADGES[event.to_status]
    return badge.icon if is_last else "check"


def _words_for(event: ObjectionEvent, objection: Objection) -> str:
    status = event.to_status
    if status == ObjectionStatus.SUBMITTED:
        return _("It arrived in time. We sent its number by message.")
    if status == ObjectionStatus.UNDER_REVIEW:
        if event.from_status == ObjectionStatus.DOCUMENTS_WANTED:
            return _("Your documents arrived. We go on studying your objection.")
        return _("A caseworker took it.")
    if status == ObjectionStatus.DOCUMENTS_WANTED:
        return _("The caseworker wrote: “%(text)s”") % {"text": isolate(event.note)}
    if status in DECIDED_STATUSES:
        return _("We answered: “%(text)s”") % {"text": isolate(event.note or objection.answer)}
    return ""


def _stations_to_come(objection: Objection, *, today: date) -> list[Station]:
    if objection.status in DECIDED_STATUSES:
        if not objection.effective_cycle:
            return []
        name = cycle_name(objection.effective_cycle, page_language())
        return [
            Station(
                _("When the decision counts"),
                "next",
                text=_("In the cycle of %(name)s.") % {"name": name},
            )
        ]
    if objection.submitted_at is None or objection.status == ObjectionStatus.WITHDRAWN:
        return []
    limit = rules.decision_limit(riyadh_date(objection.submitted_at))
    decision = ngettext(
        "Usually within %(days)s working day, and by the end of %(limit)s at the latest.",
        "Usually within %(days)s working days, and by the end of %(limit)s at the latest.",
        rules.DECISION_WORKING_DAYS,
    ) % {
        "days": rules.DECISION_WORKING_DAYS,
        "limit": format_both(limit, page_language()),
    }
    effect = _("If it is accepted today, the decision counts in the cycle of %(name)s.") % {
        "name": cycle_name(rules.effective_cycle(today), page_language())
    }
    return [
        Station(pgettext("station", "Decision"), "next", text=decision),
        Station(_("When the decision counts"), "next", text=effect),
    ]


def deadline_text(day: date) -> str:
    """Write a day in both calendars."""
    return format_both(day, page_language())


def refused_files(refused: Iterable[DocumentRefused]) -> list[FileView]:
    """Show the files that were not kept, each with what to do."""
    return [
        FileView(
            name=refusal.name,
            kind="file",
            state="bad",
            state_text=_("Not accepted"),
            size=refusal.size_bytes,
            why=refusal.message,
        )
        for refusal in refused
    ]
