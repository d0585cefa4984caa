"""What staff say when they move a last filing day."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objections.grounds import Track
from saudi.forms import MessageField
from saudi.gregorian import InvalidGregorianDate, parse_gregorian

REASON_CHARACTERS: Final = 500

TRACK_LABELS: Final[dict[Track, Any]] = {
    "result": gettext_lazy("Results: eligible or not"),
    "payment": gettext_lazy("Payments that are short"),
}


class LastDayField(forms.CharField):
    """A civil day as 2026-11-10, in any digits; the services say which day is possible."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}
        kwargs.setdefault("help_text", gettext_lazy("Gregorian, like 2027-02-10."))
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_gregorian(text)
        except InvalidGregorianDate as error:
            raise ValidationError(_("Write the day like 2027-02-10.")) from error


class ExtensionForm(forms.Form):
    """What of a cycle is extended, until which day, and why."""

    track = forms.ChoiceField(
        label=gettext_lazy("What is extended"),
        widget=forms.RadioSelect,
        choices=list(TRACK_LABELS.items()),
        error_messages={"required": gettext_lazy("Choose what is extended.")},
    )
    last_day = LastDayField(
        label=gettext_lazy("The new last day"),
        error_messages={"required": gettext_lazy("Write the new last day.")},
    )
    reason = MessageField(
        label=gettext_lazy("Why"),
        longest=REASON_CHARACTERS,
        help_text=gettext_lazy("For staff and auditors; citizens do not read it."),
        error_messages={"required": gettext_lazy("Write why more time is given.")},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, tracks: list[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        field: Any = self.fields["track"]
        field.choices = [(track, TRACK_LABELS[track]) for track in tracks]
        if len(tracks) == 1:
            self.initial.setdefault("track", tracks[0])


def extension_fault(why: str, written: str) -> tuple[str, str]:
    """Give the field and the words for a refused extension; `written` is the day in words."""
    if why == "reason":
        return "reason", _("Write why more time is given.")
    if why == "too_early":
        return "last_day", _("It gives nobody more time. Write a day after %(day)s.") % {
            "day": written
        }
    if why == "past":
        return "last_day", _("This day has passed. Write today or a later day.")
    if why == "too_late":
        return "last_day", _("This is too far. Write a day up to %(day)s.") % {"day": written}
    return "track", _("Nothing of it was announced, so there is no time to extend.")


class ExemptionForm(forms.Form):
    """Until which day one person may object, and why."""

    last_day = LastDayField(
        label=gettext_lazy("The person may object until the end of"),
        error_messages={"required": gettext_lazy("Write the last day.")},
    )
    reason = MessageField(
        label=gettext_lazy("Why"),
        longest=REASON_CHARACTERS,
        help_text=gettext_lazy("What kept the person, and how you know. Citizens do not read it."),
        error_messages={"required": gettext_lazy("Write why this person gets more time.")},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())


def exemption_fault(why: str, written: str) -> tuple[str | None, str]:
    """Give the field, or none, and the words for a refused exemption; `written` is the day."""
    if why == "reason":
        return "reason", _("Write why this person gets more time.")
    if why == "too_early":
        return "last_day", _("Everybody has until %(day)s. Write a later day.") % {"day": written}
    if why == "past":
        return "last_day", _("This day has passed. Write today or a later day.")
    if why == "too_late":
        return "last_day", _("This is too far. Write a day up to %(day)s.") % {"day": written}
    return None, _("Nothing is left to object to here: see the row's page for what happened.")
