"""Catalogues in the staff site: a list, a form with a preview, and who changed what."""

from __future__ import annotations

import json
import secrets
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_POST

from access.catalogue.forms import CatalogueForm
from access.edits import SeenEdits
from access.kept import Kept
from access.lists import ChoiceFilter, ListGround
from saudi.digits import clean_text
from saudi.languages import DIRECTIONS

_SHOWN_CHANGES = 100


class OfferedFilter(ChoiceFilter):
    """What is offered, by default."""

    title = gettext_lazy("offered")
    parameter_name = "offered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Switched off"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Offered")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_active=self.value() != "no")


class CatalogueAdmin(SeenEdits, ListGround, admin.ModelAdmin[Any]):
    """A list and a form of rows that citizens read: switched off, never deleted.

    Who changed what, from which words to which, is in the log of the staff site.
    """

    ordering: ClassVar[tuple[str, ...]] = ("order", "id")
    list_per_page = 40
    change_form_template = "admin/catalogue/form.html"
    form: type[CatalogueForm[Any]]
    preview_template: ClassVar[str] = ""
    kept: ClassVar[Kept[Any] | None] = None
    """What each process keeps of the rows."""

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return tuple(self.form._meta.fields or ())

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        opts = self.opts
        preview = path(
            "preview/<int:pk>/",
            self.admin_site.admin_view(require_POST(self.preview_view)),
            name=f"{opts.app_label}_{opts.model_name}_preview",
        )
        return [preview, *super().get_urls()]

    def preview_context(self, row: Any) -> dict[str, Any]:
        """Give what the preview of a row shows, saved or as it is typed."""
        raise NotImplementedError

    def typed(self, request: HttpRequest, row: Any) -> Any:
        """Give a row with what is being typed, unsaved."""
        for name in self.form.texts:
            if name in request.POST:
                setattr(row, name, clean_text(request.POST[name]))
        row.is_active = "is_active" in request.POST
        order = clean_text(request.POST.get("order", ""))
        row.order = int(order) if order.isdecimal() and len(order) <= 3 else 0
        return row

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how the citizen sees what is being typed; nothing is saved."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk) if pk else self.model()
        return TemplateResponse(
            request, self.preview_template, self.preview_context(self.typed(request, row))
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        opts = self.opts
        name = f"admin:{opts.app_label}_{opts.model_name}"
        context |= {
            "preview_url": reverse(f"{name}_preview", args=[row.pk if row else 0]),
            "preview_template": self.preview_template,
            "history_url": reverse(f"{name}_history", args=[row.pk]) if row else "",
            **(self.preview_context(row) if row else {}),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and getattr(obj, "code", None) == "":
            obj.code = f"own_{secrets.token_hex(4)}"
        super().save_model(request, obj, form, change)
        if self.kept is not None:
            self.kept.forget()

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Write down each change with what it said before and says now."""
        if add:
            return [{"added": {}}]
        names = form.changed_data
        with override(None):
            labels = [str(form.fields[name].label) for name in names]
        values = [
            [name, _plain(form.initial.get(name)), _plain(form.cleaned_data.get(name))]
            for name in names
        ]
        return [{"changed": {"fields": labels, "values": values}}] if names else []

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, row: Any) -> HttpResponse:
        text = _("Saved: «%(name)s». Citizens read it from now on.")
        if not row.is_active:
            text = _("Saved: «%(name)s» is no longer offered.")
        messages.success(request, text % {"name": row})
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what of a row, and when."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        entries = (
            LogEntry.objects.filter(
                content_type=get_content_type_for_model(self.model), object_id=str(row.pk)
            )
            .select_related("user")
            .order_by("-action_time", "-id")[:_SHOWN_CHANGES]
        )
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "original": row,
            "list_title": self.list_title,
            "entries": [(entry, self._changes_of(entry)) for entry in entries],
        }
        return TemplateResponse(request, "admin/catalogue/history.html", context)

    def _changes_of(self, entry: LogEntry) -> list[tuple[str, str, str]]:
        """Give the changes of an entry: what, before, now. None where a row was added."""
        if entry.action_flag == ADDITION:
            return []
        told = json.loads(entry.change_message or "[]")
        return [
            (_(label), self._said(name, was), self._said(name, now))
            for each in told
            for label, (name, was, now) in zip(
                each["changed"]["fields"], each["changed"]["values"], strict=True
            )
        ]

    def _said(self, name: str, value: Any) -> str:
        shown = self.shown_value(name, value)
        if shown is not None:
            return shown
        if name == "is_active":
            return _("Yes") if value else _("No")
        return str(value if value is not None else "")

    def shown_value(self, name: str, value: Any) -> str | None:
        """Word a kept value of a field that is neither text nor number; None of the others."""
        return None

    @admin.display(description=gettext_lazy("Status"))
    def state(self, row: Any) -> SafeString:
        words = (
            {"label": _("Offered"), "kind": "ok", "icon": "ok"}
            if row.is_active
            else {"label": _("Switched off"), "kind": "plain", "icon": "stop"}
        )
        return render_to_string("admin/components/tag.html", words)


class WordingAdmin(CatalogueAdmin):
    """What staff choose from: its preview is one of its texts in both languages."""

    preview_template = "admin/catalogue/wording_preview.html"
    preview_text: ClassVar[str] = "text"

    def preview_context(self, row: Any) -> dict[str, Any]:
        return {
            "previews": [
                (language, direction, getattr(row, f"{self.preview_text}_{language}"))
                for language, direction in DIRECTIONS.items()
            ]
        }


def _plain(value: Any) -> Any:
    """Give a field's value as the log keeps it: text, number, yes or no, or a list of names."""
    if isinstance(value, list | tuple | QuerySet):
        return [each.pk if isinstance(each, Model) else each for each in value]
    return value
