"""The form that finds a request by its reference and who filed it."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from access.references import InvalidReference, parse_reference
from beneficiaries.confirmed_ids.services import is_confirmed
from saudi.digits import clean_number
from saudi.forms import MobileField, NationalIdField
from saudi.forms.numbers import NumberField

_LOOKS_LIKE_MOBILE = re.compile(r"\+|0|5|966")


class ReferenceField(NumberField):
    """A reference in any digits and grouping; gives ten ASCII digits."""

    attrs = {"inputmode": "numeric", "class": "w-id"}
    default_error_messages = {
        "required": _("Write the 10 digits of the request's number. It came in a message."),
        "not_digits": _("Write the request's number in digits only, as in the message."),
        "length": ngettext_lazy(
            "You wrote %(count)d digit. The request's number has 10 digits.",
            "You wrote %(count)d digits. The request's number has 10 digits.",
            "count",
        ),
        "prefix": _(
            "A request number starts with 7 and an objection number with 4. Check the first digit."
        ),
        "checksum": _("One of the digits is wrong. Compare them with the message one by one."),
    }

    def parse(self, text: str) -> str:
        """Read a reference. Raises ValidationError."""
        try:
            return parse_reference(text)
        except InvalidReference as error:
            raise ValidationError(
                self.error_messages[error.reason],
                code=error.reason,
                params={"count": error.count},
            ) from error


class IdentifierField(NumberField):
    """A national ID or a Saudi mobile, in any spelling; gives the stored form of what it is.

    The two cannot be mixed up: an ID starts with 1 or 2, a mobile with 0, 5, 966 or +.
    """

    attrs = {"inputmode": "tel", "class": "w-id"}
    default_error_messages = {
        "required": _("Write the ID or the mobile that you gave when you sent the request."),
    }

    def parse(self, text: str) -> str:
        """Read either. Raises ValidationError, worded for what it looks like."""
        is_mobile = _LOOKS_LIKE_MOBILE.match(clean_number(text)) is not None
        field = MobileField() if is_mobile else NationalIdField(accepts=is_confirmed)
        return field.parse(text)


class TrackingForm(forms.Form):
    """What proves that somebody knows of a request: two numbers, and nothing that guesses."""

    reference = ReferenceField(
        label=_("Request number"), help_text=_("10 digits that came in a message.")
    )
    identifier = IdentifierField(
        label=_("ID or mobile number"), help_text=_("The one you gave when you sent it.")
    )
