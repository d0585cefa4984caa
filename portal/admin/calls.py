"""People who could not be told, in the staff site: the list, and a call on one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import (
    day_cell,
    masked_mobile_cell,
    mobile_cell,
    number_cell,
    reference_cell,
    two_lines,
)
from access.lists import MineFilter, QueueGround, WaitingFilter
from access.searches import SearchColumns
from access.staff import (
    CaseAction,
    CaseAdmin,
    moment_text,
    overtaken_text,
    read_row_number,
)
from beneficiaries.models import User
from notifications.models import DoubtfulNumber
from portal.calls.errors import CallIsAnothers, CallIsOver, CallRefused
from portal.calls.models import CallTask
from portal.calls.presenting import call_tag, why_text
from portal.calls.services import end_call, take_call
from portal.calls.statuses import WAITING, CallMatter, CallStatus, CallStep
from portal.forms.calls import OutcomeForm
from portal.masks import SEE_MOBILES, MaskedNumbers
from saudi.direction import isolate

WORK = "portal.work_calltask"


class CallStatusFilter(WaitingFilter):
    """By status; what is to be done by default."""

    statuses = [(status.value, status.label) for status in CallStatus]
    waiting = WAITING


class CallMineFilter(MineFilter):
    """By who took it."""

    waiting = WAITING


@admin.register(CallTask)
class CallTaskAdmin(MaskedNumbers, QueueGround, CaseAdmin):
    """The list of people who could not be told, the most urgent first, and the page of a call."""

    list_title = gettext_lazy("People who could not be told")
    list_display = ("person_cell", "matter_cell", "mobile_text", "by", "state", "who")
    list_filter = (CallMineFilter, CallStatusFilter)
    list_select_related = ("person", "objection", "ticket", "assigned_to")
    queue_order = ("call_by", "id")
    queue_filter = CallStatusFilter
    search_help_text = gettext_lazy("National ID, mobile or name")
    search_columns = SearchColumns(
        national_id="person__national_id", mobile="mobile", name="person__folded_name"
    )
    case_template = "admin/portal/call.html"
    masks: ClassVar[dict[str, tuple[str, str]]] = {"mobile_text": ("mobile_masked", SEE_MOBILES)}
    refusals = (CallRefused,)

    def order_text(self, request: HttpRequest) -> str:
        return _("Most urgent first") if self.is_queue(request) else _("Newest first")

    @admin.display(description=gettext_lazy("Person"))
    def person_cell(self, task: CallTask) -> SafeString:
        number = task.person.national_id if task.person is not None else ""
        return two_lines(task.name, number_cell(number), is_name=True)

    @admin.display(description=gettext_lazy("What waits"))
    def matter_cell(self, task: CallTask) -> SafeString:
        return two_lines(CallMatter(task.matter).label, reference_cell(task.reference))

    @admin.display(description=gettext_lazy("Mobile"))
    def mobile_text(self, task: CallTask) -> SafeString | str:
        return mobile_cell(task.mobile)

    @admin.display(description=gettext_lazy("Mobile"))
    def mobile_masked(self, task: CallTask) -> SafeString | str:
        return masked_mobile_cell(task.mobile)

    @admin.display(description=gettext_lazy("Call by"))
    def by(self, task: CallTask) -> SafeString | str:
        day = day_cell(task.call_by)
        due = self._due_on(task)
        if due is None:
            return day
        return two_lines(day, _("Documents due %(day)s") % {"day": day_cell(due)})

    @admin.display(description=gettext_lazy("Status"))
    def state(self, task: CallTask) -> SafeString:
        return call_tag(task)

    @admin.display(description=gettext_lazy("Taken by"))
    def who(self, task: CallTask) -> str:
        return str(task.assigned_to) if task.assigned_to else "–"

    @staticmethod
    def _due_on(task: CallTask) -> Any:
        if task.matter != CallMatter.DOCUMENTS or task.objection is None:
            return None
        return task.objection.documents_due_on

    # The call --------------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> CallTask:
        rows = CallTask.objects.select_related(
            "message", "person", "objection", "ticket", "assigned_to"
        )
        return get_object_or_404(rows, pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {
            "take": CaseAction(WORK, self._take),
            "end": CaseAction(WORK, self._end, OutcomeForm),
        }

    def _take(self, request: HttpRequest, case: CallTask, form: None, now: datetime) -> str:
        take_call(
            task_id=case.pk,
            by=cast(User, request.user),
            seen_assigned_to=read_row_number(request.POST.get("seen_assigned_to", "")),
            now=now,
        )
        return _("You took the call. Ring the person, then write how it ended.")

    def _end(self, request: HttpRequest, case: CallTask, form: OutcomeForm, now: datetime) -> str:
        task = end_call(
            task_id=case.pk,
            by=cast(User, request.user),
            outcome=CallStep(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            now=now,
        )
        if task.is_open:
            return _("Written down. The call is in the list again for another time.")
        return _("Written down. The call is over.")

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, CallIsOver):
            status = str(CallStatus(refused.status).label)
            return overtaken_text(status=status, by=refused.by, at=refused.at)
        if isinstance(refused, CallIsAnothers) and refused.who and refused.at:
            return _("Not saved: %(who)s took this call on %(when)s.") % {
                "who": isolate(refused.who),
                "when": moment_text(refused.at),
            }
        return _("Not saved: take the call first.")

    def case_url(self, case: CallTask) -> str:
        """Stay on a call that goes on; lead to the list after its end."""
        case.refresh_from_db(fields=["status"])
        if case.is_open:
            return super().case_url(case)
        return reverse("admin:portal_calltask_changelist")

    def case_context(
        self, request: HttpRequest, case: CallTask, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        may_work = case.is_open and request.user.has_perm(WORK)
        is_mine = case.assigned_to_id == request.user.pk
        return {
            "task": case,
            "matter": CallMatter(case.matter).label,
            "state": call_tag(case),
            "why": why_text(case),
            "due_on": self._due_on(case),
            "doubt": DoubtfulNumber.objects.filter(mobile=case.mobile).first(),
            "events": [
                {"step": CallStep(event.step).label, "event": event}
                for event in case.events.select_related("actor")
            ],
            "may_take": may_work and not is_mine,
            "may_end": may_work and is_mine,
            "form": bound["end"],
        }
