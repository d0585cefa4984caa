"""The صوتك مسموع form, the sender's reply and the code that opens a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.confirmed_ids.services import is_confirmed
from beneficiaries.cycles import cycle_name, is_cycle
from beneficiaries.models import Person
from documents.forms import KeepsFiles, MultipleFileField
from saudi.forms import (
    CodeField,
    HijriDateField,
    MessageField,
    MobileField,
    NationalIdField,
    PersonNameField,
)
from saudi.languages import page_language
from sawtak.presenting import ReplyWords
from sawtak.services import TicketDetails
from sawtak.ticket_types.selectors import type_choices

COMMENT_CHARACTERS = 500


def message_length() -> int:
    """Give how many characters a message may have."""
    return int(settings.LIMITS["message_characters"])


class _Unneeded(forms.TextInput):
    """A control that a browser sends empty, of a field that is not called optional."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class TrapField(forms.CharField):
    """A field that people do not see and that programs fill in: nothing is taken with it.

    The stylesheet keeps it off the page, out of the tab order and from screen readers. Whoever has
    it filled by their browser is shown it, with what to do; what they wrote is kept.
    """

    def __init__(self) -> None:
        super().__init__(
            label=_("Leave this field empty"),
            widget=_Unneeded(attrs={"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        """Refuse anything. Raises ValidationError."""
        if value:
            raise ValidationError(
                _("Something was written into this field by a program. Clear it, then send again."),
                code="filled",
            )
        return ""


class TicketForm(KeepsFiles):
    """A request to the programme, from anyone."""

    full_name = PersonNameField(label=_("Full name"))
    mobile = MobileField(
        label=_("Mobile number"),
        help_text=_("We send the request's number to it, and tell you when we answer."),
    )
    national_id = NationalIdField(
        label=_("National ID or residence number"),
        help_text=_("10 digits that start with 1 or 2."),
        # Not "off": Back would bring the page without it, and sending again would fail (O13 d).
        widget=forms.TextInput(attrs={"autocomplete": "on"}),
        accepts=is_confirmed,
    )
    birth = HijriDateField(
        label=_("Hijri birth date"), help_text=_("As on the ID card, like 1 Rajab 1404.")
    )
    category = forms.ChoiceField(
        label=_("Type of request"),
        choices=lambda: [("", _("Choose the type")), *type_choices()],
        widget=forms.Select(attrs={"class": "w-md"}),
        error_messages={
            "required": _("Choose the type of your request from the list."),
            "invalid_choice": _("Choose the type of your request from the list."),
        },
    )
    message = MessageField(
        label=_("Your request"),
        longest=message_length,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Say what happened, when, and what you want. Never write a password or a sign-in code."
        ),
    )
    attachments = MultipleFileField(label=_("Documents"), required=False)
    website = TrapField()

    def details(self) -> TicketDetails:
        """Give what was written, once the form is valid."""
        data = self.cleaned_data
        return TicketDetails(
            mobile=data["mobile"],
            full_name=data["full_name"],
            national_id=data["national_id"],
            birth_date=data["birth"],
            category=data["category"],
            message=data["message"],
        )


def initial_of(person: Person | None) -> dict[str, Any]:
    """Give what the form already knows of a signed-in person."""
    if person is None:
        return {}
    return {
        "full_name": person.full_name,
        "mobile": person.mobile,
        "national_id": person.national_id,
        "birth": person.birth_date,
    }


def late_message(asked: Mapping[str, str]) -> str:
    """Begin the message of somebody who came too late to object, from what the address names.

    It names a track and a cycle, never a person; nothing where one of both is missing.
    """
    cycle = asked.get("cycle", "")
    if not is_cycle(cycle):
        return ""
    words = {
        "result": gettext("I want to object to my result of %(cycle)s. I am late because:"),
        "payment": gettext("I want to object to my payment of %(cycle)s. I am late because:"),
    }
    name = cycle_name(cycle, page_language())
    begun = words.get(asked.get("about", ""), "")
    return begun % {"cycle": name} + " " if begun else ""


class ReplyForm(KeepsFiles):
    """The sender's next turn in the conversation, named for what it does (`words`)."""

    message = MessageField(longest=message_length, widget=forms.Textarea(attrs={"rows": 5}))
    attachments = MultipleFileField(label=_("Documents"), required=False)

    def __init__(self, *args: Any, words: ReplyWords, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["message"].label = words.label
        self.fields["message"].error_messages["required"] = words.required


class RatingForm(forms.Form):
    """What the sender thinks of the answer."""

    stars = forms.TypedChoiceField(
        label=_("From 1 to 5"),
        choices=[
            (5, _("5: very good")),
            (4, _("4: good")),
            (3, _("3: fair")),
            (2, _("2: poor")),
            (1, _("1: very poor")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a number from 1 to 5."),
            "invalid_choice": _("Choose a number from 1 to 5."),
        },
    )
    comment = MessageField(
        label=_("What should we do better?"),
        longest=COMMENT_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TicketCodeForm(forms.Form):
    """The code that was sent to the ticket's mobile."""

    code = CodeField(label=_("The code from the message"))
