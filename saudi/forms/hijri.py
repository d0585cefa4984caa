"""The Hijri date as three controls: day, month by name, year.

Works without a script and is never converted in the browser, whose calendars disagree (O01).
"""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saudi.digits import clean_number, strip_invisible
from saudi.gregorian import riyadh_today
from saudi.hijri import (
    LAST_DAY,
    MONTHS_IN_YEAR,
    HijriDate,
    InvalidHijriDate,
    month_name,
)
from saudi.languages import page_language

__all__ = ["PARTS", "HijriDateField", "HijriDateWidget", "MonthSelect"]

PARTS: Final = ("day", "month", "year")

_SIGNS: Final = ("-", "\u2212")
_YEAR_LENGTH: Final = 4
_LAST_NUMBERS: Final = {"day": LAST_DAY, "month": MONTHS_IN_YEAR}
_FIRST_GREGORIAN_YEAR: Final = 1850
"""A year typed from here on is a Gregorian one: 1850 AH is four centuries away."""


def _month_choices() -> list[tuple[str, str]]:
    language = page_language()
    months = range(1, MONTHS_IN_YEAR + 1)
    return [
        ("", gettext("Choose")),
        *((str(month), f"{month} – {month_name(month, language)}") for month in months),
    ]


class MonthSelect(forms.Select):
    """The twelve months; 07 and ٧ choose the seventh.

    >>> MonthSelect().format_value("٠٧")
    ['7']
    """

    def format_value(self, value: Any) -> list[str]:
        """Give the option that means the typed month."""
        text = clean_number("" if value is None else str(value))
        return [text.lstrip("0") if text.isascii() and text.isdigit() else text]


class HijriDateWidget(forms.MultiWidget):
    """Three controls named `<field>_day`, `<field>_month`, `<field>_year`.

    >>> HijriDateWidget().decompress(HijriDate(1404, 7, 1))
    [1, 7, 1404]
    """

    template_name = "saudi/widgets/hijri_date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = {"inputmode": "numeric", "dir": "ltr"}
        super().__init__(
            widgets={
                "day": forms.TextInput(attrs=number | {"autocomplete": "bday-day"}),
                "month": MonthSelect(choices=CallableChoiceIterator(_month_choices)),
                "year": forms.TextInput(attrs=number | {"autocomplete": "bday-year"}),
            },
            attrs=attrs,
        )
        self.invalid_parts: frozenset[str] = frozenset()

    def decompress(self, value: Any) -> list[Any]:
        """Give day, month and year of a stored date."""
        if isinstance(value, str) and value:
            value = HijriDate.parse(value)
        return [value.day, value.month, value.year] if value else [None, None, None]

    def part_id(self, base: str, part: str) -> str:
        """Give the id of a part's control, of the day's where the error names none."""
        return f"{base}_{part if part in PARTS else 'day'}"

    def id_for_label(self, id_: str) -> str:
        """Give nothing: the legend of the group names it, and each part has its own label."""
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give each part its id, its look and, where an error names it, its mark."""
        context = super().get_context(name, value, attrs)
        base = context["widget"]["attrs"].get("id") or name
        invalid_parts = self.invalid_parts
        if context["widget"]["attrs"].get("aria-invalid") and not invalid_parts:
            invalid_parts = frozenset(PARTS)
        for part, subwidget in zip(PARTS, context["widget"]["subwidgets"], strict=True):
            look = "form-select" if part == "month" else "form-control"
            own = dict(subwidget["attrs"])
            own.pop("aria-invalid", None)
            own |= {"id": self.part_id(base, part), "class": look}
            if part in invalid_parts:
                own |= {"class": f"{look} is-invalid", "aria-invalid": "true"}
            subwidget["attrs"] = own
        return context


class HijriDateField(forms.MultiValueField):
    """A literal Hijri birth date of three parts; gives a HijriDate.

    Each error carries the part it is about in its `params`, so that a summary can lead there.

    >>> str(HijriDateField().clean(["٢٥", "1", "١٤٠٤"]))
    '1404-01-25'
    """

    widget: type[forms.Widget] | forms.Widget = HijriDateWidget
    default_error_messages = {
        "required": _("Write the day, the month and the year as on the card."),
        "day_required": _("Write the day as on the card."),
        "day_not_digits": _("Write the day in digits, like 7."),
        "day_range": _("There is no such day. Write a day from 1 to 30."),
        "day_no_such_day": _("%(month)s %(year)s has 29 days. Check the day on the card."),
        "month_required": _("Choose the month from the list."),
        "month_not_digits": _("Choose the month from the list."),
        "month_range": _("There is no such month. Choose one from 1 to 12."),
        "year_required": _("Write the year as on the card."),
        "year_not_digits": _("Write the year in digits, like 1404."),
        "year_short": _("The year %(year)s is incomplete. Write 4 digits, like 1404."),
        "year_long": _("The year is too long. Write 4 digits, like 1404."),
        "year_range": _("The year %(year)s is too early. Check it on the card."),
        "year_gregorian": _("%(year)s is a Gregorian year. Write the Hijri one, like 1404."),
        "year_future": _("The year %(year)s has not come yet. Check it on the card."),
        "date_future": _("This date has not come yet. Check the day, the month and the year."),
    }

    def __init__(self, **kwargs: Any) -> None:
        parts = [forms.CharField(required=False) for _part in PARTS]
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> HijriDate | None:
        """Read the three parts. Raises ValidationError, naming every part that is wrong."""
        self._mark()
        typed = self._typed(value)
        if not any(typed.values()):
            if self.required:
                self._mark(*PARTS)
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        faults = {part: _fault(part, text) for part, text in typed.items()}
        errors = [self._error(part, fault, typed) for part, fault in faults.items() if fault]
        if errors:
            raise ValidationError(errors)
        try:
            literal = HijriDate(int(typed["year"]), int(typed["month"]), int(typed["day"]))
            literal.validate(riyadh_today())
        except InvalidHijriDate as error:
            raise self._error(error.part, error.reason, typed) from error
        self.run_validators(literal)
        return literal

    def compress(self, data_list: Sequence[Any]) -> HijriDate | None:
        """Give the date of three parts, as `clean` does."""
        return self.clean(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the parts as numbers, so that 07 and ٧ are the stored 7."""
        return not self.disabled and self._typed(initial) != self._typed(data)

    def _typed(self, value: Any) -> dict[str, str]:
        """Give the parts in ASCII digits, without the zeros people put before a day or month."""
        cells = value if isinstance(value, list | tuple) else HijriDateWidget().decompress(value)
        texts = [_number("" if cell is None else str(cell)) for cell in cells]
        typed = dict(zip(PARTS, texts, strict=True))
        for part in ("day", "month"):
            typed[part] = typed[part].lstrip("0") or typed[part][:1]
        return typed

    def _mark(self, *parts: str) -> None:
        widget = self.widget
        if isinstance(widget, HijriDateWidget):
            widget.invalid_parts = widget.invalid_parts | {*parts} if parts else frozenset()

    def _error(self, part: str, reason: str, typed: dict[str, str]) -> ValidationError:
        """Word a refusal and mark its part; a fault of the whole date marks all three."""
        self._mark(*(PARTS if part == "date" else (part,)))
        params = {"part": part, "year": typed["year"]}
        if reason == "length":
            reason = "short" if len(typed["year"]) < _YEAR_LENGTH else "long"
        if reason == "no_such_day":
            params["month"] = month_name(int(typed["month"]), page_language())
        if part == "year" and reason == "future" and int(typed["year"]) >= _FIRST_GREGORIAN_YEAR:
            reason = "gregorian"
        code = f"{part}_{reason}"
        return ValidationError(self.error_messages[code], code=code, params=params)


def _number(typed: str) -> str:
    """Give one part in ASCII digits; a minus before it is no separator, and stays."""
    sign = "-" if strip_invisible(typed).strip().startswith(_SIGNS) else ""
    return sign + clean_number(typed)


def _fault(part: str, text: str) -> str:
    """Say what is wrong with one part taken alone, or nothing."""
    if not text:
        return "required"
    if not (text.isascii() and text.isdigit()):
        return "not_digits"
    if part == "year":
        return "" if len(text) == _YEAR_LENGTH else "length"
    in_range = len(text) <= 2 and 1 <= int(text) <= _LAST_NUMBERS[part]
    return "" if in_range else "range"
