"""What an agent begins an answer with, and what becomes of it: the templates, the SMS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.cycles import cycle_name
from beneficiaries.models import EligibilityResult
from notifications.programme import programme_values
from notifications.texts.wording import wording_of
from saudi.gregorian import format_both, format_gregorian, riyadh_date
from saudi.languages import direction_in, page_language
from saudi.sms import SmsParts, sms_parts
from sawtak.models import IdentityMatch, ReplyTemplate, Ticket
from sawtak.services.staff import TOLD
from sawtak.statuses import TicketStatus
from sawtak.timeline import due_on

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def offered_templates(ticket: Ticket) -> list[ReplyTemplate]:
    """Give the templates of a ticket's type, then those of every type."""
    fitting = ReplyTemplate.objects.filter(
        Q(category="") | Q(category=ticket.category), is_active=True
    )
    return list(fitting.order_by("-category", "place", "id"))


def template_choices(ticket: Ticket) -> list[tuple[int, str]]:
    """Give what may be put into an answer, by id and title."""
    language = page_language()
    return [(each.pk, each.title(language)) for each in offered_templates(ticket)]


def values_of(
    ticket: Ticket, templates: Iterable[ReplyTemplate], *, cycles: Mapping[int, str] | None = None
) -> dict[str, str]:
    """Give what fills the fields of some templates for a ticket, in its sender's language.

    The cycle is looked up where one asks for it, or taken from what `newest_cycles` found for many.
    """
    language = ticket.language
    if cycles is None:
        wants_cycle = any("{cycle}" in each.text(language) for each in templates)
        cycles = newest_cycles([ticket]) if wants_cycle else {}
    code = cycles.get(ticket.pk)
    return {
        "name": ticket.full_name,
        "reference": ticket.reference,
        "received_day": format_gregorian(riyadh_date(ticket.received_at), language),
        "due_day": format_both(due_on(ticket.changed_at), language),
        "programme": programme_values(language)["programme"],
        "cycle": cycle_name(code, language) if code else "",
    }


def newest_cycles(tickets: Iterable[Ticket]) -> dict[int, str]:
    """Give the newest announced cycle of the person of each ticket, in one statement.

    Only for a sender who is known to be the person: nothing of a file goes to somebody else.
    """
    people = {
        ticket.pk: ticket.person_id
        for ticket in tickets
        if ticket.person_id is not None and ticket.identity_match == IdentityMatch.FULL
    }
    if not people:
        return {}
    results = EligibilityResult.objects.announced().filter(person__in=set(people.values()))
    newest = dict(results.order_by().values_list("person").annotate(Max("cycle__code")))
    return {pk: newest[person] for pk, person in people.items() if person in newest}


@dataclass(frozen=True)
class SmsPreview:
    """The SMS that goes out with a step: never with the words of the answer."""

    action: str
    label: StrOrPromise
    body: str
    size: SmsParts
    language: str

    @property
    def direction(self) -> str:
        return direction_in(self.language)


def sms_previews(ticket: Ticket) -> list[SmsPreview]:
    """Show what is sent to the mobile with an answer and with a question, as it is billed."""
    steps: tuple[tuple[str, StrOrPromise, TicketStatus], ...] = (
        ("answer", _("Send the answer"), TicketStatus.ANSWERED),
        ("ask", _("Ask the sender and wait"), TicketStatus.AWAITING_CITIZEN),
    )
    previews = []
    for action, label, status in steps:
        body = told_text(status, ticket.reference, ticket.language)
        previews.append(SmsPreview(action, label, body, sms_parts(body), ticket.language))
    return previews


def told_text(status: TicketStatus, reference: str, language: str) -> str:
    """Write the SMS of a step as it would be queued now."""
    template, _name = TOLD[status]
    programme = programme_values(language)
    return wording_of(template).body(language, {"reference": reference}, programme)
