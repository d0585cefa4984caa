"""What is filled in for an act on many cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from access.choices import FewRowsField
from beneficiaries.models import User
from objections.bulk.services import BulkWish
from objections.colleagues import colleagues_of
from objections.models import AnswerTemplate
from objections.models.wordings import DOCUMENTS_KIND
from objections.staff_forms import BLANK, DueForm, NoteForm
from objections.statuses import BulkKind
from saudi.gregorian import riyadh_today
from saudi.languages import page_language

if TYPE_CHECKING:
    from collections.abc import Mapping


class NothingForm(forms.Form):
    """An act that asks nothing more than to be sent."""

    def wish(self, kind: BulkKind) -> BulkWish:
        return BulkWish(kind)


class BulkNoteForm(NoteForm):
    """A note for whoever goes on with the cases."""

    def wish(self, kind: BulkKind) -> BulkWish:
        return BulkWish(kind, note=self.cleaned_data["note"])


class BulkHandOverForm(NoteForm):
    """One colleague who gets the cases, and why."""

    to = FewRowsField(
        label=_("To"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose who gets the cases."),
            "invalid_choice": _("Choose who gets the cases."),
        },
    )
    field_order = ("to", "note")

    def __init__(self, data: Any = None, *, by: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # declared above
        field.queryset = colleagues_of(by)

    def wish(self, kind: BulkKind) -> BulkWish:
        chosen = self.cleaned_data
        return BulkWish(kind, to=chosen["to"], note=chosen["note"])


class BulkDocumentsForm(DueForm):
    """Which documents are asked for, by a template that needs nothing filled in, and by when."""

    template = forms.ChoiceField(
        label=_("What citizens should send, each in their language"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what citizens should send."),
            "invalid_choice": _("Choose what citizens should send."),
        },
    )
    field_order = ("template", "days")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        language = page_language()
        self.templates = {
            str(each.pk): each
            for each in AnswerTemplate.objects.filter(kind=DOCUMENTS_KIND, is_active=True)
            if not any(BLANK.search(text) for text in (each.text_ar, each.text_en))
        }
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
        field.choices = [
            (
                pk,
                format_html(
                    '{}<span class="sub">{}</span>', each.title(language), each.text(language)
                ),
            )
            for pk, each in self.templates.items()
        ]

    def wish(self, kind: BulkKind) -> BulkWish:
        template = self.templates[self.cleaned_data["template"]]
        texts = {"ar": template.text_ar, "en": template.text_en}
        return BulkWish(kind, texts=texts, due_on=self.due_on(riyadh_today()))


class BulkApproveForm(forms.Form):
    """The second person says that they have read what they approve."""

    is_read = forms.BooleanField(
        label=_("I have read each of these decisions"),
        error_messages={"required": _("Read each decision, then tick this.")},
    )

    def __init__(self, data: Any = None, *, decisions: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.decisions = decisions

    def wish(self, kind: BulkKind) -> BulkWish:
        return BulkWish(kind, decisions=self.decisions)


BulkForm = NothingForm | BulkNoteForm | BulkHandOverForm | BulkDocumentsForm | BulkApproveForm


def bulk_form(
    kind: BulkKind, data: Any = None, *, by: User, decisions: Mapping[int, int]
) -> BulkForm:
    """Make the form of an act; `decisions` are the proposals of its page, by their cases."""
    if kind == BulkKind.HAND_OVER:
        return BulkHandOverForm(data, by=by)
    if kind == BulkKind.PUT_BACK:
        return BulkNoteForm(data)
    if kind == BulkKind.DOCUMENTS:
        return BulkDocumentsForm(data)
    if kind == BulkKind.APPROVE:
        return BulkApproveForm(data, decisions=decisions)
    return NothingForm(data)
