"""The catalogue of grounds and needed documents in the staff site (docs/adr/0025)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.admin import CatalogueAdmin, OfferedFilter
from access.lists import ChoiceFilter
from beneficiaries.reasons import REASONS
from objections.admin.ground_forms import GroundForm, NeededDocumentForm, NewGroundForm
from objections.models import Ground, NeededDocument
from objections.presenting.needs import GroundView, ground_views, need_views
from saudi.languages import DIRECTIONS, in_a_row, page_language


class TrackFilter(ChoiceFilter):
    """By track: results at first."""

    title = gettext_lazy("track")
    parameter_name = "track"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("payment", _("Objection to a payment"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Objection to a result")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(track=self.value() or "result")


def _names_of_grounds(pks: list[int]) -> str:
    names = {ground.pk: str(ground) for ground in Ground.objects.filter(pk__in=pks)}
    return in_a_row(names.get(pk, "–") for pk in pks)


@admin.register(Ground)
class GroundAdmin(CatalogueAdmin):
    """The grounds of each track."""

    form = GroundForm
    list_title = gettext_lazy("Grounds of objections")
    list_display = ("label_cell", "hint_cell", "state")
    list_filter = (TrackFilter, OfferedFilter)
    preview_template = "admin/objections/ground_preview.html"

    def get_form(
        self, request: HttpRequest, obj: Ground | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewGroundForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return NewGroundForm.Meta.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Ground | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("track",)

    def typed(self, request: HttpRequest, row: Any) -> Any:
        if not row.pk:
            row.track = "payment" if request.POST.get("track") == "payment" else "result"
        return super().typed(request, row)

    def preview_context(self, row: Ground) -> dict[str, Any]:
        others = Ground.objects.filter(track=row.track, is_active=True).exclude(pk=row.pk)
        rows = [*others, row] if row.is_active else list(others)
        rows.sort(key=lambda each: (each.order, each.pk or 0))
        previews: list[tuple[str, str, list[GroundView]]] = [
            (language, direction, ground_views(rows, language))
            for language, direction in DIRECTIONS.items()
        ]
        return {"previews": previews, "chosen": row.code}

    @admin.display(description=gettext_lazy("Ground"))
    def label_cell(self, row: Ground) -> str:
        return row.label(page_language())

    @admin.display(description=gettext_lazy("Hint"))
    def hint_cell(self, row: Ground) -> str:
        return row.hint(page_language()) or "–"


@admin.register(NeededDocument)
class NeededDocumentAdmin(CatalogueAdmin):
    """The documents that grounds and reasons ask for."""

    form = NeededDocumentForm
    list_title = gettext_lazy("Needed documents")
    list_display = ("name_cell", "visible_cell", "state")
    list_filter = (OfferedFilter,)
    preview_template = "admin/objections/need_preview.html"

    def preview_context(self, row: NeededDocument) -> dict[str, Any]:
        rows = [row] if row.is_active else []
        return {
            "previews": [
                (language, direction, need_views(rows, language))
                for language, direction in DIRECTIONS.items()
            ]
        }

    def shown_value(self, name: str, value: Any) -> str | None:
        if name == "grounds":
            return _names_of_grounds(value)
        if name == "reason_codes":
            return in_a_row(str(REASONS[each].label) if each in REASONS else each for each in value)
        return None

    @admin.display(description=gettext_lazy("Document"))
    def name_cell(self, row: NeededDocument) -> str:
        return row.name(page_language())

    @admin.display(description=gettext_lazy("What must be visible"))
    def visible_cell(self, row: NeededDocument) -> str:
        return row.visible(page_language())
