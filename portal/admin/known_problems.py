"""The known problems in the staff site: found by any spelling, taken out of use, put back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.lists import ChoiceFilter
from access.staff import CaseAction, CaseAdmin
from beneficiaries.models import User
from portal.contacts.errors import ContactRefused
from portal.contacts.known import found_problems, put_back_problem, withdraw_problem
from portal.contacts.models import KnownProblem
from portal.contacts.presenting import known_tag, refusal_words
from portal.contacts.statuses import KnownStep
from portal.forms.contacts import ReasonForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WITHDRAW: Final = "portal.withdraw_knownproblem"


class InUseFilter(ChoiceFilter):
    """Whether a problem is offered."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("used", _("Offered to colleagues")), ("out", _("Out of use"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        return queryset.filter(is_active=chosen == "used") if chosen else queryset


@admin.register(KnownProblem)
class KnownProblemAdmin(CaseAdmin):
    """What was asked before, why, and what helped: the newest first, found by any spelling."""

    list_display = ("problem", "cause", "solution", "uses", "state", "writer")
    list_filter = (InUseFilter,)
    list_select_related = ("written_by",)
    ordering = ("-id",)
    search_help_text = gettext_lazy("Words of the problem, its cause or its solution")
    case_template = "admin/portal/known_problem.html"
    refusals = (ContactRefused,)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("words",)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find by words, in about any spelling."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=found_problems(search_term).values("pk")), False

    def nothing_found_text(self, searched: str) -> str:
        return _("No known problem has these words. Try fewer or other ones.")

    @admin.display(description=gettext_lazy("Status"))
    def state(self, known: KnownProblem) -> SafeString:
        return known_tag(known)

    @admin.display(description=gettext_lazy("Written by"))
    def writer(self, known: KnownProblem) -> str:
        return str(known.written_by)

    def get_case(self, request: HttpRequest, pk: int) -> KnownProblem:
        rows = KnownProblem.objects.select_related("written_by")
        return get_object_or_404(rows.prefetch_related("events__actor"), pk=pk)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return {
            "withdraw": CaseAction(WITHDRAW, self._withdraw, ReasonForm),
            "put_back": CaseAction(WITHDRAW, self._put_back, ReasonForm),
        }

    def _withdraw(
        self, request: HttpRequest, case: KnownProblem, form: ReasonForm, now: datetime
    ) -> StrOrPromise:
        reason, by = form.cleaned_data["reason"], cast(User, request.user)
        withdraw_problem(known_id=case.pk, reason=reason, by=by, now=now)
        return _("It is out of use. Contacts that named it still show it.")

    def _put_back(
        self, request: HttpRequest, case: KnownProblem, form: ReasonForm, now: datetime
    ) -> StrOrPromise:
        reason, by = form.cleaned_data["reason"], cast(User, request.user)
        put_back_problem(known_id=case.pk, reason=reason, by=by, now=now)
        return _("It is offered again.")

    def refusal_text(self, refused: Exception) -> str:
        return refusal_words(refused)

    def case_context(
        self, request: HttpRequest, case: KnownProblem, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        return {
            "title": case.problem,
            "known": case,
            "state": known_tag(case),
            "events": [
                {"step": KnownStep(event.step).label, "event": event} for event in case.events.all()
            ],
            "may_turn": request.user.has_perm(WITHDRAW),
            "form": bound["withdraw"] if case.is_active else bound["put_back"],
        }
