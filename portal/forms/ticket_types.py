"""What staff write into the types of request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objections.admin.ground_forms import InBothLanguages, order_field
from sawtak.models import TicketType


class TicketTypeForm(InBothLanguages, forms.ModelForm[TicketType]):
    """A type: its words in both languages, its place, whether it is sensitive or offered."""

    texts = ("label_ar", "label_en", "hint_ar", "hint_en")
    order = order_field()

    class Meta:
        model = TicketType
        fields = (
            *("label_ar", "label_en", "hint_ar", "hint_en"),
            *("order", "is_sensitive", "is_active"),
        )
        labels = {
            "label_ar": gettext_lazy("Type in Arabic"),
            "label_en": gettext_lazy("Type in English"),
            "hint_ar": gettext_lazy("Hint in Arabic"),
            "hint_en": gettext_lazy("Hint in English"),
            "is_sensitive": gettext_lazy("Sensitive"),
            "is_active": gettext_lazy("Offered to citizens"),
        }
        help_texts = {
            "label_ar": gettext_lazy("As the citizen would say it, in a few words."),
            "hint_ar": gettext_lazy("What belongs to it. It stands below the name."),
            "is_sensitive": gettext_lazy(
                "Its name is shown to the sender after the code, and to staff. Elsewhere it says "
                "only that there is a request."
            ),
            "is_active": gettext_lazy(
                "Without this nobody can choose it. Requests that have it keep it."
            ),
        }
        widgets = {
            "label_en": forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
            "hint_en": forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
        }
        error_messages = {
            "label_ar": {"required": gettext_lazy("Write the type in Arabic.")},
            "label_en": {"required": gettext_lazy("Write the type in English.")},
        }

    def clean(self) -> dict[str, Any]:
        """Refuse half a hint, a second type of the same words, and to offer none."""
        facts = self.cleaned_data
        self.clean_texts()
        hints = (facts.get("hint_ar"), facts.get("hint_en"))
        if any(hints) and not all(hints):
            missing = "hint_en" if hints[0] else "hint_ar"
            self.add_error(missing, _("Write the hint in both languages, or in neither."))
        others = TicketType.objects.filter(is_active=True).exclude(pk=self.instance.pk)
        if facts.get("is_active"):
            for name in ("label_ar", "label_en"):
                if facts.get(name) and others.filter(**{name: facts[name]}).exists():
                    self.add_error(name, _("Another type has the same words."))
        elif not others.exists():
            self.add_error("is_active", _("This is the last type. Offer another one first."))
        return facts
