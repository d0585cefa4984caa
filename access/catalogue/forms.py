"""What staff write into a catalogue: texts in both languages, a place, whether it is in use."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saudi.digits import clean_text

RowT = TypeVar("RowT", bound=Model)

_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
_ENGLISH: Final = {"dir": "ltr", "lang": "en"}
_HIGHEST_PLACE: Final = 999


def order_field() -> forms.IntegerField:
    """Make the field of a row's place among the others."""
    return forms.IntegerField(
        label=gettext_lazy("Place in the list"),
        help_text=gettext_lazy("The lowest number stands first."),
        min_value=0,
        max_value=_HIGHEST_PLACE,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Write a number from 0 to 999."),
        ),
    )


class CatalogueForm(forms.ModelForm[RowT]):
    """A row whose `texts` end in `_ar` and `_en`: readable, and each in its own language."""

    texts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"order", "place"} & self.fields.keys():
            self.fields[name].initial = getattr(self._meta.model(), name)
        for name in self.texts:
            if name.endswith("_en") and name in self.fields:
                self.fields[name].widget.attrs.update(_ENGLISH)
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                offered: Any = field.choices
                field.choices = [(key, label if key else _("Choose")) for key, label in offered]

    def clean(self) -> dict[str, Any]:
        """Refuse a text that is empty or in the wrong language."""
        super().clean()
        for name in self.texts:
            if name in self.cleaned_data:
                self._clean_text(name)
        return self.cleaned_data

    def _clean_text(self, name: str) -> None:
        text = self.cleaned_data[name] = clean_text(self.cleaned_data[name])
        field = self.fields[name]
        if not text and field.required:
            self.add_error(name, field.error_messages["required"])
        if text and name.endswith("_ar") and not _ARABIC.search(text):
            self.add_error(name, _("Write this text in Arabic."))
        if name.endswith("_en") and _ARABIC.search(text):
            self.add_error(name, _("Write this text in English."))

    def refuse_half(self, name: str, refusal: str) -> None:
        """Refuse an optional text that is written in one language alone."""
        arabic, english = (self.cleaned_data.get(f"{name}_{each}") for each in ("ar", "en"))
        if bool(arabic) != bool(english):
            self.add_error(f"{name}_en" if arabic else f"{name}_ar", refusal)


class OfferedForm(CatalogueForm[RowT]):
    """What citizens choose from: a name, a hint, its place; the last one stays offered."""

    texts = ("label_ar", "label_en", "hint_ar", "hint_en")
    order = order_field()

    def others(self) -> QuerySet[Any] | None:
        """Give what is offered beside this row; None while that cannot be told."""
        rows = self._meta.model._base_manager.filter(is_active=True)
        return rows.exclude(pk=self.instance.pk)

    def same_words(self) -> str:
        """Say that another row has the same words."""
        raise NotImplementedError

    def last_one(self) -> str:
        """Say that nothing else would be offered."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Refuse half a hint, a second row of the same words, and to offer none."""
        facts = super().clean()
        self.refuse_half("hint", _("Write the hint in both languages, or in neither."))
        others = self.others()
        if others is None:
            return facts
        if facts.get("is_active"):
            for name in ("label_ar", "label_en"):
                if facts.get(name) and others.filter(**{name: facts[name]}).exists():
                    self.add_error(name, self.same_words())
        elif not others.exists():
            self.add_error("is_active", self.last_one())
        return facts


def text_areas(rows: int) -> dict[str, forms.Widget]:
    """Make the widgets of the texts of a template."""
    return {name: forms.Textarea(attrs={"rows": str(rows)}) for name in ("text_ar", "text_en")}


class TemplateForm(CatalogueForm[RowT]):
    """A text that staff begin with: its title, what it says, its place."""

    texts = ("title_ar", "title_en", "text_ar", "text_en")
    place = order_field()

    class Meta:
        fields: tuple[str, ...] = (
            *("title_ar", "title_en", "text_ar", "text_en"),
            *("place", "is_active"),
        )
        labels: ClassVar[dict[str, Any]] = {
            "title_ar": gettext_lazy("Arabic title"),
            "title_en": gettext_lazy("English title"),
            "text_ar": gettext_lazy("Arabic text"),
            "text_en": gettext_lazy("English text"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "is_active": gettext_lazy("Without this nobody can choose it."),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "title_ar": {"required": gettext_lazy("Write the title in Arabic.")},
            "title_en": {"required": gettext_lazy("Write the title in English.")},
            "text_ar": {"required": gettext_lazy("Write the text in Arabic.")},
            "text_en": {"required": gettext_lazy("Write the text in English.")},
        }
