"""What staff do on the page of an objection: each act calls one service (docs/adr/0023)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from access.staff import CaseAction, moment_text, overtaken_text, read_row_number, sent_row_number
from beneficiaries.models import User
from objections.back_pay import back_pay_months
from objections.catalogues import REASONS
from objections.colleagues import colleagues_of
from objections.errors import (
    HadFirstDecision,
    IncompleteDecision,
    NotYourProposal,
    ObjectionRefused,
    OwnProposal,
    ProposalWaits,
    TransitionRefused,
    WrongBackPay,
)
from objections.models import AnswerTemplate, DecisionReason, Objection
from objections.second_looks import had_first_decision, open_look
from objections.services import review
from objections.services.review import Seen
from objections.staff_forms import DecisionForm, DocumentsForm, HandOverForm, NoteForm
from objections.statuses import (
    CITIZENS_KINDS,
    DECIDED_STATUSES,
    IN_REVIEW_STATUSES,
    EventKind,
    ObjectionStatus,
)
from saudi.direction import isolate
from saudi.gregorian import riyadh_date, riyadh_today

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TAKE: Final = "objections.take_objection"
ASK: Final = "objections.request_documents"
DECIDE: Final = "objections.decide_objection"
APPROVE: Final = "objections.approve_decision"

REFUSALS: Final = (
    TransitionRefused,
    IncompleteDecision,
    ProposalWaits,
    OwnProposal,
    NotYourProposal,
    WrongBackPay,
    HadFirstDecision,
)


def case_acts() -> dict[str, CaseAction]:
    """Give the acts by the name that a form sends."""
    return {
        "take": CaseAction(TAKE, _take),
        "documents": CaseAction(ASK, _ask, DocumentsForm),
        "decide": CaseAction(DECIDE, _propose, DecisionForm),
        "hand_over": CaseAction(TAKE, _hand_over, HandOverForm),
        "take_back": CaseAction(DECIDE, _withdraw),
        "approve": CaseAction(APPROVE, _approve),
        "return": CaseAction(APPROVE, _return, NoteForm),
    }


def bound_form(
    request: HttpRequest, form: type[forms.Form], case: Objection, data: QueryDict | None
) -> forms.Form:
    """Make the form of an act with what depends on the case."""
    if form is DecisionForm:
        if data is None and not may_propose(case, _user(request)):
            return DecisionForm()
        reasons = REASONS.rows() if data is None else DecisionReason.objects.all()
        return DecisionForm(
            data,
            reasons=[each for each in reasons if each.is_active],
            months=back_pay_months(case, accepted_on=riyadh_today()),
            replaces=case.status in DECIDED_STATUSES,
        )
    if form is HandOverForm:
        return HandOverForm(data, colleagues=_receivers(request, case))
    if form is NoteForm:
        return NoteForm(data, label=_("What has to be changed"))
    return form(data)


def form_with_template(
    request: HttpRequest, form: type[forms.Form] | None, case: Objection
) -> forms.Form | None:
    """Give the form as it was filled in, with the chosen template in its text; None to act on it.

    The text is in the language of whoever filed. What was written before it stays.
    """
    if "insert" not in request.POST or form not in {DecisionForm, DocumentsForm}:
        return None
    pk = read_row_number(request.POST.get("template", ""))
    template = AnswerTemplate.objects.filter(pk=pk, is_active=True).first() if pk else None
    empty = bound_form(request, form, case, None)
    for name, field in empty.fields.items():
        several = isinstance(field, forms.MultipleChoiceField)
        field.initial = request.POST.getlist(name) if several else request.POST.get(name, "")
    if template is not None:
        field = empty.fields["answer" if form is DecisionForm else "text"]
        written = str(field.initial or "").strip()
        text = template.text(case.filed_by.language)
        field.initial = f"{written}\n\n{text}" if written else text
        if form is DecisionForm and not empty.fields["decision"].initial:
            empty.fields["decision"].initial = template.kind
    return empty


def _receivers(request: HttpRequest, case: Objection) -> QuerySet[User]:
    """Give to whom a case may go: in a second look to none of those who had a part before."""
    look = open_look(case)
    return colleagues_of(_user(request)).exclude(pk__in=look.earlier_staff if look else [])


def may_propose(case: Objection, user: User) -> bool:
    """Tell whether somebody may propose a decision on a case: a first one, or a later one."""
    is_theirs = case.assigned_to_id == user.pk and case.status in IN_REVIEW_STATUSES
    may_come = is_theirs or case.status in DECIDED_STATUSES
    is_free = case.proposed_by_id is None and not had_first_decision(open_look(case), user)
    return may_come and is_free and user.has_perm(DECIDE)


def _seen(request: HttpRequest) -> Seen:
    """Read what the page that was sent had shown; what cannot be read was never shown."""
    return Seen(
        request.POST.get("seen_status", ""), sent_row_number(request.POST.get("seen_event", ""))
    )


def _decision_id(request: HttpRequest, case: Objection) -> int:
    """Read which proposal the page had shown. Raises BadRequest for none of this case."""
    pk = sent_row_number(request.POST.get("decision", ""))
    if not case.decisions.filter(pk=pk).exists():
        raise BadRequest
    return pk


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _take(request: HttpRequest, case: Objection, _form: None, now: datetime) -> StrOrPromise:
    is_new = case.status == ObjectionStatus.SUBMITTED
    review.take_objection(
        objection_id=case.pk, caseworker=_user(request), seen=_seen(request), now=now
    )
    if is_new:
        return _("You took the objection. The citizen was told that it is under review.")
    return _("You took the objection.")


def _ask(request: HttpRequest, case: Objection, form: DocumentsForm, now: datetime) -> StrOrPromise:
    review.request_documents(
        objection_id=case.pk,
        caseworker=_user(request),
        text=form.cleaned_data["text"],
        due_on=form.due_on(riyadh_date(now)),
        seen=_seen(request),
        now=now,
    )
    return _("The citizen was asked for documents by SMS.")


def _hand_over(
    request: HttpRequest, case: Objection, form: HandOverForm, now: datetime
) -> StrOrPromise:
    to: User | None = form.cleaned_data["to"]
    note, seen = form.cleaned_data["note"], _seen(request)
    if to is None:
        review.put_back_objection(
            objection_id=case.pk, by=_user(request), note=note, seen=seen, now=now
        )
        return _("The objection is back in the queue, with your note.")
    review.hand_over_objection(
        objection_id=case.pk, by=_user(request), to=to, note=note, seen=seen, now=now
    )
    return _("You handed the objection over, with your note.")


def _propose(
    request: HttpRequest, case: Objection, form: DecisionForm, now: datetime
) -> StrOrPromise:
    review.propose_decision(
        objection_id=case.pk,
        proposer=_user(request),
        proposal=form.proposal(),
        seen=_seen(request),
        now=now,
    )
    return _("Your proposal waits for somebody else's approval. Until then nobody is told.")


def _withdraw(request: HttpRequest, case: Objection, _form: None, now: datetime) -> StrOrPromise:
    review.withdraw_proposal(
        objection_id=case.pk,
        decision_id=_decision_id(request, case),
        proposer=_user(request),
        seen=_seen(request),
        now=now,
    )
    return _("You took your proposal back.")


def _approve(request: HttpRequest, case: Objection, _form: None, now: datetime) -> StrOrPromise:
    review.approve_decision(
        objection_id=case.pk,
        decision_id=_decision_id(request, case),
        approver=_user(request),
        seen=_seen(request),
        now=now,
    )
    return _("The decision is in force and the citizen was told by SMS.")


def _return(request: HttpRequest, case: Objection, form: NoteForm, now: datetime) -> StrOrPromise:
    review.return_proposal(
        objection_id=case.pk,
        decision_id=_decision_id(request, case),
        approver=_user(request),
        note=form.cleaned_data["note"],
        seen=_seen(request),
        now=now,
    )
    return _("You returned the proposal. Your note is with it.")


# What is refused ----------------------------------------------------------------


def refusal_text(refused: ObjectionRefused) -> str:
    """Say why an act was refused, and who did what before, and when."""
    if isinstance(refused, TransitionRefused):
        return _overtaken(refused)
    if isinstance(refused, HadFirstDecision):
        text = _("Not saved: %(who)s had a part in the first decision. Others look at it again.")
        return str(text) % {"who": isolate(refused.who)}
    if isinstance(refused, ProposalWaits):
        text = _("Not saved: a decision of %(who)s waits for approval since %(when)s.")
        return str(text) % {"who": isolate(refused.by), "when": moment_text(refused.at)}
    return str(_REASONS[type(refused)](refused))


def _overtaken(refused: TransitionRefused) -> str:
    label = str(ObjectionStatus(refused.status).label)
    if refused.did in CITIZENS_KINDS or not refused.by or refused.at is None:
        return overtaken_text(status=label, by=refused.by, at=refused.at)
    text = _("Not saved: %(who)s acted on this case first, on %(when)s: %(what)s.")
    return str(text) % {
        "who": isolate(refused.by),
        "when": moment_text(refused.at),
        "what": EventKind(refused.did).label,
    }


_REASONS: Final[dict[type[ObjectionRefused], Callable[[Any], StrOrPromise]]] = {
    IncompleteDecision: lambda _refused: _(
        "Not saved: something is missing. Look through what you filled in."
    ),
    OwnProposal: lambda _refused: _("Not saved: somebody else approves what you proposed."),
    NotYourProposal: lambda _refused: _("Not saved: only its proposer takes a proposal back."),
    WrongBackPay: lambda _refused: _(
        "Not saved: the months of back pay have changed. Look at the amounts again."
    ),
}
