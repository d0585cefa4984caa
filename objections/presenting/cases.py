"""Where a case stands: its status and its timeline, what passed and what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from beneficiaries.cycles import cycle_name
from objections import rules
from objections.clock import days_used, last_day_of
from objections.models import Decision, Objection, ObjectionEvent
from objections.statuses import (
    BADGES,
    DECIDED_STATUSES,
    DOCUMENT_KINDS,
    LOOK_KINDS,
    OPEN_STATUSES,
    Badge,
    EventKind,
    FilingChannel,
    ObjectionStatus,
    label,
)
from saudi.direction import isolate
from saudi.gregorian import format_both
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class StatusView:
    """A status as word, icon and kind of colour."""

    label: str
    kind: str
    icon: str


def status_of(objection: Objection) -> StatusView:
    """Show the status of an objection."""
    badge = BADGES[objection.status]
    return StatusView(str(objection.status_label), badge.kind, badge.icon)


def status_of_outcome(status: str) -> StatusView:
    """Show a status, or the one that a decision leads to."""
    badge = BADGES[status]
    return StatusView(str(label(status)), badge.kind, badge.icon)


@dataclass(frozen=True)
class BackPayView:
    """What a decision pays for past months: each month by its name, and the sum."""

    months: list[tuple[str, Decimal]]
    total_sar: Decimal


def back_pay_view(decision: Decision | None) -> BackPayView | None:
    """Show what a decision pays for past months; nothing where there is none that does."""
    if decision is None:
        return None
    language = page_language()
    months = [
        (cycle_name(line.cycle, language), line.amount_sar) for line in decision.back_pay.all()
    ]
    return BackPayView(months, decision.back_pay_sar)


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
        if event.is_for_citizen and event.to_status != ObjectionStatus.DRAFT
    ]
    steps = [event for event in events if event.kind not in DOCUMENT_KINDS]
    stations = [
        _paper_station(event)
        if event.kind in DOCUMENT_KINDS
        else Station(
            title=_title_of(event),
            state="now" if event is steps[-1] and objection.status in OPEN_STATUSES else "done",
            icon=_icon(event, is_last=event is steps[-1]),
            at=_when(event, objection),
            text=_words_for(event, objection),
            with_time=event.kind in LOOK_KINDS
            or (
                event.to_status == ObjectionStatus.SUBMITTED
                and objection.channel != FilingChannel.PAPER
            ),
        )
        for event in events
    ]
    return stations + _stations_to_come(objection, today=today)


def _when(event: ObjectionEvent, objection: Objection) -> datetime:
    """Give the instant of a station: of a paper that was entered later, its receipt."""
    is_receipt = event.to_status == ObjectionStatus.SUBMITTED and event.kind not in LOOK_KINDS
    if is_receipt and objection.submitted_at is not None:
        return objection.submitted_at
    return event.at


def _paper_station(event: ObjectionEvent) -> Station:
    """Show that a document came, was replaced or was not accepted."""
    name = event.document.document.name if event.document is not None else ""
    icon = "no" if event.kind == EventKind.DOCUMENT_REFUSED else "file-add"
    return Station(str(event.title), "done", icon=icon, at=event.at, text=isolate(name))


def _title_of(event: ObjectionEvent) -> str:
    return str(event.title if event.kind in LOOK_KINDS else label(event.to_status))


def _icon(event: ObjectionEvent, *, is_last: bool) -> str:
    badge: Badge = BADGES[event.to_status]
    return badge.icon if is_last else "check"


_WORDS: Final[dict[str, StrOrPromise]] = {
    ObjectionStatus.SUBMITTED: gettext_lazy("It arrived in time. We sent its number by message."),
    ObjectionStatus.STOPPED: gettext_lazy("The time passed. Later you got more time."),
    ObjectionStatus.WITHDRAWN: gettext_lazy("We stopped studying it."),
}


_WORDS_OF_LOOKS: Final[dict[str, StrOrPromise]] = {
    EventKind.LOOK_ASKED: gettext_lazy("It arrived in time. Somebody else studies it."),
    EventKind.LOOK_WITHDRAWN: gettext_lazy("The first decision stays as it is."),
}


def _words_for(event: ObjectionEvent, objection: Objection) -> str:
    status = event.to_status
    fixed = _WORDS_OF_LOOKS.get(event.kind) or _WORDS.get(status)
    if fixed:
        return str(fixed)
    if status == ObjectionStatus.UNDER_REVIEW:
        if event.from_status == ObjectionStatus.DOCUMENTS_WANTED:
            return _("Your documents arrived. We go on studying your objection.")
        return _("A caseworker took it.")
    if status == ObjectionStatus.DOCUMENTS_WANTED:
        return _("The caseworker wrote: “%(text)s”") % {"text": isolate(event.note)}
    if status in DECIDED_STATUSES:
        text = _("We answered: “%(text)s”")
        if event.kind == EventKind.CONFIRMED:
            text = _("Somebody else looked at it, and the decision stays: “%(text)s”")
        if event.kind == EventKind.SUPERSEDED:
            text = _("We looked at it again and changed our answer: “%(text)s”")
        return text % {"text": isolate(event.note or objection.answer)}
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
    effect = _("If it is accepted today, the decision counts in the cycle of %(name)s.") % {
        "name": cycle_name(rules.effective_cycle(today), page_language())
    }
    return [
        Station(
            pgettext("station", "Decision"), "next", text=_when_decided(objection, today=today)
        ),
        Station(_("When the decision counts"), "next", text=effect),
    ]


def _when_decided(objection: Objection, *, today: date) -> str:
    """Say when the answer comes, and say so where it is late."""
    usual = settings.PROGRAMME.decision_working_days
    limit = last_day_of(objection)
    values = {"days": usual, "limit": format_both(limit, page_language())}
    if today > limit:
        return _("We are late. Our answer was due by %(limit)s. Call us or write to us.") % values
    if days_used(objection, today=today) > usual:
        return _("We are late. Our answer comes by the end of %(limit)s at the latest.") % values
    text = ngettext(
        "Usually within %(days)s working day, and by the end of %(limit)s at the latest.",
        "Usually within %(days)s working days, and by the end of %(limit)s at the latest.",
        usual,
    )
    return text % values
