"""What a person may change in their own file."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from saudi.digits import clean_text
from saudi.forms import CodeField, IbanField, MobileField

CITY_LENGTH = 80


class CityField(forms.CharField):
    """The name of a city or village on one line, in letters."""

    default_error_messages = {
        "no_letters": _("Write the name of the city in letters."),
        "too_long": _("The name of the city is too long. Shorten it to 80 characters."),
    }

    def to_python(self, value: Any) -> str:
        """Give the name as it is stored. Raises ValidationError."""
        city = " ".join(clean_text(super().to_python(value) or "").split())
        if city and not any(unicodedata.category(char).startswith("L") for char in city):
            raise ValidationError(self.error_messages["no_letters"], code="no_letters")
        if len(city) > CITY_LENGTH:
            raise ValidationError(self.error_messages["too_long"], code="too_long")
        return city


class ContactDetailsForm(forms.Form):
    """Where the person lives and where support is paid to."""

    city = CityField(
        label=_("City or village"),
        error_messages={"required": _("Write the city or village where you live.")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "class": "w-md"}),
    )
    iban = IbanField(
        label=_("IBAN"),
        required=False,
        help_text=_("SA and then 22 digits, of an account in your own name."),
    )


class NewMobileForm(forms.Form):
    """The number that is to become the person's own."""

    mobile = MobileField(
        label=_("The new mobile number"),
        help_text=_("We send a code to it, to be sure that it is yours."),
    )


class MobileCodeForm(forms.Form):
    """The code that came to the new number."""

    code = CodeField(
        label=_("The code that came to the new number"),
        help_text=_("The code works for 5 minutes. You have 5 tries."),
    )
