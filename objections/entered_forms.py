"""What staff enter for somebody who did not file online."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.confirmed_ids.services import is_confirmed
from documents.forms import MultipleFileField
from objections.forms import SaidStatementForm
from objections.models import Ground, NeededDocument
from objections.models.objection import PROMISED_CHARACTERS
from objections.services.entered import DOCUMENT_DAYS
from objections.statuses import FilingChannel
from objections.window_forms import LastDayField
from saudi.digits import clean_text
from saudi.forms import NationalIdField
from saudi.languages import page_language
from saudi.plurals import days_text


class WhoForm(forms.Form):
    """Who objects, and how it came."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How did it come?"),
        widget=forms.RadioSelect,
        choices=[
            (FilingChannel.PHONE.value, gettext_lazy("The person is on the phone")),
            (FilingChannel.PAPER.value, gettext_lazy("A signed paper")),
        ],
        error_messages={"required": gettext_lazy("Choose how it came.")},
    )
    national_id = NationalIdField(
        label=gettext_lazy("National ID of who objects"), accepts=is_confirmed
    )


class _EntryForm(SaidStatementForm):
    """Ground and statement, with the form's own number."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, grounds: Iterable[Ground], **kwargs: Any) -> None:
        super().__init__(*args, grounds=grounds, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())


class PaperForm(_EntryForm):
    """A signed paper: its day, what it says, and the scan."""

    received_on = LastDayField(
        label=gettext_lazy("The day the paper was received"),
        help_text=gettext_lazy("The day on its stamp, like 2026-11-10. It decides, not today."),
        error_messages={"required": gettext_lazy("Write the day on the paper's stamp.")},
    )
    documents = MultipleFileField(label=gettext_lazy("The scanned paper and its documents"))
    is_compared = forms.BooleanField(
        label=gettext_lazy("I compared this with the paper, and the paper is signed."),
        error_messages={"required": gettext_lazy("Compare it with the paper, then tick this.")},
    )
    new_documents = MultipleFileField(
        label=gettext_lazy("The new documents"),
        help_text=gettext_lazy(
            "An objection to the same was refused. Scan apart what came with this paper and was "
            "not sent then."
        ),
        error_messages={"required": gettext_lazy("Scan at least one new document.")},
    )
    field_order = [
        "received_on",
        "ground",
        "statement",
        "documents",
        "new_documents",
        "is_compared",
    ]

    def __init__(self, *args: Any, is_again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_again:
            del self.fields["new_documents"]


class CallForm(_EntryForm):
    """What a caller says, and the documents they send later."""

    wanted = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Documents to send"),
        queryset=NeededDocument.objects.filter(is_active=True),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one document."),
            "invalid_choice": gettext_lazy("Choose documents of the list."),
        },
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Time to send them"), coerce=int, initial=14)
    promised_document = forms.CharField(
        label=gettext_lazy("The new document that comes"),
        max_length=PROMISED_CHARACTERS,
        help_text=gettext_lazy(
            "An objection to the same was refused. Ask which document comes now that was not sent "
            "then."
        ),
        error_messages={
            "required": gettext_lazy("Write which new document comes. Without one it is not filed.")
        },
    )
    field_order = ["ground", "statement", "wanted", "promised_document", "days"]

    def __init__(self, *args: Any, is_again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_again:
            del self.fields["promised_document"]
        days: Any = self.fields["days"]
        days.choices = [(count, days_text(count, page_language())) for count in DOCUMENT_DAYS]

    def clean_promised_document(self) -> str:
        return clean_text(self.cleaned_data["promised_document"])

    def clean_wanted(self) -> list[NeededDocument]:
        return list(self.cleaned_data["wanted"])


class ConsentForm(forms.Form):
    """The caller's word after it was read back."""

    has_consent = forms.BooleanField(
        label=gettext_lazy("I read it back. The caller says that it is true and may be sent."),
        error_messages={
            "required": gettext_lazy("Read it back to the caller first, then tick this.")
        },
    )


def entry_fault(why: str, written: str) -> tuple[str, str]:
    """Give the field and the words for what cannot be so; `written` is the day in the way."""
    if why == "future":
        return "received_on", _("This day is to come. Write the day on the paper's stamp.")
    if why == "before_window":
        return "received_on", _("The time to object began on %(day)s. Write that day or later.") % {
            "day": written
        }
    return "days", _("Choose one of the times in the list.")
