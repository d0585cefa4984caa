"""Corrections of results or payments: found, prepared, approved by a second person, followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell, two_lines
from access.keyset import read_page
from access.lists import LIST_ROWS
from access.staff import CaseAction, CaseAdmin, row_number
from beneficiaries.cycles import cycle_name
from beneficiaries.models import User
from beneficiaries.reasons import REASONS
from objections.admin.correction_acts import APPROVE, correction_acts, refusal_text
from objections.admin.correction_finding import PAGE, PAYMENTS, RESULTS, Finding, paged
from objections.admin.correction_pages import (
    EXPORT,
    PROPOSE,
    SEE_SENSITIVE,
    case_context,
    chosen_row,
    narrowed_text,
    row_of_person,
)
from objections.corrections.export import exported
from objections.corrections.statuses import BADGES, AmountRule, CorrectionState
from objections.errors import CorrectionRefused
from objections.models import Correction
from objections.services import corrections
from objections.staff_forms import NoteForm
from saudi.languages import page_language
from saudi.money import format_sar


@admin.register(Correction)
class CorrectionAdmin(CaseAdmin):
    """The corrections, and the page on which one is looked through, approved and followed.

    To be in the set of a sensitive reason tells it: such a correction is there only for those who
    may see sensitive reasons (DOMAIN 16).
    """

    list_title = gettext_lazy("Corrections")
    list_display = ("about", "state_tag", "size", "people", "prepared")
    list_select_related = ("cycle", "prepared_by", "approved_by")
    ordering = ("-id",)
    change_list_template = "admin/objections/corrections.html"
    case_template = "admin/objections/correction.html"
    refusals = (CorrectionRefused,)
    facts = ("cycle_text", "reason_text", "narrowed", "prepared", "approved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shown = super().get_queryset(request).select_related(*self.list_select_related)
        if request.user.has_perm(SEE_SENSITIVE):
            return shown
        return shown.exclude(
            reason_code__in=[code for code, reason in REASONS.items() if reason.is_sensitive]
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("find/", wrap(self.find_view), name="objections_correction_find"),
            path(
                "find-payments/",
                wrap(self.find_payments_view),
                name="objections_correction_find_payments",
            ),
            path("<int:pk>/export/", wrap(self.export_view), name="objections_correction_export"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may = {"may_find": request.user.has_perm(PROPOSE)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    # Finding ----------------------------------------------------------------------------------

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Find results of which a reason was wrong."""
        return self._find(request, RESULTS)

    def find_payments_view(self, request: HttpRequest) -> HttpResponse:
        """Find payments whose amount was wrong."""
        return self._find(request, PAYMENTS)

    def _find(self, request: HttpRequest, finding: Finding) -> HttpResponse:
        """Count and show what the criteria find; nothing is stored before the set is asked for."""
        user = cast(User, request.user)
        if not user.has_perm(PROPOSE):
            raise PermissionDenied
        sensitive = user.has_perm(SEE_SENSITIVE)
        is_sent = request.method == "POST"
        asked = request.POST if is_sent else request.GET
        found_by = finding.form(asked if "cycle" in asked else None, may_see_sensitive=sensitive)
        criteria = found_by.criteria() if found_by.is_bound and found_by.is_valid() else None
        prepare = finding.prepare_form(request, criteria)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": finding.title,
            "opts": self.opts,
            "criteria_form": found_by,
            "prepare_form": prepare,
        }
        if criteria is not None:
            if is_sent and prepare.is_valid():
                correction = finding.prepare(
                    prepare, criteria=criteria, by=user, now=timezone.now()
                )
                return HttpResponseRedirect(self.case_url(correction))
            context |= finding.context(criteria, may_see_sensitive=sensitive)
            if context.get("figures") and context["figures"].total:
                page = read_page(finding.found(criteria), request.GET.get(PAGE, ""), size=LIST_ROWS)
                context |= paged(page, request.GET)
        return TemplateResponse(request, finding.template, context)

    # One correction ---------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Give the set as a file; who took it is written down before the first row leaves."""
        if not request.user.has_perm(EXPORT) or request.method != "POST":
            raise PermissionDenied
        correction = get_object_or_404(self.get_queryset(request), pk=pk)
        corrections.record_export(
            correction_id=correction.pk, by=cast(User, request.user), now=timezone.now()
        )
        response = StreamingHttpResponse(
            exported(correction), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="correction-{correction.pk}.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "no-store, private"
        return response

    def get_case(self, request: HttpRequest, pk: int) -> Correction:
        return cast(Correction, get_object_or_404(self.get_queryset(request), pk=pk))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a correction and do what its forms ask for; one of them looks for a person.

        That is asked by POST, so that no address keeps the number of a person.
        """
        is_look = request.method == "POST" and request.POST.get("action") == "look"
        if is_look and self.has_view_permission(request) and object_id:
            case = self.get_case(request, row_number(object_id))
            row = row_of_person(case, request.POST.get("national_id", ""))
            if row is not None:
                return HttpResponseRedirect(f"{self.case_url(case)}?row={row.pk}#row")
            messages.warning(request, _("Nobody in the set has this national ID."))
            return HttpResponseRedirect(f"{self.case_url(case)}#rows")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def case_actions(self) -> dict[str, CaseAction]:
        return correction_acts()

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Correction,
        data: QueryDict | None = None,
    ) -> forms.Form:
        ids = f"id_{name}_%s"  # several forms of the page have a field of one name
        if form is NoteForm:
            label = _("What has to be changed") if name == "return" else _("Why it is withdrawn")
            return NoteForm(data, label=label, auto_id=ids)
        return form(data, auto_id=ids, initial={"said_ar": case.said_ar, "said_en": case.said_en})

    def refusal_text(self, refused: Exception) -> str:
        assert isinstance(refused, CorrectionRefused)  # noqa: S101  # all of refusals are
        return refusal_text(refused)

    def case_context(
        self, request: HttpRequest, case: Correction, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        row = chosen_row(case, request.POST.get("row") or request.GET.get("row", ""))
        context = case_context(
            case, cast(User, request.user), show=request.GET.get("show", ""), row=row
        )
        page = read_page(context.pop("rows_shown"), request.GET.get(PAGE, ""), size=LIST_ROWS)
        return {
            **context,
            **paged(page, request.GET),
            "model_admin": self,
            "facts": (*self.facts[:2], "rule_text", *self.facts[2:])
            if case.is_of_payments
            else self.facts,
            "about": self.about(case),
            "state_tag": self.state_tag(case),
            "may_export": request.user.has_perm(EXPORT),
            "forms": bound,
            "may_approve": context["is_proposed"]
            and request.user.has_perm(APPROVE)
            and not context["is_own"],
        }

    # Cells ------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Correction"))
    def about(self, correction: Correction) -> str:
        name = cycle_name(correction.cycle.code, page_language())
        if correction.is_of_payments:
            return _("Payments of %(cycle)s: %(reason)s") % {
                "cycle": name,
                "reason": self.reason_text(correction),
            }
        return f"{REASONS[correction.reason_code].label} – {name}"

    @admin.display(description=gettext_lazy("Status"))
    def state_tag(self, correction: Correction) -> SafeString:
        state = CorrectionState(correction.state)
        kind, icon = BADGES[state]
        return render_to_string(
            "admin/components/tag.html", {"label": state.label, "kind": kind, "icon": icon}
        )

    @admin.display(description=gettext_lazy("In the set"))
    def size(self, correction: Correction) -> SafeString | str:
        return number_cell(f"{correction.rows_fixed - correction.rows_removed:,}")

    @admin.display(description=gettext_lazy("Corrected"))
    def people(self, correction: Correction) -> SafeString | str:
        return number_cell(f"{correction.rows_corrected:,}")

    @admin.display(description=gettext_lazy("Prepared"))
    def prepared(self, correction: Correction) -> SafeString:
        return two_lines(correction.prepared_by, moment_cell(correction.prepared_at))

    @admin.display(description=gettext_lazy("Approved"))
    def approved(self, correction: Correction) -> SafeString | str:
        if correction.approved_by is None:
            return number_cell("")
        return two_lines(correction.approved_by, moment_cell(correction.approved_at))

    @admin.display(description=gettext_lazy("Cycle"))
    def cycle_text(self, correction: Correction) -> str:
        return cycle_name(correction.cycle.code, page_language())

    @admin.display(description=gettext_lazy("Reason that was wrong"))
    def reason_text(self, correction: Correction) -> str:
        if not correction.reason_code:
            return _("Amount counted wrong")
        return str(REASONS[correction.reason_code].label)

    @admin.display(description=gettext_lazy("The right amount"))
    def rule_text(self, correction: Correction) -> str:
        label = str(AmountRule(correction.rule).label)
        if correction.addition_sar is None:
            return label
        return f"{label}: {format_sar(correction.addition_sar, page_language())}"

    @admin.display(description=gettext_lazy("Of whom"))
    def narrowed(self, correction: Correction) -> str:
        return narrowed_text(correction)
