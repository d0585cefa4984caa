"""Which ticket belongs to another, and what of one becomes a ticket of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from access.references import InvalidReference, is_ticket, parse_reference
from saudi.forms.numbers import NumberField
from sawtak.models import Ticket, TicketMessage
from sawtak.ticket_types.selectors import type_choices

_SHOWN_CHARACTERS = 90


class OtherTicketField(NumberField):
    """The number of a ticket, in any digits; gives the ticket."""

    attrs = {"inputmode": "numeric"}
    default_error_messages = {
        "required": _("Write the 10 digits of the other request's number."),
        "unknown": _("No request has this number. Compare it digit by digit."),
    }

    def parse(self, text: str) -> Any:
        """Look the ticket up. Raises ValidationError."""
        try:
            reference = parse_reference(text)
        except InvalidReference as error:
            reason = "required" if error.reason == "required" else "unknown"
            raise ValidationError(self.error_messages[reason], code=reason) from error
        found = Ticket.objects.filter(reference=reference).first() if is_ticket(reference) else None
        if found is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return found


class LinkForm(forms.Form):
    """A ticket that belongs to this one."""

    other = OtherTicketField(
        label=_("Number of the other request"), help_text=_("Both pages show the link.")
    )


class MergeForm(forms.Form):
    """The ticket that goes on with what this one says."""

    into = OtherTicketField(
        label=_("Number of the request that goes on"),
        help_text=_(
            "Of the same mobile and person. This one is closed, and the sender is told by SMS."
        ),
    )


class SplitForm(forms.Form):
    """What the sender wrote of a second matter, and its type."""

    said = forms.MultipleChoiceField(
        label=_("What belongs to the second matter"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick what the sender wrote of the second matter."),
            "invalid_choice": _("Tick what the sender wrote of the second matter."),
        },
    )
    category = forms.ChoiceField(
        label=_("Type of the new request"),
        error_messages={
            "required": _("Choose the type of the new request."),
            "invalid_choice": _("Choose the type of the new request."),
        },
    )

    def __init__(
        self, data: Any = None, *, said: Sequence[TicketMessage] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        chosen = cast(forms.MultipleChoiceField, self.fields["said"])
        chosen.choices = [(str(each.pk), _shortened(each.text)) for each in said]
        types = cast(forms.ChoiceField, self.fields["category"])
        types.choices = [("", _("Choose the type")), *type_choices()]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
