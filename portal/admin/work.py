"""The queue of work in the staff site: what waits, in whose hands, due when (docs/adr/0029)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from access.cells import NOTHING, number_cell, reference_cell, two_lines
from access.columns import values_in
from access.filters import ColumnFilter
from access.keyset import KeysetChangeList
from access.lists import ChoiceFilter
from access.staff import StaffAdmin, row_number
from beneficiaries.models import User
from objections.blind import hidden_cases
from objections.clock import case_clock
from objections.models import Objection, Team
from objections.presenting import matter_of
from portal.admin.figures import figures_view
from portal.admin.figures_behind import behind_view
from portal.admin.queue_acts import looking_text
from portal.work.clock import fill_due
from portal.work.errors import NothingToDo
from portal.work.kinds import Priority, WorkChannel, WorkKind
from portal.work.models import WorkItem
from portal.work.presence import look_at, version_of
from portal.work.queue import (
    COUNTED,
    NO_TEAM,
    VIEWS,
    Counts,
    counts,
    narrowed,
    visible_to,
)
from portal.work.services import take_next_case
from saudi.gregorian import riyadh_today
from saudi.languages import page_language
from sawtak.clock import ticket_clock
from sawtak.models import Ticket
from sawtak.ticket_types.selectors import type_choices

TAKING: Final = ("objections.take_objection", "sawtak.take_ticket")
KIND_RIGHTS: Final = {
    WorkKind.OBJECTION.value: "objections.view_objection",
    WorkKind.TICKET.value: "sawtak.view_ticket",
}
_CITIES: Final = 30
_LONGEST_KEY: Final = 63
"""Bits; a longer number is no row's."""

_CASES: Final = (
    Prefetch(
        "objection",
        Objection.objects.select_related("person", "result__cycle", "payment__cycle"),
    ),
    "ticket",
)


def case_url(case: Objection | Ticket) -> str:
    """Give the address of a case's page in the staff site."""
    name = "objections_objection" if isinstance(case, Objection) else "sawtak_ticket"
    return reverse(f"admin:{name}_change", args=[case.pk])


class WorkList(KeysetChangeList):
    """A row of the queue leads to its case."""

    def url_for_result(self, result: Any) -> str:
        return case_url(result.case)


class ViewFilter(ChoiceFilter):
    """Whose turn it is, each view with how many cases it has."""

    title = gettext_lazy("view")
    parameter_name = "view"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.user = cast(User, request.user)
        self.items = model_admin.get_queryset(request)
        return [(name, label) for name, label in VIEWS.items() if self._is_for(name)]

    def _is_for(self, view: str) -> bool:
        if view == "approval":
            return self.user.has_perm("objections.approve_decision")
        if view == "mine":
            return any(self.user.has_perm(right) for right in TAKING)
        return True

    @cached_property
    def numbers(self) -> Counts:
        """How many cases each view has."""
        names = [str(name) for name, _label in self.lookup_choices]
        return counts(self.items, names, user=self.user, today=riyadh_today())

    @cached_property
    def chosen(self) -> str:
        """The view that is shown: one's own cases first, else what nobody has, else all."""
        first = (name for name in ("mine", "nobody") if self.numbers.get(name))
        return self.value() or next(first, "all")

    def pinned(self) -> dict[str, str]:
        return {self.parameter_name: self.chosen}

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, label in self.lookup_choices:
            number = self.numbers.get(str(name), 0)
            yield {
                "selected": name == self.chosen,
                "query_string": changelist.get_query_string({self.parameter_name: name}),
                "display": label,
                "number": f"{COUNTED}+" if number > COUNTED else number or "",
                "is_bad": name in {"late", "escalated"} and number > 0,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return narrowed(queryset, self.chosen, user=self.user, today=riyadh_today())


class MatterFilter(ChoiceFilter):
    """By what it is about: a track of objections, all tickets, or a type of theirs."""

    title = gettext_lazy("matter")
    parameter_name = "matter"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        user = request.user
        found: list[tuple[str, Any]] = []
        if user.has_perm("objections.view_objection"):
            found += [
                ("objections", _("All objections")),
                ("result", _("Objections to results")),
                ("payment", _("Objections to payments")),
            ]
        if user.has_perm("sawtak.view_ticket"):
            found += [("tickets", _("All tickets")), *type_choices(with_past=True)]
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen in {"objections", "tickets"}:
            return queryset.filter(kind=chosen.removesuffix("s"))
        return queryset.filter(matter=chosen) if chosen else queryset


class TeamFilter(ChoiceFilter):
    """By team."""

    title = gettext_lazy("team")
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        language = page_language()
        teams = Team.objects.order_by("id")
        return [
            *((str(team.pk), team.name(language)) for team in teams),
            (NO_TEAM, _("Without a team")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == NO_TEAM:
            return queryset.filter(team=None)
        return queryset.filter(team=chosen) if chosen else queryset


class ChannelFilter(ColumnFilter):
    """By how it came."""

    title = gettext_lazy("channel")
    parameter_name = column = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WorkChannel.choices)


class PriorityFilter(ColumnFilter):
    """By priority."""

    title = gettext_lazy("priority")
    parameter_name = column = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in Priority.choices]


class CityFilter(ColumnFilter):
    """By the city of the person as the case came in: the cities of what is open."""

    title = gettext_lazy("city")
    parameter_name = column = "city"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(city, city) for city in values_in(WorkItem, "city", most=_CITIES)]


@admin.register(WorkItem)
class WorkItemAdmin(StaffAdmin):
    """The queue over both kinds of cases; what is done with a case is done on its page."""

    list_tabs = 1
    list_title = gettext_lazy("Queue of work")
    list_display = ("number", "citizen", "matter_cell", "place", "state", "clock", "came", "who")
    list_filter = (
        *(ViewFilter, MatterFilter, TeamFilter),
        *(ChannelFilter, PriorityFilter, CityFilter),
    )
    list_select_related = ("assigned_to",)
    list_prefetch_related = _CASES
    ordering = ("due_on", "rank", "id")
    change_list_template = "admin/portal/queue.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return WorkList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_to(cast(User, request.user))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and request.user.has_perm("portal.view_workitem")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        following = path(
            "next/",
            self.admin_site.admin_view(require_POST(self.next_view)),
            name="portal_workitem_next",
        )
        looking = path(
            "looking/<slug:kind>/<int:pk>/",
            self.admin_site.admin_view(require_POST(self.looking_view)),
            name="portal_workitem_looking",
        )
        pages = [
            path(
                f"figures/{address}",
                self.admin_site.admin_view(partial(view, site=self.admin_site)),
                name=f"portal_workitem_{name}",
            )
            for address, view, name in (
                ("", figures_view, "figures"),
                ("cases/", behind_view, "behind"),
            )
        ]
        return [following, looking, *pages, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        fill_due()
        tools = {"may_take_next": any(request.user.has_perm(right) for right in TAKING)}
        return super().changelist_view(request, tools | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Lead to the case: a place in the queue has no page of its own."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        pk = row_number(object_id)
        return HttpResponseRedirect(
            case_url(get_object_or_404(self.get_queryset(request), pk=pk).case)
        )

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Take what is due first and open it; two at once get two cases."""
        user = cast(User, request.user)
        if not any(user.has_perm(right) for right in TAKING):
            raise PermissionDenied
        fill_due()
        try:
            case = take_next_case(by=user, now=timezone.now())
        except NothingToDo:
            messages.info(request, _("No case waits for you."))
            return HttpResponseRedirect(reverse("admin:portal_workitem_changelist"))
        messages.success(request, _("You took the case that is due first."))
        return HttpResponseRedirect(case_url(case))

    def looking_view(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Note that a case is still looked at; say who else does and whether it has changed."""
        user = cast(User, request.user)
        right = KIND_RIGHTS.get(kind)
        if right is None or pk.bit_length() > _LONGEST_KEY:
            raise Http404
        if not user.has_perm(right):
            raise PermissionDenied
        if kind == WorkKind.OBJECTION and hidden_cases(user).filter(decision__objection=pk):
            raise Http404
        others = look_at(kind, pk, user_id=user.pk, now=timezone.now())
        has_changed = version_of(kind, pk) != request.POST.get("version", "")
        context = {"words": looking_text(others), "has_changed": has_changed}
        return render(request, "admin/portal/looking_words.html", context)

    def order_text(self, request: HttpRequest) -> str:
        """Say in which order the rows stand."""
        return _("Due first")

    # Cells ------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Reference"))
    def number(self, item: WorkItem) -> SafeString:
        return reference_cell(item.case.reference)

    @admin.display(description=gettext_lazy("Citizen"))
    def citizen(self, item: WorkItem) -> SafeString:
        case = item.case
        who = case.person if isinstance(case, Objection) else case
        return two_lines(who.full_name, number_cell(who.national_id), is_name=True)

    @admin.display(description=gettext_lazy("Matter"))
    def matter_cell(self, item: WorkItem) -> SafeString:
        case = item.case
        if isinstance(case, Objection):
            return two_lines(matter_of(case.contested), case.ground_text)
        return two_lines(case.get_category_display(), case.subject)

    @admin.display(description=gettext_lazy("City"))
    def place(self, item: WorkItem) -> str:
        return item.city or NOTHING

    @admin.display(description=gettext_lazy("Status"))
    def state(self, item: WorkItem) -> SafeString:
        return render_to_string("admin/portal/work_state.html", {"item": item})

    @admin.display(description=gettext_lazy("Due"))
    def clock(self, item: WorkItem) -> SafeString:
        today, case = riyadh_today(), item.case
        clock: Any = (
            case_clock(case, today=today)
            if isinstance(case, Objection)
            else ticket_clock(case.status, counted_from=item.clock_day, today=today)
        )
        return render_to_string("admin/objections/clock.html", {"clock": clock})

    @admin.display(description=gettext_lazy("Received"))
    def came(self, item: WorkItem) -> SafeString:
        return format_html(
            '<span>{}<span class="sub">{}</span></span>',
            render_to_string("admin/portal/work_received.html", {"item": item}),
            item.get_channel_display(),
        )

    @admin.display(description=gettext_lazy("With"))
    def who(self, item: WorkItem) -> str:
        return str(item.assigned_to) if item.assigned_to else NOTHING
