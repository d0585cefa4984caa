"""What staff say of a file that they upload."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazystr
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.cycles import cycle_name
from beneficiaries.errors import UnreadableFile
from beneficiaries.imports.faults import refusal_text
from beneficiaries.imports.reader import CsvFile
from beneficiaries.imports.uploads import COLUMNS, path_of
from beneficiaries.statuses import ImportKind
from saudi.gregorian import InvalidGregorianDate, parse_gregorian
from saudi.languages import page_language

CYCLES_BACK: Final = 24


def cycle_choices(today: date) -> Iterator[tuple[str, str]]:
    """Give the coming month, this one and those before, each as people name it."""
    months = today.year * 12 + today.month  # the coming month, counted from zero
    for number in range(months, months - CYCLES_BACK, -1):
        code = f"{number // 12}-{number % 12 + 1:02}"
        yield code, cycle_name(code, page_language())


class DayField(forms.CharField):
    """A civil day, past or today, as 2026-11-10; in any digits."""

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)
        self._today = today

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            day = parse_gregorian(text)
        except InvalidGregorianDate as error:
            raise ValidationError(_("Write the day like 2026-11-10.")) from error
        if day > self._today:
            raise ValidationError(_("The day is in the future. Write today or a day before."))
        return day


class UploadForm(forms.Form):
    """A file of one kind, and what belongs to that kind."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is in the file"),
        widget=forms.RadioSelect,
        choices=[(kind.value, lazystr(kind.label)) for kind in ImportKind],
        error_messages={"required": gettext_lazy("Choose what is in the file.")},
    )
    cycle = forms.ChoiceField(
        label=gettext_lazy("Cycle"),
        required=False,
        help_text=gettext_lazy("For results and payments."),
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": gettext_lazy("Choose the file."),
            "max_length": gettext_lazy("The file's name is too long."),
        },
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_too_large = is_too_large
        self.initial.setdefault("submission", uuid.uuid4())
        cycle: Any = self.fields["cycle"]
        cycle.choices = [("", _("Choose the cycle")), *cycle_choices(today)]
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, capfirst(str(each.label))) for each in ImportKind]
        self.fields["as_of"] = DayField(
            today=today,
            required=False,
            label=_("The day on which the register wrote it"),
            help_text=_("For the register only, like 2026-11-10. Empty: today."),
        )
        self.order_fields(["kind", "cycle", "as_of", "file", "submission"])

    def clean_file(self) -> UploadedFile[bytes]:
        """Look at the head of the file: is it the CSV file that was meant."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        kind = self.cleaned_data.get("kind")
        if kind:
            try:
                CsvFile(path_of(upload), columns=COLUMNS[ImportKind(kind)])
            except UnreadableFile as error:
                raise ValidationError(refusal_text(error.code, error.detail)) from error
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self._is_too_large:
            del self.errors["file"]
            self.add_error("file", refusal_text("too_large", ""))
        if cleaned.get("kind") == ImportKind.REGISTER:
            cleaned["cycle"] = ""
        elif cleaned.get("kind"):
            cleaned["as_of"] = None
            if not cleaned.get("cycle") and "cycle" not in self.errors:
                self.add_error("cycle", _("Choose the cycle of the file."))
        return cleaned
