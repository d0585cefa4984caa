"""The contact form, which opens a ticket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from beneficiaries.models import Person
from saudi.digits import clean_text, is_blank
from saudi.forms import MessageField, MobileField, PersonNameField
from sawtak.forms import TrapField, message_length
from sawtak.models import Category, Ticket
from sawtak.services import TicketDetails

SUBJECT_LENGTH: int = Ticket._meta.get_field("subject").max_length or 0


class SubjectField(forms.CharField):
    """What a message is about, on one line."""

    default_error_messages = {
        "required": _("Write in a few words what your message is about."),
        "too_long": ngettext_lazy(
            "You wrote %(count)d character. Shorten the subject to %(limit)d.",
            "You wrote %(count)d characters. Shorten the subject to %(limit)d.",
            "count",
        ),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the text choose its direction."""
        return super().widget_attrs(widget) | {"dir": "auto"}

    def to_python(self, value: Any) -> str:
        """Give the subject as it is stored. Raises ValidationError."""
        text = "" if value in self.empty_values else str(value)
        if is_blank(text):
            return ""
        subject = " ".join(clean_text(text).split())
        if len(subject) > SUBJECT_LENGTH:
            raise ValidationError(
                self.error_messages["too_long"],
                code="too_long",
                params={"count": len(subject), "limit": SUBJECT_LENGTH},
            )
        return subject


class ContactForm(forms.Form):
    """A message to the programme from anyone; it asks for no ID."""

    name = PersonNameField(label=_("Full name"))
    mobile = MobileField(
        label=_("Mobile number"),
        help_text=_("We send the request's number to it, and tell you when we answer."),
    )
    subject = SubjectField(label=_("Subject"))
    message = MessageField(
        label=_("Your message"),
        longest=message_length,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Never write a password or a sign-in code."),
    )
    website = TrapField()

    def details(self, person: Person | None) -> TicketDetails:
        """Give what was written, once the form is valid; a signed-in person is who they are."""
        data = self.cleaned_data
        return TicketDetails(
            mobile=data["mobile"],
            full_name=data["name"],
            category=Category.OTHER,
            subject=data["subject"],
            message=data["message"],
            national_id="" if person is None else person.national_id,
            birth_date=None if person is None else person.birth_date,
        )
