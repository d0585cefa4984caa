"""What staff do with a case's place in the queue, on the page of either kind of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django import forms
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.staff import CaseAction, CaseAdmin
from beneficiaries.models import User
from portal.forms.work import EscalateForm, GiveToTeamForm, PutOffForm, SettleForm
from portal.people.selectors import shown_flags
from portal.work import services
from portal.work.clock import due_day
from portal.work.errors import DayRefused, NotInQueue, NotYours, WorkRefused
from portal.work.kinds import Priority, WorkKind
from portal.work.models import WorkEvent, WorkItem
from portal.work.presence import look_at, version_of
from saudi.direction import isolate
from saudi.gregorian import format_both, riyadh_today
from saudi.languages import in_a_row, page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PUT_OFF: Final = "portal.snooze_workitem"
ESCALATE: Final = "portal.escalate_workitem"
LEAD: Final = services.LEAD_RIGHT
WITH_PLACE: Final = "work_item__team"
"""What a case's page reads with the case."""


class InQueue(CaseAdmin):
    """A page of a case with its place in the queue, and what can be done with that."""

    work_kind: ClassVar[WorkKind]
    refusals: ClassVar[tuple[type[Exception], ...]] = (WorkRefused,)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return {
            **super().case_actions(),
            "put_off": CaseAction(PUT_OFF, self._put_off, PutOffForm),
            "take_up": CaseAction(PUT_OFF, self._take_up),
            "escalate": CaseAction(ESCALATE, self._escalate, EscalateForm),
            "settle": CaseAction(LEAD, self._settle, SettleForm),
            "give_to_team": CaseAction(LEAD, self._give_to_team, GiveToTeamForm),
        }

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Any,
        data: QueryDict | None = None,
    ) -> forms.Form:
        if form is PutOffForm:
            return PutOffForm(data, latest=_latest(place_of(case)))
        if form is GiveToTeamForm:
            place = place_of(case)
            first = {"team": place.team_id, "priority": place.priority} if place else {}
            return GiveToTeamForm(data, initial=first)
        return super().bind_form(request, name, form, case, data)

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, DayRefused):
            day = format_both(refused.latest, page_language())
            return _("Not saved: choose a day from tomorrow to %(day)s.") % {"day": day}
        if isinstance(refused, NotYours):
            return _("Not saved: this case is not with you.")
        if isinstance(refused, NotInQueue):
            return _("Not saved: this case is done.")
        if isinstance(refused, WorkRefused):
            return _("Not saved: write the reason.")
        return super().refusal_text(refused)

    def case_context(
        self, request: HttpRequest, case: Any, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = cast(User, request.user)
        place = place_of(case)
        is_theirs = place is not None and place.assigned_to_id == user.pk
        leads = user.has_perm(LEAD)
        is_late = bound["put_off"].is_bound or bound["escalate"].is_bound
        others = look_at(self.work_kind, case.pk, user_id=user.pk, now=timezone.now())
        context = super().case_context(request, case, bound)
        seen = context.get("seen")
        version = str(seen.event) if seen else context.get("version", "")
        return {
            **context,
            "person_flags": shown_flags(case.open_flags, reader=user),
            "place": place,
            "looking": {
                "words": looking_text(others),
                "url": reverse("admin:portal_workitem_looking", args=[self.work_kind, case.pk]),
                "version": version or version_of(self.work_kind, case.pk),
            },
            "work_events": WorkEvent.objects.filter(**{self.work_kind: case}).select_related(
                "actor", "team"
            ),
            "put_off_form": bound["put_off"],
            "escalate_form": bound["escalate"],
            "settle_form": bound["settle"],
            "team_form": bound["give_to_team"],
            "is_queue_open": is_late or bound["settle"].is_bound or bound["give_to_team"].is_bound,
            "may_put_off": (is_theirs or leads) and user.has_perm(PUT_OFF),
            "may_escalate": (is_theirs or leads) and user.has_perm(ESCALATE),
            "may_lead": place is not None and leads,
        }

    # The acts ---------------------------------------------------------------------------

    def _key(self, request: HttpRequest, case: Any, now: datetime) -> dict[str, Any]:
        return {
            "kind": self.work_kind.value,
            "case_id": case.pk,
            "by": cast(User, request.user),
            "now": now,
        }

    def _put_off(
        self, request: HttpRequest, case: Any, form: PutOffForm, now: datetime
    ) -> StrOrPromise:
        until, note = form.cleaned_data["until"], form.cleaned_data["note"]
        services.put_off(**self._key(request, case, now), until=until, note=note)
        day = format_both(until, page_language())
        return _("The case is put off. It comes back on %(day)s.") % {"day": day}

    def _take_up(self, request: HttpRequest, case: Any, form: None, now: datetime) -> StrOrPromise:
        services.take_up(**self._key(request, case, now))
        return _("The case is back in the queue.")

    def _escalate(
        self, request: HttpRequest, case: Any, form: EscalateForm, now: datetime
    ) -> StrOrPromise:
        services.escalate(**self._key(request, case, now), note=form.cleaned_data["note"])
        return _("The case is escalated. The supervisors see it first.")

    def _settle(
        self, request: HttpRequest, case: Any, form: SettleForm, now: datetime
    ) -> StrOrPromise:
        services.settle(**self._key(request, case, now), note=form.cleaned_data["note"])
        return _("The escalation is ended.")

    def _give_to_team(
        self, request: HttpRequest, case: Any, form: GiveToTeamForm, now: datetime
    ) -> StrOrPromise:
        services.give_to_team(
            **self._key(request, case, now),
            team=form.cleaned_data["team"],
            priority=Priority(form.cleaned_data["priority"]),
            note=form.cleaned_data["note"],
        )
        return _("The team and the priority are saved.")


def _latest(place: WorkItem | None) -> Any:
    """Give the last day until which a case can be put off; None where it is not bound."""
    longest = riyadh_today() + services.LONGEST_WAIT - timedelta(days=1)
    if place is None or place.is_awaiting or place.due_on is None:
        return longest
    return min(place.due_on, longest)


def looking_text(names: Sequence[str]) -> str:
    """Say who else has a case open; nothing where nobody has."""
    if not names:
        return ""
    who = in_a_row(isolate(name) for name in names)
    return _("Open now with %(who)s too.") % {"who": who}


def place_of(case: Any) -> WorkItem | None:
    """Give a case's place in the queue, as it was read with the case.

    A day that is not counted yet is counted here, for this page alone.
    """
    place: WorkItem | None = getattr(case, "work_item", None)
    if place is not None and place.due_on is None:
        place.due_on = due_day(
            place.kind,
            clock_day=place.clock_day,
            awaited_days=place.awaited_days,
            paused_until=place.paused_until,
        )
    return place
