"""What an agent types while somebody is on the phone, or from a post or a letter."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.confirmed_ids.services import is_confirmed
from beneficiaries.models import Person
from portal.contacts.rules import (
    REASON_CHARACTERS,
    TEXT_CHARACTERS,
    is_stamp_possible,
    names_somebody,
)
from portal.contacts.services import Arrival
from portal.contacts.statuses import ContactChannel, Outcome
from saudi.digits import clean_text
from saudi.forms import (
    GregorianDateField,
    HijriDateField,
    MessageField,
    MobileField,
    NationalIdField,
    PersonNameField,
)
from saudi.gregorian import riyadh_today
from sawtak.forms import message_length
from sawtak.models import Ticket
from sawtak.services import TicketDetails
from sawtak.ticket_types.selectors import type_choices

SOURCE_CHARACTERS: Final = 200

KEYS: Final = {"continue": "1", "ticket": "2", "objection": "3", "outcome": "4"}
"""The access keys of a contact's page: digits, which every keyboard's layout has, with the key
that the browser chooses (docs/adr/0033)."""


class CallerForm(forms.Form):
    """Who calls: the three facts that have to be one person's."""

    channel = ContactChannel.PHONE

    submission = forms.UUIDField(widget=forms.HiddenInput)
    national_id = NationalIdField(
        label=gettext_lazy("National ID or residence number"), accepts=is_confirmed
    )
    birth = HijriDateField(label=gettext_lazy("Hijri birth date"))
    mobile = MobileField(
        label=gettext_lazy("Mobile number in the register"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, must_identify: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        for name in ("national_id", "birth", "mobile"):
            self.fields[name].required = must_identify
        if not self.is_bound:
            first = next(field for field in self.visible_fields())
            first.field.widget.attrs["autofocus"] = True

    def arrival(self) -> Arrival:
        """Give how it came, once the form is valid."""
        return Arrival(
            channel=self.channel,
            source=self.cleaned_data.get("source", ""),
            received_on=self.cleaned_data.get("received_on"),
        )


class PostForm(CallerForm):
    """A post on X: where it stands, and who wrote it where they sent that in private."""

    channel = ContactChannel.X

    source = forms.CharField(
        label=gettext_lazy("Address of the post, or the writer's name on X"),
        help_text=gettext_lazy("Like @name or https://x.com/name/status/123."),
        max_length=SOURCE_CHARACTERS,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write where the post stands.")},
    )
    field_order = ["source", "national_id", "birth", "mobile"]

    def clean_source(self) -> str:
        """Give the writer's name with its @, or the address of a post. Raises ValidationError."""
        typed = clean_text(self.cleaned_data["source"]).strip()
        text = typed.removeprefix("https://").removeprefix("http://").removeprefix("www.")
        for host in ("x.com/", "twitter.com/"):
            if text.lower().startswith(host):
                return f"https://x.com/{_path(text[len(host) :])}"
        name = text.removeprefix("@")
        if not _is_handle(name):
            raise ValidationError(_("Write a name like @name, or the whole address of the post."))
        return f"@{name}"


class LetterForm(CallerForm):
    """A letter: the day of its stamp, and who wrote it."""

    channel = ContactChannel.LETTER

    received_on = GregorianDateField(
        label=gettext_lazy("The day the letter was received"),
        help_text=gettext_lazy("The day on its stamp, like 2026-11-10. It decides, not today."),
        error_messages={"required": gettext_lazy("Write the day on the letter's stamp.")},
    )
    field_order = ["received_on", "national_id", "birth", "mobile"]

    def clean_received_on(self) -> date:
        """Refuse a day that is to come, and one so old that it is misread."""
        stamp: date = self.cleaned_data["received_on"]
        if not is_stamp_possible(stamp, today=riyadh_today()):
            raise ValidationError(
                _("Write a day of the last year, today at the latest. Compare it with the stamp.")
            )
        return stamp


FORM_OF: Final[dict[str, type[CallerForm]]] = {
    form.channel.value: form for form in (CallerForm, PostForm, LetterForm)
}


class IdentifyForm(forms.Form):
    """The three facts again, on the page of a contact that goes on without them."""

    national_id = NationalIdField(
        label=gettext_lazy("National ID or residence number"), accepts=is_confirmed
    )
    birth = HijriDateField(label=gettext_lazy("Hijri birth date"))
    registered_mobile = MobileField(
        label=gettext_lazy("Mobile number in the register"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    prefix = "who"


class ContinueForm(forms.Form):
    """What somebody says about a request that is open."""

    ticket = forms.TypedChoiceField(
        label=gettext_lazy("Request"),
        coerce=int,
        widget=forms.Select(attrs={"accesskey": KEYS["continue"]}),
        error_messages={"required": gettext_lazy("Choose the request.")},
    )
    words = MessageField(
        label=gettext_lazy("What the person says"),
        longest=message_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what the person says.")},
    )

    def __init__(self, *args: Any, tickets: Iterable[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticket"].choices = [  # type: ignore[attr-defined]
            (ticket.pk, f"{ticket.reference} · {ticket.get_category_display()}")
            for ticket in tickets
        ]


class NewTicketForm(forms.Form):
    """A new request in somebody's own words."""

    category = forms.ChoiceField(
        label=gettext_lazy("Type of request"),
        choices=lambda: [("", _("Choose the type")), *type_choices()],
        widget=forms.Select(attrs={"accesskey": KEYS["ticket"]}),
        error_messages={"required": gettext_lazy("Choose the type of the request.")},
    )
    message = MessageField(
        label=gettext_lazy("What the person says"),
        longest=message_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("In their own words, as far as you can."),
        error_messages={"required": gettext_lazy("Write what the person says.")},
    )
    mobile = MobileField(
        label=gettext_lazy("Mobile number for the answer"),
        help_text=gettext_lazy("The number of the request goes to it by SMS."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: Person | None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)
        if person is None:
            self.fields["full_name"] = PersonNameField(
                label=_("Full name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
            )
            self.fields["national_id"] = NationalIdField(
                label=_("National ID or residence number (not needed)"),
                accepts=is_confirmed,
                required=False,
            )
            self.order_fields(["category", "message", "full_name", "mobile", "national_id"])

    def details(self) -> TicketDetails:
        """Give the request, with what the register says of an identified person."""
        data, person = self.cleaned_data, self.person
        return TicketDetails(
            mobile=data["mobile"],
            full_name=data["full_name"] if person is None else person.full_name,
            category=data["category"],
            message=data["message"],
            national_id=data["national_id"] if person is None else person.national_id,
            birth_date=None if person is None else person.birth_date,
        )


class OutcomeForm(forms.Form):
    """How it ended, and what colleagues can learn from it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    problem = MessageField(
        label=gettext_lazy("Problem"),
        longest=TEXT_CHARACTERS,
        required=False,
        widget=forms.TextInput(attrs={"accesskey": KEYS["outcome"], "autocomplete": "off"}),
        help_text=gettext_lazy(
            "In a few words for your colleagues. No name and no number of anybody."
        ),
    )
    cause = MessageField(
        label=gettext_lazy("Cause"),
        longest=TEXT_CHARACTERS,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    solution = MessageField(
        label=gettext_lazy("Solution"),
        longest=TEXT_CHARACTERS,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, offered: Iterable[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(outcome.value, outcome.label) for outcome in offered]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("outcome", choices[0][0])

    def clean(self) -> dict[str, Any]:
        """Refuse the numbers of people in what every colleague reads."""
        data = super().clean() or {}
        for name in ("problem", "cause", "solution"):
            text = data[name] = " ".join(data.get(name, "").split())
            if names_somebody(text):
                self.add_error(name, _("Take the number out: this text is for every case."))
        return data


class ReasonForm(forms.Form):
    """Why: of ending a colleague's contact, or of a known problem that goes out of use or back."""

    reason = MessageField(
        label=gettext_lazy("Reason"),
        longest=REASON_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Your colleagues read it with your name."),
        error_messages={"required": gettext_lazy("Write the reason.")},
    )


def _is_handle(name: str) -> bool:
    plain = name.replace("_", "")
    return 1 <= len(name) <= 15 and name.isascii() and (plain.isalnum() or not plain)


def _path(path: str) -> str:
    """Give the writer and the post of an address. Raises ValidationError."""
    name, *rest = path.split("?", maxsplit=1)[0].strip("/").split("/")
    if not _is_handle(name):
        raise ValidationError(_("Write a name like @name, or the whole address of the post."))
    if len(rest) >= 2 and rest[0] == "status" and rest[1].isascii() and rest[1].isdecimal():
        return f"{name}/status/{rest[1]}"
    return name
