"""What staff do on the page of a correction: each act calls one service (docs/adr/0027)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.staff import CaseAction, overtaken_text
from beneficiaries.models import User
from objections.admin.correction_pages import PROPOSE
from objections.corrections.forms import ApproveForm, RemoveForm, SaidForm
from objections.corrections.statuses import CorrectionState
from objections.errors import CorrectionRefused
from objections.models import Correction
from objections.services import corrections
from objections.staff_forms import NoteForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

APPROVE: Final = "objections.approve_correction"


def correction_acts() -> dict[str, CaseAction]:
    """Give the acts by the name that a form sends."""
    return {
        "remove": CaseAction(PROPOSE, _remove, RemoveForm),
        "reword": CaseAction(PROPOSE, _reword, SaidForm),
        "ask": CaseAction(PROPOSE, _ask),
        "withdraw": CaseAction(PROPOSE, _withdraw, NoteForm),
        "approve": CaseAction(APPROVE, _approve, ApproveForm),
        "return": CaseAction(APPROVE, _return, NoteForm),
    }


def refusal_text(refused: CorrectionRefused) -> str:
    """Say why an act was refused."""
    if refused.why == "moved":
        label = str(CorrectionState(refused.state).label)
        return overtaken_text(status=label, by="", at=None)
    return str(_REFUSALS[refused.why])


def _facts(request: HttpRequest, case: Correction, now: datetime) -> dict[str, Any]:
    return {"correction_id": case.pk, "by": cast(User, request.user), "now": now}


def _remove(
    request: HttpRequest, case: Correction, form: RemoveForm, now: datetime
) -> StrOrPromise:
    sent = form.cleaned_data
    removed = corrections.remove_row(
        row_id=sent["row"], why=sent["why"], **_facts(request, case, now)
    )
    if case.is_of_payments:
        return _("You took the payment out of the set.")
    if removed > 1:
        return _("You took the result out, and those that followed it.")
    return _("You took the result out of the set.")


def _reword(request: HttpRequest, case: Correction, form: SaidForm, now: datetime) -> StrOrPromise:
    corrections.reword(**form.cleaned_data, **_facts(request, case, now))
    return _("What people read is changed.")


def _ask(request: HttpRequest, case: Correction, _form: None, now: datetime) -> StrOrPromise:
    corrections.ask_for_approval(**_facts(request, case, now))
    return _("It waits for somebody else's approval. Until then nobody is told.")


def _withdraw(
    request: HttpRequest, case: Correction, form: NoteForm, now: datetime
) -> StrOrPromise:
    corrections.withdraw_correction(why=form.cleaned_data["note"], **_facts(request, case, now))
    return _("The correction is withdrawn. Nothing was changed.")


def _approve(
    request: HttpRequest, case: Correction, form: ApproveForm, now: datetime
) -> StrOrPromise:
    corrections.approve_correction(
        seen_rows=form.cleaned_data["rows"], **_facts(request, case, now)
    )
    if case.is_of_payments:
        return _("Approved. The payments are corrected now, and their people are told.")
    return _("Approved. The results are corrected now, and their people are told.")


def _return(request: HttpRequest, case: Correction, form: NoteForm, now: datetime) -> StrOrPromise:
    corrections.return_correction(note=form.cleaned_data["note"], **_facts(request, case, now))
    return _("You returned the correction. Your note is with it.")


_REFUSALS: Final[dict[str, Any]] = {
    "texts": gettext_lazy("Not saved: a text is missing. Look through what you filled in."),
    "changed": gettext_lazy("Not saved: the set has changed. Look through it again."),
    "nothing": gettext_lazy("Not saved: nothing is left in the set. Withdraw the correction."),
    "own": gettext_lazy("Not saved: somebody else approves what you prepared."),
    "not_yours": gettext_lazy("Not saved: only who prepared the correction does this."),
    "settled": gettext_lazy("Not saved: this one is not in the set any more."),
}
