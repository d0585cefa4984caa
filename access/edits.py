"""Forms of rows that two may edit at once: who saves second overwrites nothing unseen (O29).

Each page carries a mark of the values that it was made from. A row that says something else by
now is not saved: its reader is told who changed what and when, keeps what was typed, and decides
with the new mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from access.staff import moment_text
from saudi.direction import isolate
from saudi.languages import in_a_row

SEEN: Final = "seen_mark"
"""The name of the hidden field that carries the mark."""


class SeenEdits:
    """Of a `ModelAdmin` whose change form writes; it stands before `admin.ModelAdmin`."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Give the row; one that is about to be saved is locked, so that two come in turn."""
        found = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            type(found)._base_manager.select_for_update(of=("self",)).get(pk=found.pk)
            return super().get_object(request, object_id, from_field)  # type: ignore[misc]
        return found

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Give the form, which refuses what was typed over values that its page never showed."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        if obj is None or not change:
            return form
        mark = mark_of(form(instance=obj))
        seen = request.POST.get(SEEN, mark)
        is_overtaken = request.method == "POST" and seen != mark

        class Seen(form):  # type: ignore[misc]
            seen_mark = mark

            def clean(self) -> Any:
                cleaned = super().clean()
                if is_overtaken:
                    raise ValidationError(changed_text(obj), code="overtaken")
                return cleaned

        return Seen

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Carry the mark of what is stored now."""
        form = context["adminform"].form
        context[SEEN] = getattr(form, SEEN, "")
        response: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        return response


def mark_of(form: forms.BaseForm) -> str:
    """Give the mark of the values that a form of a stored row begins with."""
    said = {
        name: _plain(form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if not field.disabled
    }
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted(str(each.pk if isinstance(each, Model) else each) for each in value)
    return value.pk if isinstance(value, Model) else value


def changed_text(row: Model) -> str:
    """Say who changed a row last, when, and which of its fields."""
    entry = (
        LogEntry.objects.filter(
            content_type=get_content_type_for_model(type(row)), object_id=str(row.pk)
        )
        .select_related("user")
        .order_by("-action_time", "-id")
        .first()
    )
    if entry is None:
        return _("Not saved: this was changed meanwhile. Look at it again, then save.")
    facts = {
        "who": isolate(str(entry.user)),
        "when": moment_text(entry.action_time),
        "what": in_a_row(_fields_of(entry)),
    }
    if not facts["what"]:
        return (
            _("Not saved: %(who)s changed this first, on %(when)s. Save again if yours counts.")
            % facts
        )
    return (
        _(
            "Not saved: %(who)s changed this first, on %(when)s: %(what)s. "
            "Save again if yours counts."
        )
        % facts
    )


def _fields_of(entry: LogEntry) -> list[str]:
    """Name what an entry of the log changed, in the language of the page."""
    try:
        told = json.loads(entry.change_message or "[]")
    except ValueError:
        return []
    changes = [each.get("changed") for each in told if isinstance(each, Mapping)]
    return [_(label) for change in changes if change for label in change.get("fields", [])]
