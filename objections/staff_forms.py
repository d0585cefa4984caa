"""What a caseworker fills in: a decision, or a wish for documents."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from objections.statuses import DECIDED_STATUSES, ObjectionStatus
from saudi.forms import MessageField

ANSWER_CHARACTERS = 1000


class DecisionForm(forms.Form):
    """The decision, with the answer that the citizen reads."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(status.value, status.label) for status in DECIDED_STATUSES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    answer = MessageField(
        label=_("The answer as the citizen reads it"),
        longest=ANSWER_CHARACTERS,
        help_text=_("Say what was decided, why, and what happens next, in easy words."),
        error_messages={"required": _("Write the answer: the citizen must know the reason.")},
    )

    def clean_decision(self) -> ObjectionStatus:
        return ObjectionStatus(self.cleaned_data["decision"])


class DocumentsForm(forms.Form):
    """Which documents are missing, and by when."""

    text = MessageField(
        label=_("What the citizen should send"),
        longest=ANSWER_CHARACTERS,
        help_text=_("Name the document and what must be visible in it."),
        error_messages={"required": _("Write which document is missing.")},
    )
    days = forms.TypedChoiceField(
        label=_("Time to send it"),
        coerce=int,
        choices=[(7, _("7 days")), (14, _("14 days")), (30, _("30 days"))],
        initial=14,
    )

    def due_on(self, today: date) -> date:
        """Give the last day on which the documents may be sent. Civil days in Riyadh."""
        return today + timedelta(days=self.cleaned_data["days"])
