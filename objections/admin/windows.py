"""More time to object, given by staff: to everybody of a cycle."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import day_cell, moment_cell, number_cell
from access.staff import ShowAdmin
from beneficiaries.cycles import cycle_name
from beneficiaries.models import Cycle, User
from objections.errors import ExtensionRefused
from objections.grounds import Track
from objections.models import WindowExtension
from objections.rules import ensure_extension
from objections.selectors import extension_effect, previous_last_day
from objections.services.extensions import extend_window
from objections.window_forms import TRACK_LABELS, ExtensionForm, extension_fault
from saudi.gregorian import format_both, riyadh_date
from saudi.languages import page_language

EXTEND: Final = "objections.extend_window"


@admin.register(WindowExtension)
class WindowExtensionAdmin(ShowAdmin):
    """The extensions of cycles: who gave more time to whom, until when and why."""

    list_title = gettext_lazy("Extended cycles")
    list_display = ("cycle_cell", "what", "before", "after", "who", "when")
    list_select_related = ("cycle", "extended_by")
    ordering = ("-id",)
    facts = ("what", "before", "after", "who", "when", "why", "drafts", "telling")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("cycle", "extended_by")

    def get_urls(self) -> list[Any]:
        extend = path(
            "extend/<int:pk>/",
            self.admin_site.admin_view(self.extend_view),
            name="objections_windowextension_extend",
        )
        return [extend, *super().get_urls()]

    def show_title(self, shown: WindowExtension) -> str:
        return _("More time: %(cycle)s") % {"cycle": self.cycle_cell(shown)}

    # Extending --------------------------------------------------------------------------------

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the day and the reason; show whom it reaches; extend at the second click."""
        if not request.user.has_perm(EXTEND):
            raise PermissionDenied
        cycle = get_object_or_404(Cycle, pk=pk)
        tracks: list[Track] = [
            track for track in TRACK_LABELS if previous_last_day(cycle, track) is not None
        ]
        if request.method != "POST":
            return self._page(request, cycle, ExtensionForm(tracks=tracks), tracks)
        form = ExtensionForm(request.POST, tracks=tracks)
        action = request.POST.get("action", "check")
        if not form.is_valid() or action == "change":
            return self._page(request, cycle, form, tracks)
        try:
            if action == "extend":
                return self._extend(request, cycle, form)
            return self._confirmation(request, cycle, form)
        except ExtensionRefused as refusal:
            written = format_both(refusal.day, page_language()) if refusal.day else ""
            form.add_error(*extension_fault(refusal.why, written))
            return self._page(request, cycle, form, tracks)

    def _page(
        self, request: HttpRequest, cycle: Cycle, form: ExtensionForm, tracks: list[Track]
    ) -> HttpResponse:
        now = [
            (TRACK_LABELS[track], format_both(day, page_language()))
            for track in tracks
            if (day := previous_last_day(cycle, track)) is not None
        ]
        context = {**self._context(request, cycle), "extension_form": form, "last_days": now}
        return TemplateResponse(request, "admin/objections/extend.html", context)

    def _confirmation(
        self, request: HttpRequest, cycle: Cycle, form: ExtensionForm
    ) -> HttpResponse:
        track: Track = form.cleaned_data["track"]
        last_day = form.cleaned_data["last_day"]
        effect = extension_effect(cycle, track, last_day=last_day)
        if effect.previous is None:
            raise ExtensionRefused("not_announced")
        ensure_extension(
            previous=effect.previous, last_day=last_day, today=riyadh_date(timezone.now())
        )
        context = {
            **self._context(request, cycle),
            "extension_form": form,
            "what": TRACK_LABELS[track],
            "effect": effect,
            "last_day": last_day,
            "sent": {name: request.POST.get(name, "") for name in form.fields},
        }
        return TemplateResponse(request, "admin/objections/extend_confirm.html", context)

    def _extend(self, request: HttpRequest, cycle: Cycle, form: ExtensionForm) -> HttpResponse:
        extension = extend_window(
            cycle_id=cycle.pk,
            by=cast(User, request.user),
            now=timezone.now(),
            **form.cleaned_data,
        )
        text = _("Everybody can object until the end of %(day)s. The writers of drafts are told.")
        day = format_both(extension.last_day, page_language())
        messages.success(request, text % {"day": day})
        return HttpResponseRedirect(
            reverse("admin:objections_windowextension_change", args=[extension.pk])
        )

    def _context(self, request: HttpRequest, cycle: Cycle) -> dict[str, Any]:
        name = cycle_name(cycle.code, page_language())
        return {
            **self.admin_site.each_context(request),
            "title": _("Give more time: %(cycle)s") % {"cycle": name},
            "opts": self.opts,
            "cycle": cycle,
            "cycle_name": name,
        }

    # Cells ------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Cycle"))
    def cycle_cell(self, extension: WindowExtension) -> str:
        return cycle_name(extension.cycle.code, page_language())

    @admin.display(description=gettext_lazy("What is extended"))
    def what(self, extension: WindowExtension) -> str:
        return str(TRACK_LABELS[cast(Track, extension.track)])

    @admin.display(description=gettext_lazy("Last day before"))
    def before(self, extension: WindowExtension) -> str:
        return day_cell(extension.previous_last_day)

    @admin.display(description=gettext_lazy("New last day"))
    def after(self, extension: WindowExtension) -> str:
        return day_cell(extension.last_day)

    @admin.display(description=gettext_lazy("Extended by"))
    def who(self, extension: WindowExtension) -> str:
        return str(extension.extended_by)

    @admin.display(description=gettext_lazy("When"))
    def when(self, extension: WindowExtension) -> SafeString | str:
        return moment_cell(extension.extended_at)

    @admin.display(description=gettext_lazy("Why"))
    def why(self, extension: WindowExtension) -> str:
        return extension.reason

    @admin.display(description=gettext_lazy("Stopped drafts opened again"))
    def drafts(self, extension: WindowExtension) -> SafeString | str:
        return number_cell(f"{extension.revived:,}")

    @admin.display(description=gettext_lazy("Writers of drafts told"))
    def telling(self, extension: WindowExtension) -> SafeString | str:
        if extension.finished_at is None:
            return _("under way: %(count)s so far") % {"count": f"{extension.told:,}"}
        return number_cell(f"{extension.told:,}")
