"""What staff write into the templates of replies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import TemplateForm, text_areas
from saudi.direction import isolate_ltr
from saudi.languages import in_a_row
from sawtak.answering.fields import FIELDS, unknown_fields
from sawtak.models import ReplyTemplate
from sawtak.ticket_types.selectors import type_choices


class ReplyTemplateForm(TemplateForm[ReplyTemplate]):
    """A template in both languages; a field that no ticket has is refused."""

    category = forms.ChoiceField(label=gettext_lazy("Type of request"), required=False)

    class Meta(TemplateForm.Meta):
        model = ReplyTemplate
        fields = ("category", *TemplateForm.Meta.fields)
        help_texts = TemplateForm.Meta.help_texts | {
            "text_ar": gettext_lazy(
                "Filled from the request: {name}, {reference}, {cycle}, {due_day}, {received_day},"
                " {programme}. What the agent fills in stands in [brackets]."
            ),
        }
        widgets = text_areas(rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
        field.choices = [("", _("Every type")), *type_choices(with_past=True)]

    def clean(self) -> dict[str, Any]:
        """Refuse a text in the wrong language, and a field that no ticket fills."""
        cleaned = super().clean()
        for name in ("text_ar", "text_en"):
            unknown = unknown_fields(cleaned.get(name) or "")
            if unknown:
                text = _("No request has %(unknown)s. Use %(known)s, or write [brackets].")
                facts = {
                    "unknown": in_a_row(map(isolate_ltr, unknown)),
                    "known": in_a_row(isolate_ltr("{" + each + "}") for each in FIELDS),
                }
                self.add_error(name, text % facts)
        return cleaned
