"""Fields for numbers that are kept as text: national ID, mobile, IBAN, one-time code."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from saudi.digits import clean_number, is_blank
from saudi.iban import InvalidIban, group_iban, parse_iban
from saudi.mobile import InvalidMobile, display_mobile, parse_mobile
from saudi.national_id import InvalidNationalId, parse_national_id

__all__ = [
    "CODE_LENGTH",
    "CodeField",
    "IbanField",
    "MobileField",
    "NationalIdField",
    "NumberField",
]

CODE_LENGTH: Final = 6


class NumberField(forms.CharField):
    """Text whose stored form differs from what was typed; subclasses say how it is read.

    No `maxlength` is printed: a pasted number with invisible marks would lose its end.

    >>> issubclass(MobileField, NumberField), NumberField().widget.attrs["dir"]
    (True, 'ltr')
    """

    attrs: dict[str, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput())
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Write from left to right on the right keyboard; what a form sets itself wins."""
        ours = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"} | self.attrs
        return {name: value for name, value in ours.items() if name not in widget.attrs}

    def to_python(self, value: Any) -> str:
        """Give the stored form, or an empty text for what a reader would see as empty."""
        text = "" if value in self.empty_values else str(value)
        return "" if is_blank(text) else self.parse(text)

    def parse(self, text: str) -> str:
        """Read a text that is not blank. Raises ValidationError."""
        raise NotImplementedError


class NationalIdField(NumberField):
    """A national ID in any digits and spacing; gives ten ASCII digits.

    `accepts` is asked about an ID whose only fault is its check digit.

    >>> NationalIdField().clean("١٠٠٠٠٠٠٠٠٨")
    '1000000008'
    """

    attrs = {"inputmode": "numeric", "class": "w-id"}
    default_error_messages = {
        "required": _("Write the 10 digits of the national ID as on the card."),
        "not_digits": _("Write the national ID in digits only, as on the card."),
        "length": ngettext_lazy(
            "You wrote %(count)d digit. Write the 10 digits as on the card.",
            "You wrote %(count)d digits. Write the 10 digits as on the card.",
            "count",
        ),
        "prefix": _("A national ID starts with 1 or 2. Check the first digit on the card."),
        "checksum": _("One of the digits is wrong. Compare them with the card one by one."),
    }

    def __init__(self, *, accepts: Callable[[str], bool] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts = accepts

    def parse(self, text: str) -> str:
        """Read a national ID. Raises ValidationError."""
        try:
            return parse_national_id(text, accepts=self.accepts)
        except InvalidNationalId as error:
            raise ValidationError(
                self.error_messages[error.reason],
                code=error.reason,
                params={"count": error.count},
            ) from error


class MobileField(NumberField):
    """A Saudi mobile in any spelling; gives `+9665XXXXXXXX` and shows it as `05XXXXXXXX`.

    >>> MobileField().clean("٠٥٠ ٠٠٠ ٠٠٠١"), MobileField().prepare_value("+966500000001")
    ('+966500000001', '0500000001')
    """

    attrs = {"inputmode": "tel", "autocomplete": "tel", "class": "w-id"}
    default_error_messages = {
        "required": _("Write the mobile number, like 0512345678."),
        "not_digits": _("Write the mobile number in digits only, like 0512345678."),
        "length": ngettext_lazy(
            "You wrote %(count)d digit. Write 05 and then 8 digits.",
            "You wrote %(count)d digits. Write 05 and then 8 digits.",
            "count",
        ),
        "not_mobile": _("This is not a mobile number. Write one that starts with 05."),
        "foreign": _("This number is not Saudi. Write one that starts with 05."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number as people write it; what was typed stays."""
        return display_mobile(value) if isinstance(value, str) else value

    def parse(self, text: str) -> str:
        """Read a mobile. Raises ValidationError."""
        try:
            return parse_mobile(text)
        except InvalidMobile as error:
            raise ValidationError(
                self.error_messages[error.reason],
                code=error.reason,
                params={"count": error.count},
            ) from error


class IbanField(NumberField):
    """A Saudi IBAN in any spacing and case; gives 24 characters and shows them in fours.

    >>> IbanField().clean("sa03 8000 0000 6080 1016 7519")
    'SA0380000000608010167519'
    """

    attrs = {"autocapitalize": "characters", "class": "w-md"}
    default_error_messages = {
        "required": _("Write the IBAN: SA and then 22 digits."),
        "characters": _("Write the IBAN in English letters and digits only: SA and then 22."),
        "country": _("Write a Saudi IBAN, one that starts with SA."),
        "length": ngettext_lazy(
            "You wrote %(count)d character. A Saudi IBAN is SA and then 22.",
            "You wrote %(count)d characters. A Saudi IBAN is SA and then 22.",
            "count",
        ),
        "checksum": _("One of the digits is wrong. Copy the IBAN from the bank's application."),
    }

    def prepare_value(self, value: Any) -> Any:
        """Show a stored IBAN in groups of four; what was typed otherwise stays."""
        if isinstance(value, str) and len(value) == 24 and value.isascii():
            return group_iban(value)
        return value

    def parse(self, text: str) -> str:
        """Read an IBAN. Raises ValidationError."""
        try:
            return parse_iban(text)
        except InvalidIban as error:
            raise ValidationError(
                self.error_messages[error.reason],
                code=error.reason,
                params={"count": error.count},
            ) from error


class CodeField(NumberField):
    """A one-time code of six digits, kept as text so that a leading zero stays (O20).

    >>> CodeField().clean("٠٤٨ ٢١٣")
    '048213'
    """

    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}
    default_error_messages = {
        "required": _("Write the 6 digits of the code in the message."),
        "not_digits": _("Write the code in digits only, as in the message."),
        "length": ngettext_lazy(
            "You wrote %(count)d digit. The code has 6 digits.",
            "You wrote %(count)d digits. The code has 6 digits.",
            "count",
        ),
    }

    def parse(self, text: str) -> str:
        """Read a code. Raises ValidationError."""
        code = clean_number(text)
        if not (code.isascii() and code.isdigit()):
            raise ValidationError(self.error_messages["not_digits"], code="not_digits")
        if len(code) != CODE_LENGTH:
            raise ValidationError(
                self.error_messages["length"], code="length", params={"count": len(code)}
            )
        return code
