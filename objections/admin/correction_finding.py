"""The two pages that find what is to be corrected, results and payments: one way, two matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy

from objections.admin.correction_pages import find_context, find_payments_context
from objections.corrections.finding import results_found
from objections.corrections.forms import CriteriaForm, PrepareForm
from objections.corrections.payment_forms import PaymentCriteriaForm, PreparePaymentsForm
from objections.corrections.payments import PaymentCriteria, payments_found
from objections.corrections.statuses import AmountRule
from objections.models import Correction
from objections.services import corrections

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE: Final = "p"


@dataclass(frozen=True)
class Finding:
    """What can be corrected: how it is asked for, shown, and prepared.

    `prepare_form` gets the request and the criteria, None while they are not right.
    """

    title: StrOrPromise
    template: str
    form: Callable[..., Any]
    prepare_form: Callable[[HttpRequest, Any], Any]
    context: Callable[..., dict[str, Any]]
    found: Callable[[Any], QuerySet[Any]]
    prepare: Callable[..., Correction]


def _result_form(request: HttpRequest, _criteria: Any) -> PrepareForm:
    return PrepareForm(request.POST if request.method == "POST" else None)


def _prepare_results(form: PrepareForm, **facts: Any) -> Correction:
    return corrections.prepare_correction(**form.cleaned_data, **facts)


def _payment_form(request: HttpRequest, criteria: PaymentCriteria | None) -> PreparePaymentsForm:
    is_sent = request.method == "POST"
    return PreparePaymentsForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        is_listed=criteria is not None and criteria.rule == AmountRule.LISTED,
    )


def _prepare_payments(form: PreparePaymentsForm, **facts: Any) -> Correction:
    return corrections.prepare_payment_correction(**form.prepared(), **facts)


RESULTS: Final = Finding(
    title=gettext_lazy("Find wrong results"),
    template="admin/objections/correction_find.html",
    form=CriteriaForm,
    prepare_form=_result_form,
    context=find_context,
    found=results_found,
    prepare=_prepare_results,
)

PAYMENTS: Final = Finding(
    title=gettext_lazy("Find wrong payments"),
    template="admin/objections/correction_find_payments.html",
    form=PaymentCriteriaForm,
    prepare_form=_payment_form,
    context=find_payments_context,
    found=payments_found,
    prepare=_prepare_payments,
)


def paged(page: Any, asked: QueryDict) -> dict[str, Any]:
    """Give a page of rows and the addresses of the pages beside it."""

    def url(cursor: str) -> str:
        kept = asked.copy()
        kept.pop("row", None)
        kept.pop(PAGE, None)
        if cursor:
            kept[PAGE] = cursor
        return f"?{kept.urlencode()}#rows"

    return {
        "rows": page.rows,
        "first_url": url("") if page.has_previous else "",
        "previous_url": url(page.previous) if page.previous else "",
        "next_url": url(page.next) if page.next else "",
    }
