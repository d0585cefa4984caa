"""The address a person gets mails at, and the code that proves it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.mail.addresses import InvalidAddress, parse_address
from saudi.digits import is_blank
from saudi.forms import CodeField


class EmailField(forms.CharField):
    """An e-mail address in any digits and spacing; gives its stored form.

    A plain text field: the browser's own would refuse an address in its own words, and send a
    domain in Arabic changed.
    """

    default_error_messages = {
        "required": _("Write your e-mail address."),
        "no_at": _("The @ is missing. An address looks like name@example.com."),
        "many_at": _("An address has one @ only. Write one address."),
        "no_name": _("Write what stands before the @."),
        "name": _("Write what stands before the @ in English letters and digits."),
        "no_domain": _("Write what stands after the @, for example gmail.com."),
        "domain": _("Check what stands after the @. It looks like gmail.com."),
        "too_long": _("The address is too long. Check that it is right."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Write from left to right, on the keyboard that has the @."""
        return {
            "dir": "ltr",
            "inputmode": "email",
            "autocomplete": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def to_python(self, value: Any) -> str:
        """Give the stored form, or an empty text. Raises ValidationError."""
        text = "" if value in self.empty_values else str(value)
        if is_blank(text):
            return ""
        try:
            return parse_address(text)
        except InvalidAddress as fault:
            raise ValidationError(self.error_messages[fault.reason], code=fault.reason) from None


class EmailForm(forms.Form):
    """The address that is to get the notices."""

    email = EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send a code to it, to be sure that it is yours."),
    )


class EmailCodeForm(forms.Form):
    """The code that came to an address, which goes with it: two tabs may be two addresses."""

    email = EmailField(widget=forms.HiddenInput)
    code = CodeField(
        label=_("The code that came by e-mail"),
        help_text=_("The code works for 15 minutes. You have 5 tries."),
    )
