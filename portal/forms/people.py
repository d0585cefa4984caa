"""What staff write on a person's page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from objections.window_forms import LastDayField
from portal.people.models import NOTE_CHARACTERS, REASON_CHARACTERS
from portal.people.statuses import ASKED_WHYS, FlagKind
from saudi.forms import MessageField


class WhyForm(forms.Form):
    """Why a file is opened."""

    why = forms.ChoiceField(
        label=_("Why do you open this file?"),
        choices=[(why.value, why.label) for why in ASKED_WHYS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why.")},
    )
    reason = MessageField(
        label=_("In a few words"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Like the number of the audit or of the complaint. It is kept with your name."),
        error_messages={"required": _("Write what it is about.")},
    )


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = MessageField(
        label=_("Note for colleagues"),
        longest=NOTE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person never reads it. It stays as it is written."),
        error_messages={"required": _("Write the note.")},
    )


class EndForm(forms.Form):
    """Why a note is struck out, or a flag taken away."""

    row = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    end_reason = MessageField(
        label=_("Why"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write why.")},
    )


class FlagForm(forms.Form):
    """A flag, its reason and its last day."""

    kind = forms.ChoiceField(
        label=_("Flag"),
        choices=[("", _("Choose the flag")), *FlagKind.choices],
        error_messages={"required": _("Choose the flag.")},
    )
    flag_reason = MessageField(
        label=_("Reason"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the reason.")},
    )
    until = LastDayField(
        label=_("Until"), error_messages={"required": _("Write the last day of the flag.")}
    )
