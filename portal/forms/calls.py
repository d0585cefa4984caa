"""What somebody who called writes down."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.calls.statuses import OUTCOMES
from saudi.forms import MessageField

NOTE_CHARACTERS = 200


class OutcomeForm(forms.Form):
    """How a call ended."""

    outcome = forms.ChoiceField(
        label=_("How did the call end?"),
        choices=[(step.value, step.label) for step in OUTCOMES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the call ended.")},
    )
    note = MessageField(
        label=_("Note for colleagues (not needed)"),
        longest=NOTE_CHARACTERS,
        required=False,
        widget=forms.TextInput,
        help_text=_("Nothing private: no reason, no amount."),
    )
