"""Reasons of decisions and templates of answers in the staff site (docs/adr/0023)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.admin import OfferedFilter, WordingAdmin
from access.catalogue.forms import CatalogueForm, TemplateForm, order_field, text_areas
from access.lists import ChoiceFilter
from objections.catalogues import REASONS, TEMPLATES
from objections.models import AnswerTemplate, DecisionReason
from objections.models.decisions import REASON_CODE_FORM
from objections.statuses import DECIDED_STATUSES
from saudi.languages import page_language


class KindFilter(ChoiceFilter):
    """By the decision, or the wish, that a wording is for."""

    title = gettext_lazy("for")
    parameter_name = "kind"
    field = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(model_admin.model._meta.get_field(self.field).choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class OutcomeFilter(KindFilter):
    """By the decision that a reason is of."""

    title = gettext_lazy("decision")
    field = "outcome"


class AnswerTemplateForm(TemplateForm[AnswerTemplate]):
    """A template in both languages."""

    class Meta(TemplateForm.Meta):
        model = AnswerTemplate
        fields = ("kind", *TemplateForm.Meta.fields)
        labels = TemplateForm.Meta.labels | {"kind": gettext_lazy("For")}
        help_texts = TemplateForm.Meta.help_texts | {
            "text_ar": gettext_lazy(
                "As the citizen reads it. What the caseworker fills in stands in [brackets]."
            ),
        }
        widgets = text_areas(rows=5)
        error_messages = TemplateForm.Meta.error_messages | {
            "kind": {"required": gettext_lazy("Choose what it is for.")},
        }


class DecisionReasonForm(CatalogueForm[DecisionReason]):
    """What may be changed of a reason: its words, its place, whether it is in use."""

    texts = ("label_ar", "label_en")
    place = order_field()

    class Meta:
        model = DecisionReason
        fields: tuple[str, ...] = ("label_ar", "label_en", "place", "is_active")
        labels = {
            "code": gettext_lazy("Code"),
            "outcome": gettext_lazy("Decision"),
            "label_ar": gettext_lazy("Arabic text"),
            "label_en": gettext_lazy("English text"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {"is_active": gettext_lazy("Without this nobody can choose it.")}
        error_messages = {
            "label_ar": {"required": gettext_lazy("Write the text in Arabic.")},
            "label_en": {"required": gettext_lazy("Write the text in English.")},
        }


class NewDecisionReasonForm(DecisionReasonForm):
    """A new reason, with the code that the programme's systems read, which is for good."""

    code = forms.RegexField(
        REASON_CODE_FORM,
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Capital letters, like NOT_PROVED. It cannot be changed later."),
        widget=forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
        error_messages={
            "required": gettext_lazy("Write a code in capital letters, like NOT_PROVED."),
            "invalid": gettext_lazy("Write a code in capital letters, like NOT_PROVED."),
        },
    )

    class Meta(DecisionReasonForm.Meta):
        fields = ("code", "outcome", *DecisionReasonForm.Meta.fields)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if DecisionReason.objects.filter(code=code).exists():
            raise forms.ValidationError(_("This code is in the list. Choose another one."))
        return code


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(WordingAdmin):
    """Templates of answers and of wishes for documents."""

    form = AnswerTemplateForm
    list_title = gettext_lazy("Templates of answers")
    list_display = ("title_cell", "kind_cell", "state")
    list_filter = (KindFilter, OfferedFilter)
    ordering = ("kind", "place", "id")
    kept = TEMPLATES

    @admin.display(description=gettext_lazy("Template"))
    def title_cell(self, row: AnswerTemplate) -> str:
        return row.title(page_language())

    @admin.display(description=gettext_lazy("For"))
    def kind_cell(self, row: AnswerTemplate) -> str:
        return capfirst(row.get_kind_display())


@admin.register(DecisionReason)
class DecisionReasonAdmin(WordingAdmin):
    """Reasons of decisions."""

    form = DecisionReasonForm
    list_title = gettext_lazy("Reasons of decisions")
    list_display = ("label_cell", "outcome_cell", "code_cell", "state")
    list_filter = (OutcomeFilter, OfferedFilter)
    ordering = ("outcome", "place", "id")
    preview_text = "label"
    kept = REASONS

    def get_form(
        self,
        request: HttpRequest,
        obj: DecisionReason | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewDecisionReasonForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return NewDecisionReasonForm.Meta.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: DecisionReason | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("code", "outcome")

    @admin.display(description=gettext_lazy("Reason"))
    def label_cell(self, row: DecisionReason) -> str:
        return row.label(page_language())

    @admin.display(description=gettext_lazy("Decision"))
    def outcome_cell(self, row: DecisionReason) -> str:
        return next(str(each.label) for each in DECIDED_STATUSES if each == row.outcome)

    @admin.display(description=gettext_lazy("Code"))
    def code_cell(self, row: DecisionReason) -> str:
        return row.code
