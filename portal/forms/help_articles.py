"""What staff write into the help articles."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import CatalogueForm, order_field
from portal.help.words import unknown_marks
from saudi.languages import in_a_row
from sawtak.models import HelpArticle
from sawtak.ticket_types.selectors import type_choices

_MARKED: Final = ("short_ar", "short_en", "body_ar", "body_en")


class HelpArticleForm(CatalogueForm[HelpArticle]):
    """An article in both languages, its other words, and the types of request it belongs to."""

    texts = (
        *("question_ar", "question_en", *_MARKED),
        *("keywords_ar", "keywords_en"),
    )
    order = order_field()
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Types of request that it belongs to"),
        help_text=gettext_lazy(
            "Before a request of these types, the first two articles are offered as an answer."
        ),
        choices=partial(type_choices, with_past=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = HelpArticle
        fields = (
            *("question_ar", "question_en", "short_ar", "short_en", "body_ar", "body_en"),
            *("keywords_ar", "keywords_en", "categories", "order", "is_active"),
        )
        labels = {
            "question_ar": gettext_lazy("Question in Arabic"),
            "question_en": gettext_lazy("Question in English"),
            "short_ar": gettext_lazy("Short answer in Arabic"),
            "short_en": gettext_lazy("Short answer in English"),
            "body_ar": gettext_lazy("More in Arabic"),
            "body_en": gettext_lazy("More in English"),
            "keywords_ar": gettext_lazy("Other Arabic words for it"),
            "keywords_en": gettext_lazy("Other English words for it"),
            "is_active": gettext_lazy("Offered to citizens"),
        }
        help_texts = {
            "question_ar": gettext_lazy("As the citizen would ask it."),
            "short_ar": gettext_lazy("What to do, in two or three sentences."),
            "body_ar": gettext_lazy(
                "An empty line parts paragraphs. Lines that begin with “-” are a list, with "
                "“1.” steps. A link: [words](profile). The days to object: {window}."
            ),
            "keywords_ar": gettext_lazy("Words that people use for it. The search finds them."),
            "is_active": gettext_lazy("Without this nobody is shown it."),
        }
        widgets = {
            "short_ar": forms.Textarea(attrs={"rows": 3}),
            "short_en": forms.Textarea(attrs={"rows": 3}),
            "body_ar": forms.Textarea(attrs={"rows": 6}),
            "body_en": forms.Textarea(attrs={"rows": 6}),
        }
        error_messages = {
            "question_ar": {"required": gettext_lazy("Write the question in Arabic.")},
            "question_en": {"required": gettext_lazy("Write the question in English.")},
            "short_ar": {"required": gettext_lazy("Write the short answer in Arabic.")},
            "short_en": {"required": gettext_lazy("Write the short answer in English.")},
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a text in the wrong language, half of "more", and marks without a meaning."""
        facts = super().clean()
        self.refuse_half("body", _("Write more in both languages, or in neither."))
        for name in _MARKED:
            unknown = unknown_marks(facts.get(name) or "")
            if unknown:
                text = _("The portal does not know %(marks)s. Correct it, or write plain words.")
                self.add_error(name, text % {"marks": in_a_row(unknown)})
        return facts
