"""Tickets that belong together, on the page of one of them, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.staff import CaseAction, sent_row_number
from beneficiaries.models import User
from saudi.direction import isolate_ltr
from sawtak.answering.forms import LinkForm, MergeForm, SplitForm
from sawtak.errors import NothingChosen, NotTogether
from sawtak.models import Ticket, TicketEvent, TicketMessage
from sawtak.services.joining import link_tickets, merge_ticket, split_ticket, unlink_tickets
from sawtak.statuses import TRANSITIONS, WAITING_STATUSES, TicketAct, TicketStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

JOIN: Final = "sawtak.join_ticket"
REFUSALS: Final = (NotTogether, NothingChosen)


@dataclass(frozen=True)
class Related:
    """A ticket that belongs to the one that is shown, and how."""

    ticket: Ticket
    how: StrOrPromise
    may_unlink: bool = False


def joining_acts() -> dict[str, CaseAction]:
    """Give the acts by the name that a form sends."""
    return {
        "link": CaseAction(JOIN, _link, LinkForm),
        "unlink": CaseAction(JOIN, _unlink),
        "merge": CaseAction(JOIN, _merge, MergeForm),
        "split": CaseAction(JOIN, _split, SplitForm),
    }


def split_form(data: QueryDict | None, case: Ticket) -> SplitForm:
    """Make the form with what the sender wrote; unsent, the page that has the words fills it."""
    said = [] if data is None else list(case.messages.filter(author=None))
    return SplitForm(data, said=said)


def joined_context(
    case: Ticket,
    user: User,
    events: Iterable[TicketEvent],
    conversation: Sequence[TicketMessage],
    bound: Mapping[str, forms.Form],
) -> dict[str, Any]:
    """Give what the page shows of the tickets that belong to this one."""
    own = [each for each in conversation if each.ticket_id == case.pk and not each.author_id]
    form = bound["split"]
    if not form.is_bound:
        form = SplitForm(said=own)
    may_join = user.has_perm(JOIN)
    is_open = case.status in WAITING_STATUSES
    return {
        "related": related_to(case, events, conversation),
        "may_link": may_join,
        "may_merge": may_join
        and case.merged_into_id is None
        and TicketStatus.CLOSED in TRANSITIONS[case.status],
        "may_split": may_join and is_open and len(own) > 0,
        "link_form": bound["link"],
        "merge_form": bound["merge"],
        "split_form": form,
        "is_joining_open": any(bound[name].is_bound for name in ("link", "merge", "split")),
    }


def related_to(
    case: Ticket, events: Iterable[TicketEvent], conversation: Iterable[TicketMessage]
) -> list[Related]:
    """Give the tickets that belong to one: joined with it, linked, split.

    Read from its history and its conversation, which the page has: no statement of its own.
    """
    found = []
    if case.merged_into is not None:
        found.append(Related(case.merged_into, _("This one was joined with it")))
    joined = {each.ticket_id: each.ticket for each in conversation if each.ticket_id != case.pk}
    found += [Related(ticket, _("Joined with this one")) for ticket in joined.values()]
    linked: dict[int, Related] = {}
    for event in events:
        if event.other is None or event.is_refused:
            continue
        if event.kind == TicketAct.UNLINKED:
            linked.pop(event.other.pk, None)
        elif event.kind in _HOW:
            may_unlink = event.kind == TicketAct.LINKED
            linked[event.other.pk] = Related(event.other, _HOW[event.kind], may_unlink)
    return found + list(linked.values())


_HOW: Final[Mapping[str, StrOrPromise]] = {
    TicketAct.LINKED: _("Linked"),
    TicketAct.SPLIT: _("Its second matter"),
    TicketAct.SPLIT_OFF: _("This one was split from it"),
}


def _key(request: HttpRequest, case: Ticket, now: datetime) -> dict[str, Any]:
    return {"ticket_id": case.pk, "by": cast(User, request.user), "now": now}


def _seen(request: HttpRequest) -> dict[str, Any]:
    return {name: request.POST.get(name, "") for name in ("seen_status", "seen_version")}


def _link(request: HttpRequest, case: Ticket, form: LinkForm, now: datetime) -> StrOrPromise:
    link_tickets(**_key(request, case, now), other_id=form.cleaned_data["other"].pk)
    return _("The two requests are linked.")


def _unlink(request: HttpRequest, case: Ticket, _form: None, now: datetime) -> StrOrPromise:
    other = sent_row_number(request.POST.get("other", ""))
    unlink_tickets(**_key(request, case, now), other_id=other)
    return _("The link is taken away.")


def _merge(request: HttpRequest, case: Ticket, form: MergeForm, now: datetime) -> StrOrPromise:
    into: Ticket = form.cleaned_data["into"]
    merge_ticket(**_key(request, case, now), into_id=into.pk, **_seen(request))
    text = gettext("The request is joined with %(reference)s, and the sender was told by SMS.")
    return text % {"reference": isolate_ltr(into.reference)}


def _split(request: HttpRequest, case: Ticket, form: SplitForm, now: datetime) -> StrOrPromise:
    second = split_ticket(
        **_key(request, case, now),
        message_ids=[int(pk) for pk in form.cleaned_data["said"]],
        category=form.cleaned_data["category"],
        **_seen(request),
    )
    text = gettext("The second matter is request %(reference)s, and the sender was told by SMS.")
    return text % {"reference": isolate_ltr(second.reference)}


_WHY: Final[Mapping[str, StrOrPromise]] = {
    "same": _("Not saved: this is the same request. Write the number of the other one."),
    "mobile": _("Not saved: the two come from different mobiles. Link them instead."),
    "person": _("Not saved: the two name different people. Link them instead."),
    "ended": _("Not saved: the other request is done. Join with one that is open."),
    "done": _("Not saved: this request is done and cannot be joined."),
}


def joining_refusal(refused: NotTogether | NothingChosen) -> str:
    """Say why two tickets do not come together."""
    if isinstance(refused, NotTogether):
        return str(_WHY[refused.why])
    return gettext("Not saved: tick what the sender wrote of the second matter.")
