"""What staff write into the catalogue of grounds and needed documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.reasons import REASONS
from objections.models import Ground, NeededDocument
from saudi.digits import clean_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _ManyGrounds = forms.ModelMultipleChoiceField[Ground]
else:
    _ManyGrounds = forms.ModelMultipleChoiceField

_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
_HIGHEST_PLACE: Final = 999

_ENGLISH = {"dir": "ltr", "lang": "en"}


def order_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Place in the list"),
        help_text=gettext_lazy("The lowest number stands first."),
        min_value=0,
        max_value=_HIGHEST_PLACE,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
        error_messages={
            "required": gettext_lazy("Write a number from 0 to 999."),
            "invalid": gettext_lazy("Write a number from 0 to 999."),
            "min_value": gettext_lazy("Write a number from 0 to 999."),
            "max_value": gettext_lazy("Write a number from 0 to 999."),
        },
    )


class InBothLanguages:
    """Clean texts whose names end in `_ar` and `_en`: readable, and each in its own language."""

    cleaned_data: dict[str, Any]
    texts: tuple[str, ...] = ()

    def clean_texts(self: Any) -> None:
        for name in self.texts:
            if name not in self.cleaned_data:
                continue
            text = self.cleaned_data[name] = clean_text(self.cleaned_data[name])
            if not text and self.fields[name].required:
                self.add_error(name, self.fields[name].error_messages["required"])
            if text and name.endswith("_ar") and not _ARABIC.search(text):
                self.add_error(name, _("Write this text in Arabic."))
            if name.endswith("_en") and _ARABIC.search(text):
                self.add_error(name, _("Write this text in English."))


class GroundForm(InBothLanguages, forms.ModelForm[Ground]):
    """What may be changed of a ground: its words, its place, and whether it is offered."""

    texts = ("label_ar", "label_en", "hint_ar", "hint_en")
    order = order_field()

    class Meta:
        model = Ground
        fields: tuple[str, ...] = (
            *("label_ar", "label_en", "hint_ar", "hint_en", "order", "is_active"),
        )
        labels = {
            "track": gettext_lazy("Track"),
            "label_ar": gettext_lazy("Ground in Arabic"),
            "label_en": gettext_lazy("Ground in English"),
            "hint_ar": gettext_lazy("Hint in Arabic"),
            "hint_en": gettext_lazy("Hint in English"),
            "is_active": gettext_lazy("Offered to citizens"),
        }
        help_texts = {
            "label_ar": gettext_lazy("As the citizen would say it, in a few words."),
            "hint_ar": gettext_lazy("What to write about it. It shows when the ground is chosen."),
            "is_active": gettext_lazy(
                "Without this nobody can choose it. Objections that have it keep it."
            ),
        }
        widgets: dict[str, forms.Widget] = {
            "label_en": forms.TextInput(attrs=_ENGLISH),
            "hint_en": forms.TextInput(attrs=_ENGLISH),
        }
        error_messages = {
            "label_ar": {"required": gettext_lazy("Write the ground in Arabic.")},
            "label_en": {"required": gettext_lazy("Write the ground in English.")},
        }

    def clean(self) -> dict[str, Any]:
        """Refuse half a hint, a second ground of the same words, and a track without grounds."""
        facts = self.cleaned_data
        self.clean_texts()
        hints = (facts.get("hint_ar"), facts.get("hint_en"))
        if any(hints) and not all(hints):
            missing = "hint_en" if hints[0] else "hint_ar"
            self.add_error(missing, _("Write the hint in both languages, or in neither."))
        track = facts.get("track") or self.instance.track
        others = Ground.objects.filter(track=track, is_active=True).exclude(pk=self.instance.pk)
        if facts.get("is_active"):
            for name in ("label_ar", "label_en"):
                if facts.get(name) and others.filter(**{name: facts[name]}).exists():
                    self.add_error(name, _("This track has a ground of the same words."))
        elif track and not others.exists():
            text = _("This is the last ground of its track. Offer another one first.")
            self.add_error("is_active", text)
        return facts


class NewGroundForm(GroundForm):
    """A new ground: also the track on which it is offered, which never changes."""

    class Meta(GroundForm.Meta):
        fields = ("track", *GroundForm.Meta.fields)
        widgets = GroundForm.Meta.widgets | {"track": forms.RadioSelect()}
        error_messages = {
            **GroundForm.Meta.error_messages,
            "track": {"required": gettext_lazy("Choose a track.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        track = self.fields["track"]
        track.choices = track.choices[1:]  # type: ignore[attr-defined]  # without the empty one


class _GroundsField(_ManyGrounds):
    """Grounds of both tracks, each with its track."""

    def label_from_instance(self, obj: Ground) -> str:
        return f"{obj} – {obj.get_track_display()}"


def reason_choices() -> list[tuple[str, StrOrPromise]]:
    """List the reasons of results and payments by their code."""
    return [(code, capfirst(str(reason.label))) for code, reason in REASONS.items()]


class NeededDocumentForm(InBothLanguages, forms.ModelForm[NeededDocument]):
    """A document: its name, what must be visible in it, and what suggests it."""

    texts = ("name_ar", "name_en", "visible_ar", "visible_en")
    order = order_field()
    grounds = _GroundsField(
        label=gettext_lazy("Grounds that suggest it"),
        queryset=Ground.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason_codes = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons of a result or payment that suggest it"),
        help_text=gettext_lazy(
            "A document of a reason that only its owner sees is shown to its owner only."
        ),
        choices=reason_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = NeededDocument
        fields = (
            *("name_ar", "name_en", "visible_ar", "visible_en"),
            *("grounds", "reason_codes", "order", "is_active"),
        )
        labels = {
            "name_ar": gettext_lazy("Name in Arabic"),
            "name_en": gettext_lazy("Name in English"),
            "visible_ar": gettext_lazy("What must be visible, in Arabic"),
            "visible_en": gettext_lazy("What must be visible, in English"),
            "is_active": gettext_lazy("Offered to citizens"),
        }
        help_texts = {
            "is_active": gettext_lazy(
                "Without this nobody is shown it. Files that were sent as it keep its name."
            )
        }
        widgets = {
            "name_en": forms.TextInput(attrs=_ENGLISH),
            "visible_ar": forms.Textarea(attrs={"rows": 2}),
            "visible_en": forms.Textarea(attrs={"rows": 2} | _ENGLISH),
        }
        error_messages = {
            "name_ar": {"required": gettext_lazy("Write the name in Arabic.")},
            "name_en": {"required": gettext_lazy("Write the name in English.")},
            "visible_ar": {"required": gettext_lazy("Write what must be visible, in Arabic.")},
            "visible_en": {"required": gettext_lazy("Write what must be visible, in English.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grounds"].queryset = Ground.objects.order_by(  # type: ignore[attr-defined]
            "-track", "order", "id"
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a text in the wrong language, and a document that nothing suggests."""
        self.clean_texts()
        facts = self.cleaned_data
        if not facts.get("grounds") and not facts.get("reason_codes"):
            self.add_error("grounds", _("Choose at least one ground or one reason."))
        return facts
