"""The lists that can be exported, each with its right and its columns (docs/adr/0032).

A column says what the list or the page of a row says to the same reader, and masks what they mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from access.exports.cells import Cell, Code
from beneficiaries.models import User
from beneficiaries.reasons import shown_reasons
from notifications.models import Message
from objections.clock import case_clock
from objections.models import Objection
from objections.presenting import matter_of
from portal.calls.models import CallTask
from portal.exports.words import choice, hijri_day
from portal.masks import shown_mobile
from portal.work.models import WorkItem
from saudi.gregorian import riyadh_today
from saudi.languages import Language, page_language
from sawtak.models import Ticket, TicketMessage
from sawtak.wording import identity_label, staff_label

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

READ_MESSAGES: Final = "sawtak.view_ticketmessage"


@dataclass(frozen=True)
class Column:
    """A column: what it is called, what it says of a row, and the right that shows it."""

    label: StrOrPromise
    value: Callable[[Any, User], Cell]
    width: int = 16
    right: str = ""


@dataclass(frozen=True)
class ExportedList:
    """A list that can be exported, by whoever holds its right and sees the list."""

    key: str
    model: type[Model]
    right: str
    title: StrOrPromise
    columns: Sequence[Column]
    prepared: Callable[[QuerySet[Any]], QuerySet[Any]]

    @property
    def admin(self) -> Any:
        """The list's own page, with its filters and what its readers see of it."""
        return admin.site._registry[self.model]

    def may_be_exported_by(self, user: User, request: Any) -> bool:
        """Tell whether somebody may export it: never what they may not see."""
        return user.has_perm(self.right) and bool(self.admin.has_view_permission(request))

    def columns_for(self, user: User) -> list[Column]:
        """Give the columns that a reader may see."""
        return [each for each in self.columns if not each.right or user.has_perm(each.right)]


def _mobile(number: str, reader: User) -> Cell:
    return Code(shown_mobile(number, reader)) if number else ""


def _who(user: object) -> str:
    return str(user) if user else ""


def _reasons(case: Objection) -> str:
    """Name the reasons as the list does: one that only its owner reads is not told."""
    return _in_words(tuple(case.contested.reason_codes), page_language())


@lru_cache(4_096)
def _in_words(codes: tuple[str, ...], language: Language) -> str:
    return "، ".join(each.text(language).label for each in shown_reasons(codes, is_own=False))


def _clock(case: Objection) -> str:
    clock = case_clock(case, today=riyadh_today())
    return clock.text if clock else ""


# Tickets -------------------------------------------------------------------------------------


def _prepared_tickets(tickets: QuerySet[Any]) -> QuerySet[Any]:
    first = TicketMessage.objects.filter(ticket=OuterRef("pk")).order_by("id").values("text")[:1]
    told: QuerySet[Any] = tickets.annotate(message=Subquery(first))
    return told.select_related("assigned_to", "rating").defer("birth_date")


def _identity(ticket: Ticket) -> str:
    """Say what the list says (`identity_label`)."""
    if not ticket.national_id:
        return identity_label(ticket)
    return capfirst(choice(ticket, "identity_match"))


def _stars(ticket: Ticket) -> int | None:
    rating = getattr(ticket, "rating", None)
    return rating.stars if rating else None


TICKETS: Final = ExportedList(
    "tickets",
    Ticket,
    "portal.export_ticket",
    _("Your Voice Is Heard"),
    (
        Column(_("Reference"), lambda row, _reader: Code(row.reference), 13),
        Column(_("Name"), lambda row, _reader: row.full_name, 28),
        Column(_("National ID"), lambda row, _reader: Code(row.national_id), 13),
        Column(_("Mobile"), lambda row, reader: _mobile(row.mobile, reader), 16),
        Column(_("Identity"), lambda row, _reader: _identity(row), 20),
        Column(_("Type"), lambda row, _reader: row.get_category_display(), 22),
        Column(_("Subject"), lambda row, _reader: row.subject, 30),
        Column(_("Message"), lambda row, _reader: row.message, 60, READ_MESSAGES),
        Column(_("Channel"), lambda row, _reader: capfirst(choice(row, "channel"))),
        Column(_("Status"), lambda row, _reader: staff_label(row.status), 20),
        Column(_("Received"), lambda row, _reader: row.received_at, 17),
        Column(_("Received (Hijri)"), lambda row, _reader: hijri_day(row.received_at), 22),
        Column(_("Last change"), lambda row, _reader: row.changed_at, 17),
        Column(_("Assigned to"), lambda row, _reader: _who(row.assigned_to), 22),
        Column(_("Stars, of 5"), lambda row, _reader: _stars(row), 10),
    ),
    _prepared_tickets,
)

# Objections ----------------------------------------------------------------------------------


def _prepared_objections(cases: QuerySet[Any]) -> QuerySet[Any]:
    named = ("person", "result__cycle", "payment__cycle", "assigned_to")
    return cases.select_related(*named).defer("person__birth_date")


OBJECTIONS: Final = ExportedList(
    "objections",
    Objection,
    "portal.export_objection",
    _("Objections"),
    (
        Column(_("Reference"), lambda row, _reader: Code(row.reference), 13),
        Column(_("Citizen"), lambda row, _reader: row.person.full_name, 28),
        Column(_("National ID"), lambda row, _reader: Code(row.person.national_id), 13),
        Column(_("City"), lambda row, _reader: row.city),
        Column(_("Against"), lambda row, _reader: matter_of(row.contested), 34),
        Column(_("Reasons"), lambda row, _reader: _reasons(row), 34),
        Column(_("Ground"), lambda row, _reader: row.ground_text, 34),
        Column(_("Channel"), lambda row, _reader: capfirst(choice(row, "channel"))),
        Column(_("Status"), lambda row, _reader: choice(row, "status"), 18),
        Column(_("Time for the answer"), lambda row, _reader: _clock(row), 22),
        Column(_("Received"), lambda row, _reader: row.submitted_at, 17),
        Column(_("Received (Hijri)"), lambda row, _reader: hijri_day(row.submitted_at), 22),
        Column(_("Decided"), lambda row, _reader: row.decided_at, 17),
        Column(_("Caseworker"), lambda row, _reader: _who(row.assigned_to), 22),
    ),
    _prepared_objections,
)

# The queue of work ---------------------------------------------------------------------------


def _prepared_work(items: QuerySet[Any]) -> QuerySet[Any]:
    return items.select_related(
        *("ticket", "assigned_to", "team", "objection__person"),
        *("objection__result__cycle", "objection__payment__cycle"),
    )


def _asker(item: WorkItem) -> Any:
    case = item.case
    return case.person if isinstance(case, Objection) else case


def _matter(item: WorkItem) -> str:
    case = item.case
    if isinstance(case, Objection):
        return matter_of(case.contested)
    return str(case.get_category_display())


def _state(item: WorkItem) -> str:
    case = item.case
    if isinstance(case, Objection):
        return choice(case, "status")
    return staff_label(case.status)


def _team(item: WorkItem) -> str:
    return item.team.name(page_language()) if item.team else ""


WORK: Final = ExportedList(
    "work",
    WorkItem,
    "portal.export_workitem",
    _("Queue of work"),
    (
        Column(_("Reference"), lambda row, _reader: Code(row.case.reference), 13),
        Column(_("Kind"), lambda row, _reader: choice(row, "kind"), 12),
        Column(_("Citizen"), lambda row, _reader: _asker(row).full_name, 28),
        Column(_("National ID"), lambda row, _reader: Code(_asker(row).national_id), 13),
        Column(_("Matter"), lambda row, _reader: _matter(row), 34),
        Column(_("City"), lambda row, _reader: row.city),
        Column(_("Team"), lambda row, _reader: _team(row), 20),
        Column(_("Priority"), lambda row, _reader: choice(row, "priority"), 10),
        Column(_("Escalated"), lambda row, _reader: row.escalated_at, 17),
        Column(_("Channel"), lambda row, _reader: capfirst(choice(row, "channel"))),
        Column(_("Status"), lambda row, _reader: _state(row), 18),
        Column(_("Due"), lambda row, _reader: row.due_on, 12),
        Column(_("Put off until"), lambda row, _reader: row.snoozed_until, 12),
        Column(_("Received"), lambda row, _reader: row.received_at, 17),
        Column(_("With"), lambda row, _reader: _who(row.assigned_to), 22),
    ),
    _prepared_work,
)

# Calls and SMS -------------------------------------------------------------------------------


def _prepared_calls(tasks: QuerySet[Any]) -> QuerySet[Any]:
    return tasks.select_related("person", "objection", "ticket", "assigned_to")


def _id_of(task: CallTask) -> Cell:
    return Code(task.person.national_id) if task.person else ""


CALLS: Final = ExportedList(
    "calls",
    CallTask,
    "portal.export_calltask",
    _("People who could not be told"),
    (
        Column(_("Name"), lambda row, _reader: row.name, 28),
        Column(_("National ID"), lambda row, _reader: _id_of(row), 13),
        Column(_("Mobile"), lambda row, reader: _mobile(row.mobile, reader), 16),
        Column(_("What waits"), lambda row, _reader: choice(row, "matter"), 30),
        Column(_("Reference"), lambda row, _reader: Code(row.reference), 13),
        Column(_("Call by"), lambda row, _reader: row.call_by, 12),
        Column(_("Status"), lambda row, _reader: choice(row, "status"), 18),
        Column(_("Calls without an answer"), lambda row, _reader: row.calls, 12),
        Column(_("Ended"), lambda row, _reader: row.ended_at, 17),
        Column(_("Taken by"), lambda row, _reader: _who(row.assigned_to), 22),
    ),
    _prepared_calls,
)


def _prepared_messages(messages: QuerySet[Any]) -> QuerySet[Any]:
    return messages.defer("body")


MESSAGES: Final = ExportedList(
    "messages",
    Message,
    "portal.export_message",
    _("SMS"),
    (
        Column(_("Queued"), lambda row, _reader: row.queued_at, 17),
        Column(_("To"), lambda row, reader: _mobile(row.recipient, reader), 16),
        Column(_("Status"), lambda row, _reader: capfirst(choice(row, "status")), 18),
        Column(_("Lane"), lambda row, _reader: capfirst(choice(row, "lane")), 18),
        Column(_("Event"), lambda row, _reader: row.event, 30),
        Column(_("Sent"), lambda row, _reader: row.sent_at, 17),
        Column(_("Gateway"), lambda row, _reader: row.gateway, 12),
        Column(_("The gateway's number"), lambda row, _reader: Code(row.gateway_id), 36),
        Column(_("Error"), lambda row, _reader: row.error, 30),
    ),
    _prepared_messages,
)


LISTS: Final = {each.key: each for each in (TICKETS, OBJECTIONS, WORK, CALLS, MESSAGES)}


def export_url(model: type[Model], user: Any, query: str) -> str:
    """Give where a list is exported from, or nothing for whoever may not."""
    for each in LISTS.values():
        if each.model is model and user.has_perm(each.right):
            return f"{reverse('admin:portal_export_ask', args=[each.key])}{query}"
    return ""
