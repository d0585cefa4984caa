"""What any list of the staff site can be narrowed by: a value of a column, and a span of days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.lists import ChoiceFilter
from saudi.forms import GregorianDateField
from saudi.gregorian import format_gregorian, start_of_day
from saudi.languages import page_language


class ColumnFilter(ChoiceFilter):
    """By the value of one column, which is what the address names."""

    column: ClassVar[str] = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(**{self.column: chosen})


class DaysForm(forms.Form):
    """The first and the last civil day of what was received; each may be left empty."""

    received_from = GregorianDateField(
        label=gettext_lazy("Received from"),
        help_text=gettext_lazy("Gregorian, like 23/09/2027."),
        required=False,
    )
    received_to = GregorianDateField(
        label=gettext_lazy("Received to"),
        help_text=gettext_lazy("That day is still in the list."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("received_from"), cleaned.get("received_to")
        if first and last and first > last:
            text = _("This day comes before the first one. Change one of them.")
            self.add_error("received_to", text)
        return cleaned


class DaysFilter(ChoiceFilter):
    """From one civil day in Riyadh to another, both typed; of a span that cannot be, nothing."""

    title = gettext_lazy("Received")
    parameter_name = "received"
    parameters = tuple(DaysForm.base_fields)
    column: ClassVar[str] = "received_at"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        typed = {name: params.pop(name)[-1] for name in self.parameters if name in params}
        self.form = DaysForm(typed, auto_id="by-%s")
        self.is_faulty = not self.form.is_valid()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return cls.parameters

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def pinned(self) -> dict[str, str]:
        """Give the chosen days as the address has them, however they were typed."""
        days = self.form.cleaned_data
        return {name: days[name].isoformat() for name in self.parameters if days.get(name)}

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Word the span that is chosen, as an export records it."""
        language, days = page_language(), self.form.cleaned_data
        first, last = (
            format_gregorian(days[name], language) if days.get(name) else ""
            for name in self.parameters
        )
        if first and last:
            text = _("from %(first)s to %(last)s") % {"first": first, "last": last}
        else:
            text = _("from %(day)s") % {"day": first} if first else _("to %(day)s") % {"day": last}
        if first or last:
            yield {"selected": True, "display": text, "query_string": ""}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.is_faulty:
            return queryset.none()
        first, last = (self.form.cleaned_data.get(name) for name in self.parameters)
        if first:
            queryset = queryset.filter(**{f"{self.column}__gte": start_of_day(first)})
        if last:
            after = start_of_day(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.column}__lt": after})
        return queryset
