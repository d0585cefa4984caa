"""The types of request in the staff site (docs/adr/0034)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from access.catalogue.admin import CatalogueAdmin, OfferedFilter
from access.cells import number_cell, two_lines
from portal.forms.ticket_types import TicketTypeForm
from saudi.languages import DIRECTIONS
from sawtak.models import TicketType
from sawtak.ticket_types.selectors import TYPES, offered_types


@admin.register(TicketType)
class TicketTypeAdmin(CatalogueAdmin):
    """What a request may be about, in the order in which it is offered."""

    form = TicketTypeForm
    list_title = gettext_lazy("Types of request")
    list_display = ("label_cell", "place", "sensitive_cell", "state")
    list_filter = (OfferedFilter,)
    preview_template = "admin/portal/ticket_type_preview.html"
    kept = TYPES

    def typed(self, request: HttpRequest, row: Any) -> Any:
        row.is_sensitive = "is_sensitive" in request.POST
        return super().typed(request, row)

    def preview_context(self, row: TicketType) -> dict[str, Any]:
        others = [each for each in offered_types() if each.pk != row.pk]
        rows = [*others, row] if row.is_active else others
        rows.sort(key=lambda each: (each.order, each.pk or 0))
        previews = []
        for language, direction in DIRECTIONS.items():
            with override(language):
                shown = [(each.label, each.hint, each is row) for each in rows]
            previews.append((language, direction, shown))
        return {"previews": previews}

    @admin.display(description=gettext_lazy("Place in the list"))
    def place(self, row: TicketType) -> Any:
        return number_cell(row.order)

    @admin.display(description=gettext_lazy("Type"))
    def label_cell(self, row: TicketType) -> Any:
        return two_lines(row.label, row.hint)

    @admin.display(description=gettext_lazy("Sensitive"))
    def sensitive_cell(self, row: TicketType) -> str:
        return self._said("is_sensitive", row.is_sensitive)

    def shown_value(self, name: str, value: Any) -> str | None:
        if name == "is_sensitive":
            return _("Yes") if value else _("No")
        return None
