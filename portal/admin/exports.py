"""Exports in the staff site: ask for the file of a list, follow it, fetch it, see who took what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import NOTHING, number_cell
from access.exports.files import CONTENT_TYPES, Format
from access.staff import CaseAction
from beneficiaries.imports.admin import RunAdmin
from beneficiaries.models import User
from beneficiaries.statuses import RunStatus
from portal.exports.errors import WORDS
from portal.exports.lists import LISTS, ExportedList
from portal.exports.making import (
    KEPT,
    Wanted,
    ask_for_export,
    count_rows,
    export_now,
    is_kept,
    open_file,
)
from portal.exports.models import Export, ExportFormat
from portal.exports.narrowing import is_search, narrowed_in_words, open_list, pinned_query
from portal.forms.exports import ExportForm
from portal.templatetags.portal_ui import file_size
from saudi.languages import page_language

SEE: Final = "portal.view_export"
RIGHTS: Final = tuple(each.right for each in LISTS.values())


def file_response(stream: Any, run: Export) -> FileResponse:
    """Answer with a file as an attachment that nothing runs and nobody keeps."""
    kind = cast(Format, run.format)
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=f"{run.list_key}-{run.pk}.{kind}",
        content_type=CONTENT_TYPES[kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response


@admin.register(Export)
class ExportAdmin(RunAdmin):
    """Who took which list, when, how narrowed, how much of it; one's own for whoever exports."""

    list_title = gettext_lazy("Exports")
    empty_text = gettext_lazy("Below each list is a way to export it, for those who may.")
    list_display = ("number", "what", "state", "how_many", "kind", "asked", "asker")
    list_select_related = ("asked_by",)
    ordering = ("-id",)
    case_template = "admin/portal/export.html"
    facts = (
        *("what", "narrowing", "state", "asker", "asked", "ended"),
        *("how_many", "kind", "bytes", "fingerprint"),
    )

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return any(request.user.has_perm(right) for right in (SEE, *RIGHTS))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs = super().get_queryset(request).select_related("asked_by")
        return runs if request.user.has_perm(SEE) else runs.filter(asked_by=request.user.pk)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("ask/<slug:key>/", wrap(self.ask_view), name="portal_export_ask"),
            path("<int:pk>/file/", wrap(self.file_view), name="portal_export_file"),
            *super().get_urls(),
        ]

    # Asking ------------------------------------------------------------------------------

    def ask_view(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Show what would be exported, and export it: at once, or by a worker what is large."""
        exported = LISTS.get(key)
        if exported is None:
            raise Http404
        if not exported.may_be_exported_by(cast(User, request.user), request):
            raise PermissionDenied
        try:
            shown: Any = open_list(exported.admin, request)
        except IncorrectLookupParameters:
            raise BadRequest from None
        # A view that the list chose by itself is named, so that it is the same when it is sent.
        pinned, asked = pinned_query(shown), request.GET.copy()
        if request.method != "POST" and "view" not in asked and "view=" in pinned:
            return HttpResponseRedirect(f"{request.path}?{request.GET.urlencode()}&{pinned}")
        rows = count_rows(shown)
        limits = settings.LIMITS
        at_once = rows <= limits["export_rows_at_once"]
        is_refused = rows > limits["export_rows"] or (is_search(request) and not at_once)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and rows and not is_refused:
            return self._export(request, exported, form, at_once=at_once)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export: %(list)s") % {"list": exported.title},
            "opts": self.opts,
            "export_form": form,
            "narrowed": narrowed_in_words(shown),
            "rows": rows,
            "at_once": at_once,
            "is_refused": is_refused,
            "is_search": is_search(request),
            "most_rows": limits["export_rows_at_once" if is_search(request) else "export_rows"],
            "columns": [each.label for each in exported.columns_for(cast(User, request.user))],
            "list_url": self._list_url(request, exported),
        }
        return TemplateResponse(request, "admin/portal/export_ask.html", context)

    def _export(
        self, request: HttpRequest, exported: ExportedList, form: ExportForm, *, at_once: bool
    ) -> HttpResponseBase:
        wanted = Wanted(exported, form.cleaned_data["format"], request)
        facts: Any = {
            "language": page_language(),
            "submission": form.cleaned_data["submission"],
            "now": timezone.now(),
        }
        if not at_once:
            return HttpResponseRedirect(self.case_url(ask_for_export(wanted, **facts)))
        run, stream = export_now(wanted, **facts)
        if stream is None:
            return HttpResponseRedirect(self.case_url(run))
        return file_response(stream, run)

    def _list_url(self, request: HttpRequest, exported: ExportedList) -> str:
        meta = exported.model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return f"{url}?{request.GET.urlencode()}" if request.GET else url

    # One export --------------------------------------------------------------------------

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Give a file that a worker made to whoever asked for it, while they may have it."""
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        exported = LISTS.get(run.list_key)
        user, now = cast(User, request.user), timezone.now()
        if run.asked_by_id != user.pk or exported is None:
            raise PermissionDenied
        if not exported.may_be_exported_by(user, request):
            raise PermissionDenied
        stream = open_file(run, by=user, now=now)
        if stream is None:
            return HttpResponseRedirect(self.case_url(run))
        return file_response(stream, run)

    def get_case(self, request: HttpRequest, pk: int) -> Export:
        return cast(Export, get_object_or_404(self.get_queryset(request), pk=pk))

    def case_actions(self) -> dict[str, CaseAction]:
        return {}

    def case_context(
        self, request: HttpRequest, case: Export, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        now, is_own = timezone.now(), case.asked_by_id == request.user.pk
        is_there = is_kept(case, now=now)
        progress = self.progress_context(case)
        return {
            **progress,
            "refusal": WORDS.get(case.refusal, progress["refusal"]),
            "about": self.show_title(case),
            "is_own": is_own,
            "may_fetch": is_own and is_there,
            "fetch_until": case.ended_at + KEPT if is_there and case.ended_at else None,
            "is_done": case.status == RunStatus.DONE,
            "downloads": list(case.downloads.select_related("by").order_by("id")),
        }

    def show_title(self, run: Export) -> str:
        """Name an export by its number."""
        return _("Export %(number)s") % {"number": run.pk}

    # Cells -------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Number"))
    def number(self, run: Export) -> SafeString | str:
        return number_cell(run.pk)

    @admin.display(description=gettext_lazy("List"))
    def what(self, run: Export) -> SafeString | str:
        exported = LISTS.get(run.list_key)
        return str(exported.title) if exported else run.list_key

    @admin.display(description=gettext_lazy("Narrowed to"))
    def narrowing(self, run: Export) -> str:
        return run.narrowed(page_language()) or _("everything in the list")

    @admin.display(description=gettext_lazy("Rows"))
    def how_many(self, run: Export) -> SafeString | str:
        return number_cell(f"{run.rows:,}") if run.status == RunStatus.DONE else NOTHING

    @admin.display(description=gettext_lazy("Kind of file"))
    def kind(self, run: Export) -> str:
        return str(ExportFormat(run.format).label)

    @admin.display(description=gettext_lazy("Size"))
    def bytes(self, run: Export) -> SafeString | str:
        return file_size(run.size_bytes) if run.size_bytes else NOTHING

    @admin.display(description="SHA-256")
    def fingerprint(self, run: Export) -> SafeString | str:
        return number_cell(run.sha256)
