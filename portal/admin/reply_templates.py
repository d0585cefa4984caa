"""Templates of replies to tickets in the staff site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objections.admin.catalogue import CatalogueAdmin, OfferedFilter
from portal.forms.reply_templates import ReplyTemplateForm
from saudi.digits import clean_text
from saudi.languages import page_language
from sawtak.models import ReplyTemplate
from sawtak.ticket_types.selectors import type_name


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(CatalogueAdmin):
    """What agents begin a reply with, by type of ticket."""

    form = ReplyTemplateForm
    list_title = gettext_lazy("Templates of replies")
    list_display = ("title_cell", "category_cell", "state")
    list_filter = (OfferedFilter,)
    ordering = ("category", "place", "id")
    preview_template = "admin/objections/wording_preview.html"

    def get_fields(self, request: HttpRequest, obj: ReplyTemplate | None = None) -> tuple[str, ...]:
        return ReplyTemplateForm.Meta.fields

    def typed(self, request: HttpRequest, row: ReplyTemplate) -> ReplyTemplate:
        row.text_ar, row.text_en = (
            clean_text(request.POST.get(name, "")) for name in ("text_ar", "text_en")
        )
        return row

    def preview_context(self, row: ReplyTemplate) -> dict[str, Any]:
        return {"previews": [("ar", "rtl", row.text_ar), ("en", "ltr", row.text_en)]}

    def shown_value(self, name: str, value: Any) -> str | None:
        return _name_of(value) if name == "category" else None

    @admin.display(description=gettext_lazy("Template"))
    def title_cell(self, row: ReplyTemplate) -> str:
        return row.title(page_language())

    @admin.display(description=gettext_lazy("Type of request"))
    def category_cell(self, row: ReplyTemplate) -> str:
        return _name_of(row.category)


def _name_of(category: str) -> str:
    return type_name(category) if category else _("Every type")
