"""Templates of replies to tickets in the staff site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.admin import OfferedFilter, WordingAdmin
from portal.forms.reply_templates import ReplyTemplateForm
from saudi.languages import page_language
from sawtak.models import ReplyTemplate
from sawtak.ticket_types.selectors import type_name


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(WordingAdmin):
    """What agents begin a reply with, by type of ticket."""

    form = ReplyTemplateForm
    list_title = gettext_lazy("Templates of replies")
    list_display = ("title_cell", "category_cell", "state")
    list_filter = (OfferedFilter,)
    ordering = ("category", "place", "id")

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
