"""Who opened which file, when and why: a list that is read and never written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell, two_lines
from access.lists import ChoiceFilter
from access.searches import SearchColumns
from access.staff import ShowAdmin, read_row_number
from beneficiaries.models import User
from portal.people.models import PersonView
from portal.people.statuses import ViewWhy
from saudi.gregorian import riyadh_today, start_of_day

_NEWEST: Final = 500
"""Among so many of the newest views the filter looks for who made them."""
_OFFERED: Final = 12


class ReaderFilter(ChoiceFilter):
    """Who opened it: those who opened the newest ones, and whoever the address names."""

    title = gettext_lazy("opened by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        newest = PersonView.objects.order_by("-at", "-id").values("user")[:_NEWEST]
        staff = list(User.objects.filter(pk__in=newest).order_by("username")[:_OFFERED])
        named = read_row_number(request.GET.get(self.parameter_name, ""))
        if named is not None and named not in {user.pk for user in staff}:
            staff += User.objects.filter(pk=named, is_staff=True)
        return [(str(user.pk), str(user)) for user in staff]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(user=self.value()) if self.value() else queryset


class WhyFilter(ChoiceFilter):
    """Why it was opened."""

    title = gettext_lazy("why")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ViewWhy.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(why=self.value()) if self.value() else queryset


class DayFilter(ChoiceFilter):
    """On which day: today, yesterday, or within a week or a month."""

    title = gettext_lazy("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("yesterday", _("Yesterday")),
            ("week", _("The last 7 days")),
            ("month", _("The last 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = start_of_day(riyadh_today())
        began = {"yesterday": 1, "week": 6, "month": 29}.get(self.value() or "", 0)
        if not self.value():
            return queryset
        rows = queryset.filter(at__gte=today - timedelta(days=began))
        return rows.filter(at__lt=today) if self.value() == "yesterday" else rows


@admin.register(PersonView)
class PersonViewAdmin(ShowAdmin):
    """The log of opened files, the newest first."""

    list_display = ("when", "reader", "person_cell", "why_text")
    list_filter = (ReaderFilter, DayFilter, WhyFilter)
    list_select_related = ("person", "user")
    ordering = ("-at", "-id")
    search_help_text = gettext_lazy("National ID, mobile or name of the person")
    search_columns = SearchColumns(
        national_id="person__national_id", mobile="person__mobile", name="person__folded_name"
    )
    facts = ("when", "reader", "person_cell", "why_text")

    def show_title(self, shown: PersonView) -> str:
        return _("Opened file")

    @admin.display(description=gettext_lazy("When"))
    def when(self, view: PersonView) -> SafeString | str:
        return moment_cell(view.at)

    @admin.display(description=gettext_lazy("Opened by"))
    def reader(self, view: PersonView) -> SafeString:
        return format_html("<bdi>{}</bdi>", view.user)

    @admin.display(description=gettext_lazy("Person"))
    def person_cell(self, view: PersonView) -> SafeString:
        return two_lines(view.person.full_name, number_cell(view.person.national_id), is_name=True)

    @admin.display(description=gettext_lazy("Why"))
    def why_text(self, view: PersonView) -> SafeString | str:
        label = ViewWhy(view.why).label
        return two_lines(label, view.reason) if view.reason else str(label)
