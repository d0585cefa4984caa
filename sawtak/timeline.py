"""A ticket's history in the words of its sender: what has passed, where it is, what comes next.

The steps carry what the timeline component shows; nothing of the conversation is among them, so
that the tracking page may show them to whoever knows the reference and the ID or mobile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from saudi.days_off import days_off
from saudi.gregorian import format_both
from saudi.languages import page_language
from sawtak.models import TicketEvent
from sawtak.rules import ANSWER_WORKING_DAYS, REOPENED_FROM, answer_due_on, is_final
from sawtak.statuses import BADGES, TicketAct, TicketStatus

_STATIONS: dict[str, str | Promise] = {
    TicketStatus.NEW: gettext_lazy("Your request arrived"),
    TicketStatus.IN_PROGRESS: gettext_lazy("We are working on it"),
    TicketStatus.AWAITING_CITIZEN: gettext_lazy("We asked you a question"),
    TicketStatus.ANSWERED: gettext_lazy("We answered"),
    TicketStatus.CLOSED: gettext_lazy("The request was closed"),
    TicketStatus.WITHDRAWN: gettext_lazy("You withdrew the request"),
}


@dataclass(frozen=True)
class TimelineStep:
    """One station; `state` is done, now or next."""

    title: str
    state: str = "done"
    icon: str = "check"
    at: datetime | None = None
    text: str = ""
    with_time: bool = False


def due_on(counted_from: datetime) -> date:
    """Give the last day on which an answer is in time, by the programme's hours."""
    return answer_due_on(counted_from, hours=settings.PROGRAMME.working_hours, holidays=days_off())


def waiting_since(events: Sequence[TicketEvent]) -> datetime:
    """Give the instant from which an answer is counted: the sender's last word."""
    return next(event.at for event in reversed(events) if event.actor_id is None)


def timeline_of(status: str, events: Sequence[TicketEvent], *, today: date) -> list[TimelineStep]:
    """Give the stations of a ticket from its events, oldest first, and the one to come.

    Who of the staff has it is no station. `today` is a civil day in Riyadh. A day that was
    promised and has passed is said to have passed.
    """
    events = [event for event in events if event.from_status != event.to_status]
    last = len(events) - 1
    steps = [
        TimelineStep(
            title=_title(event),
            state="now" if number == last and not is_final(status) else "done",
            icon=BADGES[event.to_status].icon if number == last else "check",
            at=event.at,
            with_time=True,
        )
        for number, event in enumerate(events)
    ]
    following = _what_comes(status, events, today)
    if following:
        steps.append(TimelineStep(title=_("The answer"), state="next", text=following))
    return steps


def _title(event: TicketEvent) -> str:
    if event.actor_id is None and event.to_status == TicketStatus.IN_PROGRESS:
        if event.from_status in REOPENED_FROM:
            return _("You opened the request again")
        return _("Your reply arrived")
    if event.kind == TicketAct.MERGED:
        return _("We joined it with another request of yours")
    return str(_STATIONS[event.to_status])


def _what_comes(status: str, events: Sequence[TicketEvent], today: date) -> str:
    if status == TicketStatus.AWAITING_CITIZEN:
        return ngettext(
            "Within %(count)d working day of your reply.",
            "Within %(count)d working days of your reply.",
            ANSWER_WORKING_DAYS,
        ) % {"count": ANSWER_WORKING_DAYS}
    if status in {TicketStatus.NEW, TicketStatus.IN_PROGRESS}:
        due = due_on(waiting_since(events))
        day = {"day": format_both(due, page_language())}
        if today > due:
            return _("It was due on %(day)s. We are late and still working on it.") % day
        return _("By the end of %(day)s.") % day
    return ""
