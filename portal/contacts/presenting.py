"""How a contact is shown to staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.staff import overtaken_text
from portal.contacts.errors import (
    CallerNotMatched,
    ContactIsAnothers,
    ContactIsOver,
    KnownAlready,
    NotTheirTicket,
    OutcomeRefused,
)
from portal.contacts.models import Contact, KnownProblem
from portal.contacts.statuses import ContactChannel, Outcome
from portal.templatetags.portal_ui import tag

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_BADGES: Final = {
    Outcome.TICKET: ("ok", "voice"),
    Outcome.ADDED: ("ok", "reply"),
    Outcome.OBJECTION: ("ok", "scale"),
    Outcome.ANSWERED: ("ok", "ok"),
    Outcome.BROKEN_OFF: ("plain", "no"),
    Outcome.LEFT_OPEN: ("plain", "clock"),
}

TITLES: Final[dict[str, StrOrPromise]] = {
    ContactChannel.PHONE: gettext_lazy("New call"),
    ContactChannel.X: gettext_lazy("New post on X"),
    ContactChannel.LETTER: gettext_lazy("New letter"),
}


def contact_tag(contact: Contact) -> SafeString:
    """Show how a contact ended as word, icon and colour, or that it has not."""
    if contact.is_open:
        return tag(_("Not ended"), "wait", "clock")
    outcome = Outcome(contact.outcome)
    return tag(str(outcome.label), *_BADGES[outcome])


def known_tag(known: KnownProblem) -> SafeString:
    """Show whether a known problem is offered."""
    if known.is_active:
        return tag(_("Offered to colleagues"), "ok", "ok")
    return tag(_("Out of use"), "plain", "no")


def who_text(contact: Contact) -> str:
    """Name whom a contact is with."""
    if contact.person is not None:
        return contact.person.full_name
    return contact.source or _("Not identified")


def offered_outcomes(contact: Contact) -> list[Outcome]:
    """Give the ends that a contact can have, the likeliest first."""
    offered = []
    if contact.objection_id:
        offered.append(Outcome.OBJECTION)
    if contact.ticket_id:
        steps = {event.step for event in contact.events.all() if event.ticket_id}
        offered += [step for step in (Outcome.TICKET, Outcome.ADDED) if step.value in steps]
    return [*offered, Outcome.ANSWERED, Outcome.BROKEN_OFF]


def refusal_words(refused: Exception) -> str:
    """Say why a step of a contact was refused, and what to do."""
    if isinstance(refused, CallerNotMatched):
        return _(
            "What was given does not match the register. Read the three facts back to the person "
            "and try again, or go on without identifying them."
        )
    if isinstance(refused, ContactIsOver):
        label = str(Outcome(refused.outcome).label)
        return overtaken_text(status=label, by=refused.by, at=refused.at)
    if isinstance(refused, OutcomeRefused):
        return str(OUTCOME_FAULTS[refused.field])
    return str(_FAULTS.get(type(refused), _NO_TEXT))


_NO_TEXT: Final = gettext_lazy("Not saved: write the text first.")
_FAULTS: Final[dict[type[Exception], StrOrPromise]] = {
    KnownAlready: gettext_lazy("Not saved: a colleague did this first. Read below who and why."),
    ContactIsAnothers: gettext_lazy("Not saved: a colleague has this contact."),
    NotTheirTicket: gettext_lazy("Not saved: this request takes no more words. File a new one."),
}

OUTCOME_FAULTS: Final = {
    "outcome": gettext_lazy("Nothing of this kind was filed in this contact. Choose another."),
    "problem": gettext_lazy("Write the problem in a few words."),
    "solution": gettext_lazy("Write what you told the person: the solution."),
}
