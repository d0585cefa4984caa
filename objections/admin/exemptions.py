"""More time for one person, and the late attempts that may be a reason for it."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import NOTHING, day_cell, moment_cell, number_cell, two_lines
from access.searches import SearchColumns
from access.staff import ShowAdmin
from beneficiaries.models import EligibilityResult, PaymentLine, User
from objections.contested import track_of, window_of
from objections.errors import ExemptionRefused
from objections.models import Contested, FilingExemption, LateAttempt
from objections.presenting import matter_of
from objections.services.exemptions import grant_exemption, is_exemptible
from objections.window_forms import ExemptionForm, exemption_fault
from saudi.gregorian import format_both, riyadh_date
from saudi.languages import page_language

EXEMPT: Final = "objections.exempt_from_window"

_ROWS: Final = ("person", "result__cycle", "payment__cycle")


def row_url(contested: Contested) -> str:
    """Give the staff's page of a contested row."""
    kind = "paymentline" if track_of(contested) == "payment" else "eligibilityresult"
    return reverse(f"admin:beneficiaries_{kind}_change", args=[contested.pk])


def grant_url(contested: Contested) -> str:
    """Give the page on which one person gets more time for a row."""
    name = "admin:objections_filingexemption_grant"
    return reverse(name, args=[track_of(contested), contested.pk])


class _OfPerson(ShowAdmin):
    """What an exemption and a late attempt have in common: a person and a contested row."""

    list_select_related = _ROWS
    ordering = ("-id",)
    search_help_text = gettext_lazy("National ID")
    search_columns = SearchColumns(national_id="person__national_id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*_ROWS)

    def show_title(self, shown: Any) -> str:
        return str(shown.person.full_name)

    @admin.display(description=gettext_lazy("Person"))
    def person_cell(self, row: Any) -> SafeString:
        person = row.person
        return two_lines(person.full_name, number_cell(person.national_id), is_name=True)

    @admin.display(description=gettext_lazy("About"))
    def matter(self, row: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', row_url(row.contested), matter_of(row.contested))


@admin.register(FilingExemption)
class FilingExemptionAdmin(_OfPerson):
    """Who may object after the last day, until when, why, and who allowed it."""

    list_title = gettext_lazy("Exemptions")
    list_display = ("person_cell", "matter", "until", "who", "when")
    facts = ("person_cell", "matter", "until", "who", "when", "why")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("granted_by", *_ROWS)

    def get_urls(self) -> list[Any]:
        grant = path(
            "grant/<slug:track>/<int:pk>/",
            self.admin_site.admin_view(self.grant_view),
            name="objections_filingexemption_grant",
        )
        return [grant, *super().get_urls()]

    def grant_view(self, request: HttpRequest, track: str, pk: int) -> HttpResponse:
        """Take the day and the reason; what was typed stays until both are right."""
        if not request.user.has_perm(EXEMPT):
            raise PermissionDenied
        row = contested_or_404(track, pk)
        now = timezone.now()
        form = ExemptionForm(request.POST) if request.method == "POST" else ExemptionForm()
        if form.is_bound and form.is_valid():
            try:
                exemption = grant_exemption(
                    contested=row, by=cast(User, request.user), now=now, **form.cleaned_data
                )
            except ExemptionRefused as refusal:
                written = format_both(refusal.day, page_language()) if refusal.day else ""
                form.add_error(*exemption_fault(refusal.why, written))
            else:
                day = format_both(exemption.last_day, page_language())
                text = _("The person can object until the end of %(day)s and was told by SMS.")
                messages.success(request, text % {"day": day})
                return HttpResponseRedirect(row_url(row))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Let one person object later"),
            "opts": self.opts,
            "exemption_form": form,
            "row": row,
            "row_url": row_url(row),
            "matter": matter_of(row),
            "window": window_of(row),
            "is_exemptible": is_exemptible(row, today=riyadh_date(now)),
            "attempts": LateAttempt.objects.filter(**{track: row}).select_related("person")[:10],
        }
        return TemplateResponse(request, "admin/objections/exempt.html", context)

    @admin.display(description=gettext_lazy("May object until"))
    def until(self, exemption: FilingExemption) -> str:
        return day_cell(exemption.last_day)

    @admin.display(description=gettext_lazy("Allowed by"))
    def who(self, exemption: FilingExemption) -> str:
        return str(exemption.granted_by)

    @admin.display(description=gettext_lazy("When"))
    def when(self, exemption: FilingExemption) -> SafeString | str:
        return moment_cell(exemption.granted_at)

    @admin.display(description=gettext_lazy("Why"))
    def why(self, exemption: FilingExemption) -> str:
        return exemption.reason


@admin.register(LateAttempt)
class LateAttemptAdmin(_OfPerson):
    """Who tried to object after the last day: one row a person, matter and day."""

    list_title = gettext_lazy("Late attempts")
    list_display = ("person_cell", "matter", "closed", "tried", "channel", "way_on")
    facts = ("person_cell", "matter", "closed", "tried", "channel", "way_on")

    def get_queryset(self, request: HttpRequest) -> Any:
        may = Value(request.user.has_perm(EXEMPT), output_field=BooleanField())
        return super().get_queryset(request).annotate(reader_may_exempt=may)

    @admin.display(description=gettext_lazy("Last day"))
    def closed(self, attempt: LateAttempt) -> str:
        return day_cell(attempt.last_day)

    @admin.display(description=gettext_lazy("Tried"))
    def tried(self, attempt: LateAttempt) -> SafeString | str:
        return moment_cell(attempt.at)

    @admin.display(description=gettext_lazy("More time"))
    def way_on(self, attempt: LateAttempt) -> SafeString | str:
        """Say how long it may be sent still, or lead whoever may give more time to do so."""
        until = attempt.contested.exempted_until
        if until is not None and until > attempt.last_day:
            return _("until %(day)s") % {"day": day_cell(until)}
        if not attempt.reader_may_exempt:  # type: ignore[attr-defined] # see get_queryset
            return NOTHING
        return format_html(
            '<a class="btn btn-outline btn-sm" href="{}">{}</a>',
            grant_url(attempt.contested),
            _("Give more time"),
        )


def contested_or_404(track: str, pk: int) -> Contested:
    if track == "result":
        results = EligibilityResult.objects.announced().select_related("person", "cycle")
        return get_object_or_404(results, pk=pk)
    if track == "payment":
        lines = PaymentLine.objects.announced().select_related("person", "cycle")
        return get_object_or_404(lines, pk=pk)
    raise Http404
