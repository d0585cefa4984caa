"""What an agent writes to the sender of a ticket."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from saudi.forms import MessageField

TEXT_CHARACTERS = 2000
REASON_CHARACTERS = 200


class AnswerForm(forms.Form):
    """An answer, or a question that the ticket then waits for."""

    text = MessageField(
        label=_("What you write to the sender"),
        longest=TEXT_CHARACTERS,
        help_text=_("Easy words, the answer first. The SMS does not carry this text."),
        error_messages={"required": _("Write the answer or the question.")},
    )


class CloseForm(forms.Form):
    """Why a ticket is closed without more."""

    reason = MessageField(
        label=_("Reason, as the sender reads it"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput,
        error_messages={"required": _("Write why the ticket is closed.")},
    )
