"""A person's messages in words, each with the page it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from beneficiaries.cycles import cycle_name
from beneficiaries.models import User
from notifications.mail.outbox import is_on, without_programme
from notifications.mail.subjects import title_of
from notifications.texts.translating import in_language
from objections.models import Objection
from objections.presenting import step_name
from objections.statuses import ObjectionStatus
from portal.inbox.reading import Told
from saudi.gregorian import format_both, riyadh_today
from saudi.languages import page_language
from sawtak.models import Ticket

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_ICONS: Final = {
    "objection": "scale",
    "draft": "scale",
    "second": "scale",
    "ticket": "voice",
    "mobile": "mobile",
    "results": "list",
    "payments": "money",
    "payment": "money",
    "result": "clock",
}


@dataclass(frozen=True)
class Notice:
    """One message as its reader sees it. `language` is that of the text.

    It is the page's, but for what can only be shown as it was sent.
    """

    title: StrOrPromise
    text: str
    language: str
    at: datetime
    icon: str
    is_unread: bool
    url: str = ""
    action: str = ""


def notices_of(user: User, told: Sequence[Told]) -> list[Notice]:
    """Word the messages of a page; at most two statements, for the cases that they lead to.

    A message leads only to what its reader may open.
    """
    cases = _Cases(user, told)
    return [
        _of_message(one, cases) if one.kind == "message" else _derived(one, cases) for one in told
    ]


class _Cases:
    """The cases of a page that its reader may open, by their keys."""

    def __init__(self, user: User, told: Sequence[Told]) -> None:
        keys: dict[str, set[int]] = {"objection": set(), "ticket": set()}
        for one in told:
            kind, pk = case_of(one)
            if kind in keys:
                keys[kind].add(pk)
        self.objections: dict[int, Objection] = {}
        self.tickets: dict[int, Ticket] = {}
        if keys["objection"]:
            self.objections = (
                Objection.objects.visible_to(user)
                .select_related("result__cycle", "payment__cycle")
                .in_bulk(keys["objection"])
            )
        if keys["ticket"]:
            self.tickets = Ticket.objects.visible_to(user).in_bulk(keys["ticket"])

    def link_of(self, one: Told) -> tuple[str, str]:
        """Give the address and the words of the link; nothing for who may not open it."""
        kind, pk = case_of(one)
        if kind == "objection" and pk in self.objections:
            return _objection_link(self.objections[pk])
        if kind == "ticket":
            ticket = self.tickets.get(pk)
            if ticket is None:
                return reverse("portal:track"), _("Track the request by its number")
            return reverse("sawtak:ticket", args=[ticket.reference]), _("Open the request")
        return "", ""


def case_of(one: Told) -> tuple[str, int]:
    """Name the case that a message is about: `objection:12:decided` is objection 12."""
    if one.kind == "draft_closing":
        return "objection", one.target or 0
    kind, _colon, rest = one.event.partition(":")
    number = rest.partition(":")[0]
    return kind, int(number) if number.isascii() and number.isdecimal() else 0


def _objection_link(objection: Objection) -> tuple[str, str]:
    if objection.reference:
        return reverse("objections:detail", args=[objection.reference]), _("Open the objection")
    if objection.status == ObjectionStatus.DRAFT and objection.last_day >= riyadh_today():
        step = reverse("objections:step", args=[objection.uuid, step_name(objection.left_at)])
        return step, _("Continue your objection")
    if objection.payment_id is not None:
        return reverse("portal:payment", args=[objection.payment_id]), _("Open the payment")
    return reverse("portal:result", args=[objection.result_id]), _("Open the result")


def _of_message(one: Told, cases: _Cases) -> Notice:
    url, action = cases.link_of(one)
    if one.what == "mobile_changed":
        url, action = reverse("portal:profile_edit"), _("See your data")
    elif one.what == "email_changed" and is_on():
        url, action = reverse("portal:email"), _("See your data")
    language: str = page_language()
    said = in_language(language, template=one.what, body=one.body, written_in=one.language)
    if said is None:
        said, language = one.body, one.language
    return Notice(
        title=title_of(one.what),
        text=without_programme(said, language),
        language=language,
        at=one.at,
        icon=_ICONS.get(one.what.partition("_")[0], "mail"),
        is_unread=one.is_unread,
        url=url,
        action=action,
    )


def _derived(one: Told, cases: _Cases) -> Notice:
    """Word an announcement or a reminder, in the language of the page."""
    language = page_language()
    url, action = reverse("portal:profile"), _("Open your file")
    if one.kind == "results":
        title = str(title_of("results_announced")) % {"cycle": cycle_name(one.what, language)}
        text = _("Your file shows the result, its reasons and until when you can object.")
        if one.target is not None:
            url, action = reverse("portal:result", args=[one.target]), _("Open the result")
    elif one.kind == "payments":
        title = str(title_of("payments_announced")) % {"cycle": cycle_name(one.what, language)}
        text = _("Your file shows what was due, what was paid and why.")
        if one.target is not None:
            url, action = reverse("portal:payment", args=[one.target]), _("Open the payment")
    elif one.kind == "result_corrected":
        title = str(title_of(one.kind)) % {"cycle": cycle_name(one.what, language)}
        text = _("Your file shows what was wrong, what the result is now and what it means.")
        if one.target is not None:
            url, action = reverse("portal:result", args=[one.target]), _("Open the result")
    elif one.kind == "payment_corrected":
        title = str(title_of(one.kind)) % {"cycle": cycle_name(one.what, language)}
        text = _("Your file shows what was wrong, and what we add to the payment.")
        if one.target is not None:
            url, action = reverse("portal:payment", args=[one.target]), _("Open the payment")
    else:
        day = format_both(date.fromisoformat(one.what), language)
        is_draft = one.kind == "draft_closing"
        title = str(title_of("draft_closing" if is_draft else "result_closing"))
        if is_draft:
            text = _("Send it before the end of %(day)s.") % {"day": day}
            url, action = cases.link_of(one)
        else:
            text = _("You can object until the end of %(day)s.") % {"day": day}
            if one.target is not None:
                url, action = reverse("portal:result", args=[one.target]), _("Open the result")
    return Notice(
        title=title,
        text=text,
        language=language,
        at=one.at,
        icon=_ICONS[one.kind.partition("_")[0]],
        is_unread=one.is_unread,
        url=url,
        action=action,
    )
