"""Samples of decisions in the staff site: drawing them, and how far their reviews are."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.cells import moment_cell, number_cell
from access.staff import ShowAdmin
from beneficiaries.models import User
from objections.admin.figures import behind_view, figures_view
from objections.admin.review_acts import DRAW
from objections.admin.review_parts import sample_name
from objections.errors import SampleRefused
from objections.models import QualitySample
from objections.quality_forms import SampleForm
from objections.services.quality import draw_sample, repeat_draw
from saudi.gregorian import format_gregorian, riyadh_today
from saudi.languages import page_language


@admin.register(QualitySample)
class QualitySampleAdmin(ShowAdmin):
    """The samples, the page of one, drawing; and the figures of decisions."""

    list_title = gettext_lazy("Samples")
    list_display = ("number", "period", "amount", "counted", "who", "when")
    list_select_related = ("drawn_by",)
    ordering = ("-id",)
    facts = ("period", "amount", "counted", "who", "when", "lots")
    change_list_template = "admin/objections/samples.html"
    show_template = "admin/objections/sample.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        name = "objections_qualitysample"
        return [
            path("draw/", view(self.draw_view), name=f"{name}_draw"),
            path("figures/", view(self.figures_view), name=f"{name}_figures"),
            path("figures/decisions/", view(self.behind_view), name=f"{name}_behind"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"may_draw": request.user.has_perm(DRAW), **(extra_context or {})}
        return super().changelist_view(request, context)

    def show_title(self, shown: QualitySample) -> str:
        return sample_name(shown)

    def show_context(self, request: HttpRequest, shown: QualitySample) -> dict[str, Any]:
        """Count the reviews of a sample, and repeat its draw where the address asks for it."""
        is_sent = Q(reviewed_at__isnull=False)
        counts = shown.reviews.aggregate(
            waiting=Count("id", filter=Q(reviewer=None)),
            taken=Count("id", filter=Q(reviewer__isnull=False) & ~is_sent),
            sent=Count("id", filter=is_sent),
            same=Count("id", filter=Q(agrees=True)),
            differs=Count("id", filter=Q(agrees=False)),
        )
        states = [
            (_("Waits for a reviewer"), counts["waiting"], "waiting"),
            (_("In hand"), counts["taken"], "taken"),
            (_("Same decision"), counts["same"], "same"),
            (_("Differs"), counts["differs"], ""),
        ]
        is_checked = "check" in request.GET
        return {
            "sent": counts["sent"],
            "states": states,
            "is_checked": is_checked,
            "is_repeated": is_checked and repeat_draw(shown),
        }

    # Drawing --------------------------------------------------------------------------

    def draw_view(self, request: HttpRequest) -> HttpResponse:
        """Ask from which days and how many; draw."""
        if not request.user.has_perm(DRAW):
            raise PermissionDenied
        today = riyadh_today()
        if request.method != "POST":
            return self._draw_page(request, SampleForm(today=today))
        form = SampleForm(request.POST, today=today)
        if not form.is_valid():
            return self._draw_page(request, form)
        try:
            sample = draw_sample(
                drawn_by=cast(User, request.user), now=timezone.now(), **form.sample()
            )
        except SampleRefused as refused:
            form.add_error(None, refusal_text(refused))
            return self._draw_page(request, form)
        text = ngettext(
            "%(count)s case is drawn and waits for a reviewer.",
            "%(count)s cases are drawn and wait for reviewers.",
            sample.drawn,
        )
        messages.success(request, text % {"count": sample.drawn})
        return HttpResponseRedirect(
            reverse("admin:objections_qualitysample_change", args=[sample.pk])
        )

    def _draw_page(self, request: HttpRequest, form: SampleForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Draw a sample"),
            "opts": self.opts,
            "sample_form": form,
        }
        return TemplateResponse(request, "admin/objections/draw.html", context)

    # Figures ----------------------------------------------------------------------------

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Show the figures of a period."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return figures_view(request, self)

    def behind_view(self, request: HttpRequest) -> HttpResponse:
        """List the decisions behind a figure."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return behind_view(request, self)

    # Cells ------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Sample"))
    def number(self, sample: QualitySample) -> SafeString | str:
        return number_cell(sample.pk)

    @admin.display(description=gettext_lazy("Decided on"))
    def period(self, sample: QualitySample) -> str:
        language = page_language()
        first = format_gregorian(sample.first_day, language)
        if sample.first_day == sample.last_day:
            return first
        last = format_gregorian(sample.last_day, language)
        return _("%(first)s to %(last)s") % {"first": first, "last": last}

    @admin.display(description=gettext_lazy("To be drawn"))
    def amount(self, sample: QualitySample) -> str:
        if sample.size is None:
            return _("%(percent)s%% of the decisions") % {"percent": sample.share_percent}
        text = ngettext("%(count)s case", "%(count)s cases", sample.size)
        return text % {"count": sample.size}

    @admin.display(description=gettext_lazy("Drawn of"))
    def counted(self, sample: QualitySample) -> str:
        return _("%(drawn)s of %(found)s") % {
            "drawn": f"{sample.drawn:,}",
            "found": f"{sample.found:,}",
        }

    @admin.display(description=gettext_lazy("Drawn by"))
    def who(self, sample: QualitySample) -> str:
        return str(sample.drawn_by) if sample.drawn_by else _("the daily share")

    @admin.display(description=gettext_lazy("Drawn"))
    def when(self, sample: QualitySample) -> SafeString | str:
        return moment_cell(sample.drawn_at)

    @admin.display(description=gettext_lazy("Number of the draw"))
    def lots(self, sample: QualitySample) -> SafeString | str:
        return number_cell(sample.seed)


def refusal_text(refused: SampleRefused) -> str:
    """Say why nothing was drawn, and what to do."""
    if refused.why == "nothing":
        return _("No decision of these days is left to draw. Choose other days.")
    if refused.why == "order":
        return _("The last day comes before the first. Change one of them.")
    if refused.why == "ahead":
        return _("This day is still to come. Write today or an earlier day.")
    if refused.why == "too_long":
        return _("This is more than a year. Choose a shorter time.")
    return _("Write how many.")
