"""Imports in the staff site: upload a file, follow it, read what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from access.bodies import reads_its_own_body
from access.cells import NOTHING, day_cell, moment_cell, number_cell
from access.keyset import KeysetChangeList
from access.staff import CaseAction, CaseAdmin
from beneficiaries.cycles import cycle_name, is_cycle
from beneficiaries.imports.faults import fault_text, refusal_text
from beneficiaries.imports.forms import UploadForm
from beneficiaries.imports.models import ImportRun, Run
from beneficiaries.imports.recording import see_statuses
from beneficiaries.imports.uploads import (
    KEPT_DAYS,
    ArrivingFile,
    accept_upload,
    can_run_again,
    has_rejected_rows,
    rejected_rows,
    run_again,
)
from beneficiaries.models import EligibilityResult, PaymentLine, User
from beneficiaries.statuses import ImportKind, Phase, RunStatus
from saudi.gregorian import riyadh_today
from saudi.languages import in_a_row, page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UPLOAD = "beneficiaries.import_register"
ANNOUNCE = "beneficiaries.announce_cycle"

REFRESH_SECONDS = 3
"""A page of something under way comes anew so often, without any script."""

_KINDS = {
    RunStatus.WAITING: "info",
    RunStatus.RUNNING: "info",
    RunStatus.DONE: "ok",
    RunStatus.REFUSED: "bad",
    RunStatus.FAILED: "bad",
    RunStatus.BROKEN_OFF: "wait",
}


class NotRunAgain(Exception):
    """The run is not one that can be repeated, or not any more."""


class RunChangeList(KeysetChangeList):
    """A list of runs: whose process lives is asked once for all rows of a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        see_statuses(cast(list[Run], self.result_list))


class RunAdmin(CaseAdmin):
    """What a list and a page of runs have in common: the status as it is true now, and its way."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RunChangeList]:
        return RunChangeList

    def status_now(self, run: Run) -> RunStatus:
        """Give the status, `broken off` where the process of a run under way is gone.

        The row keeps it: a page asks once.
        """
        if run.status_seen is None:
            see_statuses([run])
        return run.status_seen or RunStatus(run.status)

    def progress_context(self, run: Run) -> dict[str, Any]:
        """Give what a page tells of the way of a run."""
        status = self.status_now(run)
        is_moving = not run.is_over  # one that was broken off may be taken up again by itself
        return {
            "run": run,
            "status": status,
            "state": self.state(run),
            "refresh_seconds": REFRESH_SECONDS if is_moving else None,
            "phase": capfirst(str(Phase(run.phase).label)) if is_moving and run.phase else "",
            "refusal": refusal_text(run.refusal, run.refusal_detail) if run.refusal else "",
            "model_admin": self,
        }

    @admin.display(description=gettext_lazy("Status"))
    def state(self, run: Run) -> SafeString:
        status = self.status_now(run)
        return format_html('<span class="tag tag-{}">{}</span>', _KINDS[status], status.label)

    @admin.display(description=gettext_lazy("Asked for"))
    def asked(self, run: Run) -> SafeString | str:
        return moment_cell(run.asked_at)

    @admin.display(description=gettext_lazy("Ended"))
    def ended(self, run: Run) -> SafeString | str:
        return moment_cell(run.ended_at)

    @admin.display(description=gettext_lazy("By"))
    def asker(self, run: Run) -> SafeString:
        return format_html("<bdi>{}</bdi>", run.asked_by or capfirst(_("the command line")))


_ABOUT = {
    ImportKind.RESULTS: gettext_lazy("Results of %(cycle)s"),
    ImportKind.PAYMENTS: gettext_lazy("Payments of %(cycle)s"),
}


def of_cycle(kind: str, cycle_code: str) -> str:
    """Name what a run is about: the register, or what of which cycle."""
    about = _ABOUT.get(ImportKind(kind))
    if about is None or not is_cycle(cycle_code):
        return capfirst(str(ImportKind(kind).label))
    return str(about) % {"cycle": cycle_name(cycle_code, page_language())}


@admin.register(ImportRun)
class ImportRunAdmin(RunAdmin):
    """What came in with each file and how much of it was refused."""

    list_title = gettext_lazy("Imports")
    list_display = ("file", "matter", "state", "asked", "asker", "read", "written", "rejected")
    list_select_related = ("asked_by",)
    ordering = ("-id",)
    change_list_template = "admin/beneficiaries/imports.html"
    case_template = "admin/beneficiaries/import.html"
    refusals = (NotRunAgain,)
    facts = ("matter", "state", "asked", "ended", "asker")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("upload/", wrap(self.upload_view), name="beneficiaries_importrun_upload"),
            path(
                "<int:pk>/rejected/",
                wrap(self.rejected_view),
                name="beneficiaries_importrun_rejected",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may = {"may_upload": request.user.has_perm(UPLOAD)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    # The upload ------------------------------------------------------------------------------

    @method_decorator(csrf_exempt)
    @reads_its_own_body
    def upload_view(self, request: HttpRequest) -> HttpResponseBase:
        """Take a file. The token is checked within: before, the handler of uploads must be chosen,
        and nobody without the right shall have a file written.
        """
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        arriving = ArrivingFile(request)
        request.upload_handlers = [arriving]
        try:
            return self._upload(request, arriving)
        finally:
            arriving.leave_nothing()

    @method_decorator(csrf_protect)
    def _upload(self, request: HttpRequest, arriving: ArrivingFile) -> HttpResponseBase:
        today = riyadh_today()
        if request.method != "POST":
            return self._upload_page(request, UploadForm(today=today))
        form = UploadForm(
            request.POST, request.FILES, today=today, is_too_large=arriving.is_too_large
        )
        if not form.is_valid():
            return self._upload_page(request, form)
        now = timezone.now()
        data = form.cleaned_data
        run = accept_upload(
            kind=ImportKind(data["kind"]),
            cycle_code=data["cycle"],
            as_of=(data["as_of"] or today) if data["kind"] == ImportKind.REGISTER else None,
            upload=data["file"],
            submission=data["submission"],
            by=cast(User, request.user),
            now=now,
        )
        arriving.is_taken = True
        return HttpResponseRedirect(self.case_url(run))

    def _upload_page(self, request: HttpRequest, form: UploadForm) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a file"),
            "opts": self.opts,
            "upload_form": form,
            "limit_bytes": settings.LIMITS["import_bytes"],
            "kept_days": KEPT_DAYS,
        }
        return TemplateResponse(request, "admin/beneficiaries/upload.html", context)

    def rejected_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Hand out the rejected rows, as an attachment that nothing runs."""
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        run = get_object_or_404(ImportRun, pk=pk)
        if not has_rejected_rows(run):
            raise Http404
        rows = rejected_rows(run, by=cast(User, request.user), now=timezone.now())
        response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-rejected.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "no-store, private"
        return response

    # A run's page ------------------------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> ImportRun:
        return get_object_or_404(ImportRun.objects.select_related("asked_by"), pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {"run_again": CaseAction(UPLOAD, self._run_again)}

    def _run_again(
        self, request: HttpRequest, case: ImportRun, form: None, now: datetime
    ) -> StrOrPromise:
        if not run_again(run=case, by=cast(User, request.user), now=now):
            raise NotRunAgain
        return _("The file is imported again.")

    def refusal_text(self, refused: Exception) -> str:
        return _("Not done: this import cannot be run again now.")

    def case_context(
        self, request: HttpRequest, case: ImportRun, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        status = self.status_now(case)
        may_upload = request.user.has_perm(UPLOAD)
        waits = status == RunStatus.DONE and _waits_to_be_announced(case)
        may_announce = waits and request.user.has_perm(ANNOUNCE)
        announce_url = reverse("admin:beneficiaries_announcementrun_ask")
        return {
            **self.progress_context(case),
            "facts": self._facts_of(case, status),
            "rejections": [
                (*fault_text(row["kind"]), f"{row['count']:,}", in_a_row(map(str, row["lines"])))
                for row in case.rejections
            ],
            "events": list(case.events.select_related("by").order_by("id")),
            "may_run_again": may_upload and can_run_again(case, RunStatus(case.status)),
            "may_download": may_upload and has_rejected_rows(case),
            "announce_url": (
                f"{announce_url}?what={case.kind}:{case.cycle_code}" if may_announce else ""
            ),
        }

    def _facts_of(self, run: ImportRun, status: RunStatus) -> tuple[str, ...]:
        """Give the facts of a kind of file, with the counts of a run that is done."""
        is_register = run.kind == ImportKind.REGISTER
        facts = (*self.facts, "written_on") if is_register else self.facts
        if status != RunStatus.DONE:
            return facts
        apart = "left" if is_register else "withdrawn"
        return (*facts, "read", "created", "changed", "rejected", apart)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("asked_by")

    @admin.display(description=gettext_lazy("File"))
    def file(self, run: ImportRun) -> SafeString:
        return format_html("<bdi>{}</bdi>", run.file_name)

    @admin.display(description=gettext_lazy("What"))
    def matter(self, run: ImportRun) -> str:
        return of_cycle(run.kind, run.cycle_code)

    @admin.display(description=gettext_lazy("Written on"))
    def written_on(self, run: ImportRun) -> str:
        return day_cell(run.as_of)

    @admin.display(description=gettext_lazy("Rows read"))
    def read(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_read)

    @admin.display(description=gettext_lazy("Rows written"))
    def written(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_written)

    @admin.display(description=gettext_lazy("New rows"))
    def created(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_created)

    @admin.display(description=gettext_lazy("Changed rows"))
    def changed(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_changed)

    @admin.display(description=gettext_lazy("Left alone: the register knows newer"))
    def left(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_left)

    @admin.display(description=gettext_lazy("Waiting corrections withdrawn"))
    def withdrawn(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_withdrawn)

    @admin.display(description=gettext_lazy("Rows rejected"))
    def rejected(self, run: ImportRun) -> SafeString | str:
        return _count(run, run.rows_rejected)


def _count(run: ImportRun, count: int) -> SafeString | str:
    """Write a count of a run that has counted."""
    return number_cell(f"{count:,}") if count or run.status == RunStatus.DONE else NOTHING


def _waits_to_be_announced(run: ImportRun) -> bool:
    """Tell whether rows of the run's kind and cycle wait, whichever file they came in."""
    waiting = {"cycle__code": run.cycle_code, "announced_on__isnull": True}
    if run.kind == ImportKind.RESULTS:
        return EligibilityResult.objects.filter(**waiting).exists()
    if run.kind == ImportKind.PAYMENTS:
        return PaymentLine.objects.filter(**waiting).exists()
    return False
