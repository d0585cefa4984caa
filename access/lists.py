"""The ground of every list of the staff site: its order, its filters, its search (O28)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.keyset import BoundedPaginator, KeysetChangeList
from access.searches import (
    NameTooShort,
    SearchColumns,
    is_mistyped,
    keep_search,
    kept_search,
    read_number,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

LIST_ROWS = 25


class ListGround(_ModelAdmin):
    """A list without a count of its table, paged by key, searched by exact numbers and words.

    To be put before Django's ModelAdmin. `ordering` names columns of the table itself that an
    index has in this order, the last of them unique.
    """

    actions = None
    list_per_page = LIST_ROWS
    list_max_show_all = 0
    list_tabs: ClassVar[int | None] = None
    """How many filters, the first, stand as rows of views; the others are one form. None: all."""
    list_title: ClassVar[StrOrPromise] = ""
    """How the list is called where the model's own plural is not what staff say."""
    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by = ()
    search_columns: ClassVar[SearchColumns] = SearchColumns()
    list_prefetch_related: ClassVar[tuple[str | Prefetch[Any], ...]] = ()
    """What is shown of other tables and not joined: each join makes the planner think longer."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list; take a search without leaving its words in the address."""
        if request.method == "POST" and SEARCH_VAR in request.POST:
            typed = request.POST[SEARCH_VAR].strip()
            if not typed:
                return HttpResponseRedirect(request.path)
            query = urlencode({SEARCH_VAR: keep_search(request.session, typed)})
            return HttpResponseRedirect(f"{request.path}?{query}")
        return super().changelist_view(request, {"search_var": SEARCH_VAR, **(extra_context or {})})

    def searched(self, request: HttpRequest) -> str:
        """Give the words that this list is searched for, or nothing."""
        return kept_search(request.session, request.GET.get(SEARCH_VAR, ""))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let an address name the list's own filters and no column: an index has those alone."""
        filters: Any = self.get_list_filter(request)
        return any(lookup in each.names() for each in filters)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        columns = self.search_columns
        lookups = (columns.reference, columns.national_id, columns.mobile, columns.name)
        return tuple(lookup for lookup in lookups if lookup)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by reference, national ID or mobile exactly, else by the words of a name."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(self.search_columns.filter_for(search_term)), False
        except NameTooShort:
            return queryset.none(), False

    def nothing_found_text(self, searched: str) -> str:
        """Say what to do after a search that found nothing."""
        number = read_number(searched)
        if number is not None:
            if is_mistyped(*number):
                return _("A digit of this number is wrong. Compare it and search again.")
            if number[0] == "other":
                return _("Write the whole number, in any digits.")
            return _("Nothing in this list has this number. Compare it with what you were given.")
        if not self.search_columns.name:
            return _("This list is searched by number.")
        try:
            self.search_columns.filter_for(searched)
        except NameTooShort:
            return short_name_text()
        return other_name_text()


def other_name_text() -> str:
    """Say how to search again for a name that was not found."""
    return _("Check the name and search again. One word of it is enough.")


def short_name_text() -> str:
    """Say how much of a name has to be written."""
    return _("Write at least three letters of one word of the name.")


class ChoiceFilter(admin.SimpleListFilter):
    """A filter that heeds only what it offers; anything else in an address is no choice."""

    is_faulty = False

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Give what an address may name of it."""
        return (str(cls.parameter_name),)

    def pinned(self) -> dict[str, str]:
        """Give what is chosen, as an address has it; also what the list chose by itself."""
        chosen = self.value()
        return {str(self.parameter_name): chosen} if chosen else {}

    def value(self) -> str | None:
        chosen = super().value()
        offered = {str(key) for key, _label in self.lookup_choices}
        return chosen if chosen in offered else None


class WaitingFilter(ChoiceFilter):
    """What waits by default, every other status on request; a search looks through all."""

    title = gettext_lazy("status")
    parameter_name = "status"
    statuses: ClassVar[list[tuple[str, Any]]] = []
    waiting: ClassVar[tuple[str, ...]] = ()

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.is_search = bool(model_admin.searched(request))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *self.statuses]

    def choices(self, changelist: Any) -> Iterator[Any]:
        waiting, everything, *others = super().choices(changelist)
        if self.is_search and self.value() is None:
            waiting, everything = waiting | {"selected": False}, everything | {"selected": True}
        if not self.is_search:
            yield {**waiting, "display": _("Waiting")}
        yield everything
        yield from others

    @property
    def shown(self) -> tuple[str, ...]:
        """The statuses of the list; none where it shows all."""
        chosen = self.value()
        if chosen == "all" or (chosen is None and self.is_search):
            return ()
        return self.waiting if chosen is None else (chosen,)

    @property
    def is_queue(self) -> bool:
        """Tell a list of work to do, which is read from its oldest, from a list of what was."""
        return bool(self.shown) and set(self.shown) <= set(self.waiting)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status__in=self.shown) if self.shown else queryset


class MineFilter(ChoiceFilter):
    """Whose case it is."""

    title = gettext_lazy("with")
    parameter_name = "mine"
    waiting: ClassVar[tuple[str, ...]] = ()
    """Nobody's is only what still waits: a case that was withdrawn in time is not missed."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Mine")), ("none", _("Nobody's"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "1":
            return queryset.filter(assigned_to=request.user.pk)
        if self.value() == "none":
            return queryset.filter(assigned_to=None, status__in=self.waiting)
        return queryset


class QueueGround(ListGround):
    """A list of cases: what waits from the oldest on, everything else from the newest on."""

    queue_order: ClassVar[tuple[str, ...]] = ()
    """The columns from the oldest to the newest."""
    queue_filter: ClassVar[type[WaitingFilter]] = WaitingFilter

    def is_queue(self, request: HttpRequest) -> bool:
        """Tell whether the address asks for what waits."""
        params = {key: [value] for key, value in request.GET.items()}
        return self.queue_filter(request, params, self.model, self).is_queue

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        if self.is_queue(request):
            return self.queue_order
        return tuple(f"-{name}" for name in self.queue_order)

    def order_text(self, request: HttpRequest) -> str:
        """Say in which order the rows stand."""
        return _("Oldest first") if self.is_queue(request) else _("Newest first")
