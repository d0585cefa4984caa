"""What many rows of a list say alike, worded once in each language: a file has hundreds of
thousands of them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import Field, Model

from saudi.gregorian import riyadh_date
from saudi.hijri import HijriDate, format_hijri
from saudi.languages import page_language

_KEPT: Final = 4_096


def choice(row: Model, name: str) -> str:
    """Word a choice as `get_…_display` does."""
    field: Any = row._meta.get_field(name)
    return _choice(field, getattr(row, name), page_language())


@lru_cache(_KEPT)
def _choice(field: Field[Any, Any], value: Any, _language: str) -> str:
    return str(dict(field.flatchoices).get(value, value))


def hijri_day(at: datetime | None) -> str:
    """Word the Hijri day of an instant in Riyadh, or nothing for none."""
    return _hijri_day(riyadh_date(at), page_language()) if at else ""


@lru_cache(_KEPT)
def _hijri_day(day: date, language: str) -> str:
    return format_hijri(HijriDate.from_gregorian(day), language)
