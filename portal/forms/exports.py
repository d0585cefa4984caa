"""What is asked before a list leaves the house: the format."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exports.models import ExportFormat


class ExportForm(forms.Form):
    """The format of the file; the same form sent twice exports once."""

    format = forms.ChoiceField(
        label=_("Kind of file"),
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        initial=ExportFormat.XLSX,
        error_messages={
            "required": _("Choose the kind of file."),
            "invalid_choice": _("Choose the kind of file."),
        },
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
