"""What staff do on the page of a ticket: each act calls one service."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.staff import CaseAction, moment_text, overtaken_text
from beneficiaries.colleagues import staff_with
from beneficiaries.models import User
from documents.errors import FilesNotKept
from saudi.direction import isolate
from sawtak.answering import joined
from sawtak.answering.forms import SplitForm
from sawtak.answering.joined import joining_acts, split_form
from sawtak.errors import (
    NothingChosen,
    NotTogether,
    ReceiverMissing,
    TextMissing,
    TransitionRefused,
)
from sawtak.models import Ticket
from sawtak.services import (
    add_note,
    answer_ticket,
    ask_sender,
    close_ticket,
    hand_over_ticket,
    put_back_ticket,
    take_ticket,
)
from sawtak.services.handing import ANSWER_RIGHT
from sawtak.services.steps import WROTE
from sawtak.staff_forms import AnswerForm, CloseForm, HandOverForm, InternalNoteForm
from sawtak.statuses import TicketAct
from sawtak.wording import act_label, staff_label

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TAKE: Final = "sawtak.take_ticket"
ANSWER: Final = ANSWER_RIGHT
CLOSE: Final = "sawtak.close_ticket"
NOTE: Final = "sawtak.add_ticketnote"

REFUSALS: Final = (
    *(TransitionRefused, TextMissing, ReceiverMissing, FilesNotKept),
    *joined.REFUSALS,
)


def ticket_acts() -> dict[str, CaseAction]:
    """Give the acts by the name that a form sends."""
    return {
        "take": CaseAction(TAKE, _take),
        "answer": CaseAction(ANSWER, _answer, AnswerForm),
        "ask": CaseAction(ANSWER, _ask, AnswerForm),
        "close": CaseAction(CLOSE, _close, CloseForm),
        "hand_over": CaseAction(TAKE, _hand_over, HandOverForm),
        "note": CaseAction(NOTE, _note, InternalNoteForm),
        **joining_acts(),
    }


def bound_form(
    request: HttpRequest, form: type[forms.Form], case: Ticket, data: QueryDict | None
) -> forms.Form:
    """Make the form of an act with what depends on the ticket and its reader."""
    if form is HandOverForm:
        receivers = staff_with(ANSWER).exclude(pk=case.assigned_to_id or 0)
        return HandOverForm(data, colleagues=receivers)
    if form is AnswerForm:
        files = request.FILES if data is not None else None
        return AnswerForm(data, files, ticket=case, files_owner=owner_of_files(request, case))
    if form is SplitForm:
        return split_form(data, case)
    return form(data)


def owner_of_files(request: HttpRequest, case: Ticket) -> str:
    """Name whose files wait with an answer that is looked at or was refused."""
    return f"answer:{_user(request).pk}:{case.pk}"


def seen(request: HttpRequest) -> dict[str, str]:
    """Read what the page that was sent had shown of its ticket."""
    return {name: request.POST.get(name, "") for name in ("seen_status", "seen_version")}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _facts(request: HttpRequest, case: Ticket, now: datetime) -> dict[str, Any]:
    return {"ticket_id": case.pk, "agent": _user(request), "now": now, **seen(request)}


def _take(request: HttpRequest, case: Ticket, _form: None, now: datetime) -> StrOrPromise:
    take_ticket(**_facts(request, case, now))
    return _("You took the ticket.")


def _answer(request: HttpRequest, case: Ticket, form: AnswerForm, now: datetime) -> StrOrPromise:
    answer_ticket(**_facts(request, case, now), **form.words())
    return _("The answer is on the ticket's page and the sender was told by SMS.")


def _ask(request: HttpRequest, case: Ticket, form: AnswerForm, now: datetime) -> StrOrPromise:
    ask_sender(**_facts(request, case, now), **form.words())
    return _("The sender was asked by SMS.")


def _close(request: HttpRequest, case: Ticket, form: CloseForm, now: datetime) -> StrOrPromise:
    close_ticket(**_facts(request, case, now), reason=form.cleaned_data["reason"])
    return _("The ticket is closed and the sender was told by SMS.")


def _hand_over(
    request: HttpRequest, case: Ticket, form: HandOverForm, now: datetime
) -> StrOrPromise:
    to: User | None = form.cleaned_data["to"]
    facts: dict[str, Any] = {
        "ticket_id": case.pk,
        "by": _user(request),
        "note": form.cleaned_data["why"],
        "now": now,
        **seen(request),
    }
    if to is None:
        put_back_ticket(**facts)
        return _("The ticket is back in the queue.")
    hand_over_ticket(**facts, to=to)
    return gettext("%(who)s has the ticket now.") % {"who": isolate(str(to))}


def _note(request: HttpRequest, case: Ticket, form: InternalNoteForm, now: datetime) -> str:
    text = form.cleaned_data["note"]
    add_note(ticket_id=case.pk, author=_user(request), text=text, now=now)
    return gettext("The note is kept. Only staff read it.")


# What is refused --------------------------------------------------------------------


def refusal_text(refused: Exception) -> str:
    """Say why an act was refused, and who did what before, and when."""
    if isinstance(refused, TransitionRefused):
        return _overtaken(refused)
    if isinstance(refused, ReceiverMissing):
        return gettext("Not saved: choose a colleague who answers tickets and does not have it.")
    if isinstance(refused, FilesNotKept):
        return str(refused.message)
    if isinstance(refused, NotTogether | NothingChosen):
        return joined.joining_refusal(refused)
    return gettext("Not saved: write the text first.")


def _overtaken(refused: TransitionRefused) -> str:
    facts = {"who": isolate(refused.by), "when": moment_text(refused.at) if refused.at else ""}
    if refused.did == WROTE and not refused.by and refused.at is not None:
        return (
            gettext("Not saved: the sender wrote meanwhile, on %(when)s. Read it, then send again.")
            % facts
        )
    is_other_act = refused.did not in {"", WROTE, TicketAct.MOVED}
    if is_other_act and refused.by and refused.at is not None:
        text = gettext("Not saved: %(who)s acted on this case first, on %(when)s: %(what)s.")
        return text % (facts | {"what": act_label(refused.did)})
    return overtaken_text(status=staff_label(refused.status), by=refused.by, at=refused.at)
