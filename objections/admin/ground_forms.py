"""What staff write into the catalogue of grounds and needed documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import CatalogueForm, OfferedForm, order_field
from beneficiaries.reasons import REASONS
from objections.models import Ground, NeededDocument

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _ManyGrounds = forms.ModelMultipleChoiceField[Ground]
else:
    _ManyGrounds = forms.ModelMultipleChoiceField


class GroundForm(OfferedForm[Ground]):
    """What may be changed of a ground: its words, its place, and whether it is offered."""

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
        error_messages = {
            "label_ar": {"required": gettext_lazy("Write the ground in Arabic.")},
            "label_en": {"required": gettext_lazy("Write the ground in English.")},
        }

    def others(self) -> QuerySet[Ground] | None:
        """Give the offered grounds of its track; None until a track is chosen."""
        track = self.cleaned_data.get("track") or self.instance.track
        others = super().others()
        return others.filter(track=track) if track and others is not None else None

    def same_words(self) -> str:
        return _("This track has a ground of the same words.")

    def last_one(self) -> str:
        return _("This is the last ground of its track. Offer another one first.")


class NewGroundForm(GroundForm):
    """A new ground: also the track on which it is offered, which never changes."""

    class Meta(GroundForm.Meta):
        fields = ("track", *GroundForm.Meta.fields)
        widgets = {"track": forms.RadioSelect()}
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


class NeededDocumentForm(CatalogueForm[NeededDocument]):
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
            "visible_ar": forms.Textarea(attrs={"rows": 2}),
            "visible_en": forms.Textarea(attrs={"rows": 2}),
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
        facts = super().clean()
        if not facts.get("grounds") and not facts.get("reason_codes"):
            self.add_error("grounds", _("Choose at least one ground or one reason."))
        return facts
