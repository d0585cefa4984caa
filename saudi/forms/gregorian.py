"""A civil day as people write it: 05/06/2025 is the fifth of June (O03)."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from saudi.digits import is_blank
from saudi.gregorian import InvalidGregorianDate, parse_gregorian

__all__ = ["GregorianDateField"]


class GregorianDateField(forms.Field):
    """A Gregorian date in one control, in any digits; gives a `date`.

    Django's own field reads 05/06/2025 as the sixth of May and refuses Eastern digits.

    >>> GregorianDateField().clean("٠٥/٠٦/٢٠٢٥")
    datetime.date(2025, 6, 5)
    """

    widget: type[forms.Widget] | forms.Widget = forms.TextInput
    default_error_messages = {
        "required": _("Write the date: day, month and year, like 23/09/2027."),
        "format": _("Write the day, the month and the year, like 23/09/2027."),
        "year": _("Write the Gregorian year in 4 digits, like 2027."),
        "no_such_day": _("There is no such day. Check the day and the month."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Write from left to right; the keyboard keeps its slash, which a numeric one lacks."""
        return {"dir": "ltr", "autocomplete": "off", "class": "w-id"}

    def prepare_value(self, value: Any) -> Any:
        """Show a stored day as people write it; what was typed stays."""
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        """Give the day that was typed, or nothing. Raises ValidationError."""
        if value in self.empty_values or is_blank(str(value)):
            return None
        try:
            return parse_gregorian(str(value))
        except InvalidGregorianDate as error:
            raise ValidationError(self.error_messages[error.reason], code=error.reason) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the days, however they are written."""
        try:
            return not self.disabled and self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True
