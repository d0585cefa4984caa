"""Numbers that reach nobody and gateways that rest, in the staff site: read, and ended by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import mobile_cell, moment_cell, number_cell
from access.searches import SearchColumns
from access.staff import CaseAction, CaseAdmin, ShowAdmin, moment_text
from beneficiaries.models import User
from notifications.early_ends import clear_number, end_pause
from notifications.errors import AlreadyEnded
from notifications.models import DoubtfulNumber, EarlyEnd, GatewayPause
from notifications.numbers import WRONG_NUMBER
from notifications.reasons import reason_in_words
from portal.templatetags.portal_ui import tag
from saudi.direction import isolate

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_ENDS = 10
_BARE_CODE = re.compile("(?:[A-Z]+-)?[0-9]+")


@dataclass(frozen=True)
class Ending:
    """How one kind of row is ended before its time.

    `subject_field` names the mobile or the gateway it is about; `end` calls the service of its
    kind, `done` says so; `is_over` tells whether there is nothing left to end.
    """

    kind: str
    permission: str
    subject_field: str
    end: Callable[[Any, User, datetime], object]
    done: StrOrPromise
    is_over: Callable[[Any], bool]


def _is_past(pause: GatewayPause) -> bool:
    return pause.until <= timezone.now()


CLEARING: Final = Ending(
    kind=EarlyEnd.NUMBER,
    permission="notifications.clear_doubtfulnumber",
    subject_field="mobile",
    end=lambda row, by, now: clear_number(number=row, by=by, now=now),
    done=gettext_lazy("The number is no longer doubtful."),
    is_over=lambda row: False,
)
RESUMING: Final = Ending(
    kind=EarlyEnd.PAUSE,
    permission="notifications.end_gatewaypause",
    subject_field="gateway",
    end=lambda row, by, now: end_pause(pause=row, by=by, now=now),
    done=gettext_lazy("Sending goes on within a minute."),
    is_over=_is_past,
)


class EndableAdmin(CaseAdmin):
    """Something a gateway said that staff may end before its time."""

    case_template = "admin/notifications/endable.html"
    ending: ClassVar[Ending]
    facts: ClassVar[tuple[str, ...]] = ()

    def get_case(self, request: HttpRequest, pk: int) -> Any:
        return get_object_or_404(self.model, pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {"end": CaseAction(self.ending.permission, self._end)}

    def _end(self, request: HttpRequest, case: Any, form: None, now: datetime) -> StrOrPromise:
        self.ending.end(case, cast(User, request.user), now)
        return self.ending.done

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a row and end it; whoever comes second is told so, also where the row is gone."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (AlreadyEnded, Http404) as refused:
            subject = request.POST.get("subject", "")
            may_end = request.user.has_perm(self.ending.permission)
            if isinstance(refused, Http404) and not (subject and may_end):
                raise
            messages.error(request, self._over_text(subject))
        return HttpResponseRedirect(self.case_url(None))

    def _over_text(self, subject: str) -> str:
        """Say that something is over, and who ended it when where somebody did."""
        last = self._ends(subject).first()
        if last is None:
            return _("Not done: it was over before.")
        return _("Not done: %(who)s ended this first, on %(when)s.") % {
            "who": isolate(str(last.ended_by)),
            "when": moment_text(last.ended_at),
        }

    def _ends(self, subject: str) -> QuerySet[EarlyEnd]:
        ends = EarlyEnd.objects.filter(kind=self.ending.kind, subject=subject)
        return ends.select_related("ended_by").order_by("-id")

    def case_url(self, case: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def case_context(
        self, request: HttpRequest, case: Any, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        subject = str(getattr(case, self.ending.subject_field))
        is_over = self.ending.is_over(case)
        return {
            "shown": case,
            "model_admin": self,
            "facts": self.facts if case.reason != WRONG_NUMBER else self.facts[:-1],
            "subject": subject,
            "is_number": self.ending.kind == EarlyEnd.NUMBER,
            "is_over": is_over,
            "may_end": not is_over and request.user.has_perm(self.ending.permission),
            "ends": self._ends(subject)[:SHOWN_ENDS],
            "is_wrong_number": case.reason == WRONG_NUMBER,
        }

    @admin.display(description=gettext_lazy("Reason"))
    def reason_text(self, row: Any) -> str:
        return doubt_text(row.reason)

    @admin.display(description=gettext_lazy("As the gateway says it"))
    def reason_raw(self, row: Any) -> SafeString | str:
        return number_cell(row.reason)


@admin.register(DoubtfulNumber)
class DoubtfulNumberAdmin(EndableAdmin):
    """Numbers at which, as a gateway said, nobody can be reached."""

    list_title = gettext_lazy("Doubtful numbers")
    list_display = ("number", "since_text", "reason_text")
    facts = ("number", "since_text", "reason_text", "reason_raw")
    ordering = ("-id",)
    search_help_text = gettext_lazy("Mobile number, in any digits")
    search_columns = SearchColumns(mobile="mobile")
    ending = CLEARING

    @admin.display(description=gettext_lazy("Mobile"))
    def number(self, row: DoubtfulNumber) -> SafeString | str:
        return mobile_cell(row.mobile)

    @admin.display(description=gettext_lazy("Since"))
    def since_text(self, row: DoubtfulNumber) -> SafeString | str:
        return moment_cell(row.since)


@admin.register(GatewayPause)
class GatewayPauseAdmin(EndableAdmin):
    """Gateways that take nothing for a while, or did."""

    list_title = gettext_lazy("Pauses of gateways")
    list_display = ("gateway_text", "state", "until_text", "reason_text")
    facts = ("gateway_text", "state", "until_text", "reason_text", "reason_raw")
    ordering = ("-id",)
    ending = RESUMING

    @admin.display(description=gettext_lazy("Gateway"))
    def gateway_text(self, row: GatewayPause) -> SafeString | str:
        return number_cell(row.gateway)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, row: GatewayPause) -> SafeString:
        if self.ending.is_over(row):
            return tag(_("Sends"), "ok", "ok")
        return tag(_("Rests"), "wait", "pause")

    @admin.display(description=gettext_lazy("Until"))
    def until_text(self, row: GatewayPause) -> SafeString | str:
        return moment_cell(row.until)


@admin.register(EarlyEnd)
class EarlyEndAdmin(ShowAdmin):
    """Who ended which doubt or pause before its time."""

    list_title = gettext_lazy("Ended by staff")
    list_display = ("subject_text", "kind_text", "ended", "who", "reason_text")
    list_select_related = ("ended_by",)
    facts = ("subject_text", "kind_text", "ended", "who", "reason_text")
    ordering = ("-id",)

    def show_title(self, shown: EarlyEnd) -> str:
        return _("Ended by staff")

    @admin.display(description=gettext_lazy("Kind of end"))
    def kind_text(self, row: EarlyEnd) -> str:
        return _("Doubtful number") if row.kind == EarlyEnd.NUMBER else _("Pause of a gateway")

    @admin.display(description=gettext_lazy("Number or gateway"))
    def subject_text(self, row: EarlyEnd) -> SafeString | str:
        is_number = row.kind == EarlyEnd.NUMBER
        return mobile_cell(row.subject) if is_number else number_cell(row.subject)

    @admin.display(description=gettext_lazy("Ended by"))
    def who(self, row: EarlyEnd) -> str:
        return str(row.ended_by)

    @admin.display(description=gettext_lazy("Ended"))
    def ended(self, row: EarlyEnd) -> SafeString | str:
        return moment_cell(row.ended_at)

    @admin.display(description=gettext_lazy("Reason"))
    def reason_text(self, row: EarlyEnd) -> str:
        return doubt_text(row.reason)


def doubt_text(reason: str) -> str:
    """Word the reason of a doubt or a pause."""
    return str(reason_in_words(_error_in(reason)))


def _error_in(reason: str) -> str:
    """Read the error in a doubt's reason, which names its gateway first: `twilio 30005`."""
    name, _space, rest = reason.partition(" ")
    if name != "http" and _BARE_CODE.fullmatch(rest):
        return f"code {rest}"
    return rest if name.isalpha() and rest.startswith("http") else reason
