"""The ground of every page of the staff site.

Statuses are read-only and rows are neither added nor deleted here: what staff do goes through
services, one object at a time. Lists never count a whole table and search by the exact number
a person reads out, in any spelling of digits.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from saudi.digits import clean_number, clean_text
from saudi.mobile import InvalidMobile, parse_mobile

COUNTED_ROWS = 1_000
"""A list counts no further: page one of a million rows must cost what page one of ten does."""


class BoundedPaginator(Paginator[Any]):
    """Counts up to COUNTED_ROWS rows and pages within them; filters and search lead further."""

    @cached_property
    def count(self) -> int:  # type: ignore[override]  # a cached property in Django too
        rows = self.object_list
        return len(rows[:COUNTED_ROWS]) if isinstance(rows, list) else rows[:COUNTED_ROWS].count()


class StaffAdmin(admin.ModelAdmin[Model]):
    """A list and a page that show; nothing is written but through services."""

    actions = None
    list_per_page = 25
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator

    # What each kind of search term is compared with; a lookup, or empty where it has none.
    search_reference: ClassVar[str] = ""
    search_national_id: ClassVar[str] = ""
    search_mobile: ClassVar[str] = ""
    search_name: ClassVar[str] = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        lookups = (
            self.search_reference,
            self.search_national_id,
            self.search_mobile,
            self.search_name,
        )
        return tuple(lookup for lookup in lookups if lookup)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Find by reference, national ID or mobile exactly, else by name."""
        term = clean_text(search_term)
        if not term:
            return queryset, False
        number = clean_number(term)
        wanted = Q(pk__in=[])
        if number.isascii() and number.lstrip("+").isdecimal():
            if self.search_reference:
                wanted |= Q(**{self.search_reference: number})
            if self.search_national_id:
                wanted |= Q(**{self.search_national_id: number})
            if self.search_mobile:
                try:
                    wanted |= Q(**{self.search_mobile: parse_mobile(number)})
                except InvalidMobile:
                    pass  # some other number
        elif self.search_name:
            wanted = Q(**{f"{self.search_name}__icontains": term})
        return queryset.filter(wanted), False
