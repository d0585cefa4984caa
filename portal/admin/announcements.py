"""Announcing a cycle in the staff site: ask for it, follow it, go on to its campaign."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import day_cell, number_cell
from access.staff import CaseAction
from beneficiaries.imports.admin import ANNOUNCE, RunAdmin, of_cycle
from beneficiaries.imports.forms import DayField
from beneficiaries.models import AnnouncementRun, User
from beneficiaries.statuses import RunStatus
from portal.announcement_requests import Announceable, announceable, ask_to_announce
from saudi.gregorian import riyadh_date

SEE = "beneficiaries.view_importrun"


class AnnounceForm(forms.Form):
    """What is announced, and from which day its windows count."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is announced"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what is announced."),
            "invalid_choice": gettext_lazy("That does not wait any more. Choose again."),
        },
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: Any, waiting: list[Announceable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        self.initial.setdefault("on", today.isoformat())
        what: Any = self.fields["what"]
        what.choices = [(each.key, of_cycle(each.kind, each.cycle_code)) for each in waiting]
        self.fields["on"] = DayField(
            today=today,
            label=_("Day of the announcement"),
            help_text=_(
                "The ninety days of a result count from it; those of a payment from its deposit."
            ),
            error_messages={"required": _("Write the day.")},
        )
        self.order_fields(["what", "on", "submission"])


@admin.register(AnnouncementRun)
class AnnouncementRunAdmin(RunAdmin):
    """What was announced, when, by whom, and the campaign that tells of it."""

    list_title = gettext_lazy("Announcements")
    list_display = ("matter", "state", "day", "asked", "asker", "told", "corrections")
    list_select_related = ("asked_by",)
    ordering = ("-id",)
    change_list_template = "admin/beneficiaries/announcements.html"
    case_template = "admin/beneficiaries/announcement.html"
    facts = ("matter", "state", "day", "asked", "ended", "asker", "told", "corrections")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show them to whoever sees the imports."""
        return request.user.has_perm(SEE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEE)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("ask/", wrap(self.ask_view), name="beneficiaries_announcementrun_ask"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may = {"may_announce": request.user.has_perm(ANNOUNCE)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def ask_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for an announcement; a worker makes it."""
        if not request.user.has_perm(ANNOUNCE):
            raise PermissionDenied
        now = timezone.now()
        today, waiting = riyadh_date(now), announceable()
        if request.method == "POST":
            form = AnnounceForm(request.POST, today=today, waiting=waiting)
            earlier = self._asked_by_same_form(request)
            if earlier is not None:
                return HttpResponseRedirect(self.case_url(earlier))
            if form.is_valid():
                keys = {each.key: each for each in waiting}
                run = ask_to_announce(
                    wanted=keys[form.cleaned_data["what"]],
                    on=form.cleaned_data["on"],
                    submission=form.cleaned_data["submission"],
                    by=cast(User, request.user),
                    now=now,
                )
                return HttpResponseRedirect(self.case_url(run))
        else:
            initial = {"what": request.GET.get("what", "")}
            form = AnnounceForm(today=today, waiting=waiting, initial=initial)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Announce"),
            "opts": self.opts,
            "announce_form": form,
            "waiting": waiting,
        }
        return TemplateResponse(request, "admin/beneficiaries/announce.html", context)

    def _asked_by_same_form(self, request: HttpRequest) -> AnnouncementRun | None:
        """Find what a first click asked for: by the second, nothing may wait any more."""
        try:
            submission = uuid.UUID(request.POST.get("submission", ""))
        except ValueError:
            return None
        return AnnouncementRun.objects.filter(submission=submission).first()

    def get_case(self, request: HttpRequest, pk: int) -> AnnouncementRun:
        runs = AnnouncementRun.objects.select_related("asked_by", "campaign")
        return get_object_or_404(runs, pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {}

    def case_context(
        self, request: HttpRequest, case: AnnouncementRun, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        is_nothing = case.status == RunStatus.DONE and not case.announced
        return {
            **self.progress_context(case),
            "about": of_cycle(case.kind, case.cycle_code),
            "is_nothing": is_nothing,
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("asked_by")

    @admin.display(description=gettext_lazy("What"))
    def matter(self, run: AnnouncementRun) -> str:
        return of_cycle(run.kind, run.cycle_code)

    @admin.display(description=gettext_lazy("Announced on"))
    def day(self, run: AnnouncementRun) -> str:
        return day_cell(run.on)

    @admin.display(description=gettext_lazy("Announced"))
    def told(self, run: AnnouncementRun) -> SafeString | str:
        return number_cell(f"{run.announced:,}")

    @admin.display(description=gettext_lazy("Of them corrections"))
    def corrections(self, run: AnnouncementRun) -> SafeString | str:
        return number_cell(f"{run.corrected:,}")
