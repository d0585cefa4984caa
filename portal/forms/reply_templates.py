"""What staff write into the templates of replies."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objections.admin.ground_forms import InBothLanguages, order_field
from saudi.direction import isolate_ltr
from saudi.languages import in_a_row
from sawtak.answering.fields import FIELDS, unknown_fields
from sawtak.models import ReplyTemplate
from sawtak.ticket_types.selectors import type_choices

_ENGLISH: Final = {"dir": "ltr", "lang": "en"}


class ReplyTemplateForm(InBothLanguages, forms.ModelForm[ReplyTemplate]):
    """A template in both languages; a field that no ticket has is refused."""

    texts = ("title_ar", "title_en", "text_ar", "text_en")
    place = order_field()
    category = forms.ChoiceField(label=gettext_lazy("Type of request"), required=False)

    class Meta:
        model = ReplyTemplate
        fields = ("category", "title_ar", "title_en", "text_ar", "text_en", "place", "is_active")
        labels = {
            "title_ar": gettext_lazy("Arabic title"),
            "title_en": gettext_lazy("English title"),
            "text_ar": gettext_lazy("Arabic text"),
            "text_en": gettext_lazy("English text"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {
            "text_ar": gettext_lazy(
                "Filled from the request: {name}, {reference}, {cycle}, {due_day}, {received_day},"
                " {programme}. What the agent fills in stands in [brackets]."
            ),
            "is_active": gettext_lazy("Without this nobody can choose it."),
        }
        widgets = {
            "title_en": forms.TextInput(attrs=_ENGLISH),
            "text_en": forms.Textarea(attrs=_ENGLISH | {"rows": "6"}),
            "text_ar": forms.Textarea(attrs={"rows": "6"}),
        }
        error_messages = {
            "title_ar": {"required": gettext_lazy("Write the title in Arabic.")},
            "title_en": {"required": gettext_lazy("Write the title in English.")},
            "text_ar": {"required": gettext_lazy("Write the text in Arabic.")},
            "text_en": {"required": gettext_lazy("Write the text in English.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
        field.choices = [("", _("Every type")), *type_choices(with_past=True)]

    def clean(self) -> dict[str, Any]:
        """Refuse a text in the wrong language, and a field that no ticket fills."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.clean_texts()
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
