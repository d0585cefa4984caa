"""Lists that are paged by the key of a row and never by its place (docs/adr/0011).

The address of a page names a row: `after-120`, `before-121`. The page is read from the index of
the list's order, at the same cost wherever it is, and each row is on one page while others come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

COUNTED_ROWS: Final = 1_000
"""A list counts no further: the total of a million rows must cost what that of a hundred does."""

FOUND_ROWS: Final = 100
"""A search counts no further: its rows lie all over the table, and nobody reads a hundred."""

_CURSOR: Final = re.compile(r"(after|before)-([0-9]{1,18})", re.ASCII)

Side = Literal["after", "before"]


class BoundedPaginator(Paginator[Any]):
    """Counts up to `most` rows and one, in whatever order is cheapest."""

    most = COUNTED_ROWS

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows[: self.most + 1])
        return rows.order_by()[: self.most + 1].count()


@dataclass(frozen=True)
class Page:
    """Some rows of a list in its order, and the addresses of the pages beside them."""

    rows: list[Model] = field(default_factory=list)
    has_previous: bool = False
    has_next: bool = False

    @property
    def previous(self) -> str:
        """Give the cursor of the page before, or nothing."""
        return f"before-{self.rows[0].pk}" if self.rows and self.has_previous else ""

    @property
    def next(self) -> str:
        """Give the cursor of the page after, or nothing."""
        return f"after-{self.rows[-1].pk}" if self.rows and self.has_next else ""


def read_page(rows: QuerySet[Any], cursor: str, *, size: int) -> Page:
    """Give the page that a cursor names; the first one for a cursor that names none.

    `rows` is ordered by columns of its own table, all up or all down, that together are unique.
    At most two statements.
    """
    named = _CURSOR.fullmatch(cursor)
    if named is not None:
        side: Side = "after" if named[1] == "after" else "before"
        beyond = _beyond(rows, int(named[2]), side=side)
        if beyond is not None:
            page = _page_beside(rows.filter(beyond), side=side, size=size)
            if page is not None:
                return page
    found = list(rows[: size + 1])
    return Page(found[:size], has_next=len(found) > size)


def _page_beside(rows: QuerySet[Any], *, side: Side, size: int) -> Page | None:
    """Give the page next to the row of a cursor; None where the first page is meant."""
    if side == "after":
        found = list(rows[: size + 1])
        return Page(found[:size], has_previous=True, has_next=len(found) > size) if found else None
    found = list(rows.reverse()[: size + 1])
    if len(found) < size:
        return None  # fewer rows than a page: what is before them is the beginning
    return Page(found[:size][::-1], has_previous=len(found) > size, has_next=True)


def _beyond(rows: QuerySet[Any], pk: int, *, side: Side) -> Q | None:
    """Give the condition of the rows on one side of a row; None where it is not there.

    The row is looked up without the list's filters: it may have left them since.
    """
    order = [str(name) for name in rows.query.order_by]
    names = [name.removeprefix("-") for name in order]
    key = rows.model._base_manager.filter(pk=pk).values_list(*names).first()
    if key is None or None in key:
        return None
    is_up = order[0] == names[0]
    return _beyond_key(
        list(zip(names, key, strict=True)), "gt" if is_up == (side == "after") else "lt"
    )


def _beyond_key(key: list[tuple[str, Any]], lookup: str) -> Q:
    """Compare row by row; the bound on the first column is said apart, so that the index has it."""
    (name, value), *others = key
    further = Q(**{f"{name}__{lookup}": value})
    if not others:
        return further
    return Q(**{f"{name}__{lookup}e": value}) & (further | _beyond_key(others, lookup))


class KeysetChangeList(ChangeList):
    """Admin's list with pages by key, and orders only that its ModelAdmin gives."""

    model_admin: Any
    """An `access.lists.ListGround`."""
    page: Page

    @property
    def views(self) -> list[Any]:
        """The filters that stand as rows of views."""
        return self.filter_specs[: self.model_admin.list_tabs]

    @property
    def fields(self) -> list[Any]:
        """The filters that are one form."""
        return self.filter_specs[len(self.views) :]

    @property
    def is_narrowed(self) -> bool:
        """Whether the form narrows the list."""
        return self.is_faulty or any(spec.pinned() for spec in self.fields)

    @property
    def is_faulty(self) -> bool:
        """Whether something typed into the form cannot be: the list shows nothing then."""
        return any(spec.is_faulty for spec in self.fields)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Give all rows of the search and the filters, whatever the page: actions go by it."""
        self.query = self.model_admin.searched(request)
        if SEARCH_VAR in self.filter_params and not self.query:
            del self.filter_params[SEARCH_VAR]
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.get_ordering(request))

    def get_results(self, request: HttpRequest) -> None:
        """Read one page. A total is counted only so far; see COUNTED_ROWS and FOUND_ROWS."""
        shown = self.queryset.prefetch_related(*self.model_admin.list_prefetch_related)
        self.page = read_page(shown, request.GET.get(PAGE_VAR, ""), size=self.list_per_page)
        self.result_list = self.page.rows
        self.multi_page = self.page.has_previous or self.page.has_next
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.paginator.most = FOUND_ROWS if self.query else COUNTED_ROWS
        self.result_count = self.paginator.count if self.multi_page else len(self.page.rows)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
