"""What an agent writes to the sender of a ticket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.choices import FewRowsField
from beneficiaries.models import User
from documents.forms import KeepsFiles, MultipleFileField
from saudi.direction import isolate
from saudi.forms import MessageField
from saudi.languages import in_a_row
from sawtak.answering.fields import unfilled
from sawtak.answering.models import LONGEST_NOTE
from sawtak.models import Ticket

TEXT_CHARACTERS = 2000
REASON_CHARACTERS = 200
NOTE_CHARACTERS = 140
"""Of a hand-over: with the receiver's name it fits into the history's reason."""


class AnswerField(MessageField):
    """What the sender reads: nothing of a template is left to be filled in."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        left = unfilled(text or "")
        if left:
            words = _("Fill in %(fields)s, or take it out.")
            raise forms.ValidationError(words % {"fields": in_a_row(map(isolate, left))})
        return text


class AnswerForm(KeepsFiles):
    """An answer, or a question that the ticket then waits for, in the sender's language."""

    text = AnswerField(
        label=_("What you write to the sender"),
        longest=TEXT_CHARACTERS,
        help_text=_("Easy words, the answer first. The SMS does not carry this text."),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write the answer or the question.")},
    )
    attachments = MultipleFileField(label=_("Files for the sender"), required=False)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_english = ticket.language == "en"
        attrs = self.fields["text"].widget.attrs
        attrs |= {"lang": "en", "dir": "ltr"} if is_english else {"lang": "ar", "dir": "rtl"}

    def words(self) -> dict[str, Any]:
        """Give what the services take."""
        return {name: self.cleaned_data[name] for name in ("text", "attachments")}


class CloseForm(forms.Form):
    """Why a ticket is closed without more."""

    reason = MessageField(
        label=_("Reason, as the sender reads it"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput,
        error_messages={"required": _("Write why the ticket is closed.")},
    )


class HandOverForm(forms.Form):
    """To whom a ticket goes, or back into the queue."""

    to = FewRowsField(
        label=_("To"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Back into the queue"),
        error_messages={"invalid_choice": _("Choose a colleague of the list.")},
    )
    why = MessageField(
        label=_("Note (if it helps)"),
        longest=NOTE_CHARACTERS,
        required=False,
        widget=forms.TextInput,
    )

    def __init__(self, data: Any = None, *, colleagues: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # declared above
        if colleagues is not None:
            field.queryset = colleagues


class InternalNoteForm(forms.Form):
    """A note of staff for staff."""

    note = MessageField(
        label=_("Note for colleagues"),
        longest=LONGEST_NOTE,
        help_text=_("Only staff read it. It is never sent."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the note.")},
    )
