"""The help articles in the staff site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from access.catalogue.admin import CatalogueAdmin, OfferedFilter
from portal.forms.help_articles import HelpArticleForm
from saudi.gregorian import riyadh_today
from saudi.languages import DIRECTIONS, in_a_row
from sawtak.models import HelpArticle
from sawtak.ticket_types.selectors import type_name


@admin.register(HelpArticle)
class HelpArticleAdmin(CatalogueAdmin):
    """What people ask most, and the answers."""

    form = HelpArticleForm
    list_title = gettext_lazy("Help articles")
    list_display = ("question_cell", "categories_cell", "state")
    list_filter = (OfferedFilter,)
    preview_template = "admin/portal/help_preview.html"

    def preview_context(self, row: HelpArticle) -> dict[str, Any]:
        return {
            "previews": [
                (language, direction, *(row.said(name, language) for name in _SHOWN))
                for language, direction in DIRECTIONS.items()
            ]
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.changed_data:
            obj.edited_on = riyadh_today()
        super().save_model(request, obj, form, change)

    def shown_value(self, name: str, value: Any) -> str | None:
        return _names_of(value) if name == "categories" else None

    @admin.display(description=gettext_lazy("Question"))
    def question_cell(self, row: HelpArticle) -> str:
        return row.question

    @admin.display(description=gettext_lazy("Types of request"))
    def categories_cell(self, row: HelpArticle) -> str:
        return _names_of(row.categories) or "–"


_SHOWN = ("question", "short", "body")


def _names_of(categories: list[str]) -> str:
    return in_a_row(type_name(each) for each in categories)
