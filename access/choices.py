"""Choosing one of a few rows in a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator


class _InOneStatement(ModelChoiceIterator):  # type: ignore[type-arg]
    """The rows as they are read at once: a cursor of the server takes three statements."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for row in self.queryset.all():
            yield self.choice(row)


class FewRowsField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among a few rows, read in one statement."""

    iterator = _InOneStatement
