"""Model fields for Hijri dates and folded text, and the table of holidays."""

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from saudi.forms import HijriDateField as HijriDateFormField
from saudi.gregorian import format_gregorian
from saudi.hijri import HijriDate, InvalidHijriDate
from saudi.languages import page_language

__all__ = ["FoldedText", "HijriDateField", "Holiday"]

_STORED_DATE_LENGTH = 10


_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

if TYPE_CHECKING:
    _Field = models.Field
else:

    class _Field(models.Field):
        """Django's field, which takes type parameters in its stubs only."""

        def __class_getitem__(cls, _parameters):
            return cls


class HijriDateField(_Field[_Set_contra, _Get_co]):
    """A literal Hijri date, stored as `1410-07-01` in a text column of ten characters.

    The stored text sorts and compares as the dates do. What the register says is kept: only
    the bounds of HijriDate hold here, and the form decides what a person may type.
    """

    description = "Hijri date"
    _pyi_private_set_type: HijriDate | str
    _pyi_private_get_type: HijriDate
    _pyi_lookup_exact_type: HijriDate | str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = _STORED_DATE_LENGTH
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave the length out of migrations: it is the field's own."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, list(args), kwargs

    def get_internal_type(self) -> str:
        """Use the column and the lookups of a CharField."""
        return "CharField"

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> HijriDate | None:
        """Read a column."""
        return None if value is None else HijriDate.parse(value)

    def to_python(self, value: Any) -> HijriDate | None:
        """Read what a fixture or a form gives. Raises ValidationError."""
        if value is None or isinstance(value, HijriDate):
            return value
        try:
            return HijriDate.parse(str(value))
        except InvalidHijriDate as error:
            raise ValidationError(
                _("Write a Hijri date, like 1404/07/01."), code="invalid"
            ) from error

    def get_prep_value(self, value: Any) -> str | None:
        """Give the stored form. Raises ValidationError for what is no date."""
        day = self.to_python(super().get_prep_value(value))
        return None if day is None else str(day)

    def value_to_string(self, obj: models.Model) -> str:
        """Give the stored form for a fixture."""
        day = self.value_from_object(obj)
        return "" if day is None else str(day)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """Use the field of three parts, in the staff site too."""
        return super().formfield(**{"form_class": HijriDateFormField, **kwargs})


class FoldedText(models.GeneratedField):
    """The folded form of another column, kept by the database so that nothing escapes it.

    The function `saudi_fold` is made by this package's migrations and gives for every text what
    `saudi.text.fold` gives. Index the column with trigrams and search it through
    `saudi.text.fold` (O06).
    """

    def __init__(self, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("expression", models.Func(models.F(source), function="saudi_fold"))
        kwargs.setdefault("output_field", models.TextField())
        kwargs["db_persist"] = True
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Give a plain generated field: migrations need nothing of this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.GeneratedField", list(args), kwargs


class Holiday(models.Model):
    """What staff say of one civil day, for the call centre and for their own clocks (DOMAIN 14).

    A row wins over the official holidays. It is not deleted: a holiday on which work is done is a
    row that says so, or the next loading would bring the day back.
    """

    day = models.DateField(_("day"), unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    is_day_off = models.BooleanField(
        _("day off"),
        default=True,
        db_default=True,
        help_text=_("Take this away where work is done on the day after all."),
    )
    is_estimate = models.BooleanField(
        _("estimated"), default=False, help_text=_("The day follows the moon and may still move.")
    )

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        language = page_language()
        return f"{self.name(language)} – {format_gregorian(self.day, language)}"

    def name(self, language: str) -> str:
        """Give the name in Arabic unless English is asked for."""
        return self.name_en if language.startswith("en") else self.name_ar
