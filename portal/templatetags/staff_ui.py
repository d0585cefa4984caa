"""The lists of the staff site, drawn with the portal's components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
)
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import NOTHING, mobile_cell
from access.keyset import KeysetChangeList
from beneficiaries.cycles import cycle_name
from objections.models import Team
from objections.statuses import BADGES as OBJECTION_BADGES
from objections.statuses import ObjectionStatus
from portal.calls.models import CallTask
from portal.calls.presenting import call_tag
from portal.exports.lists import export_url
from portal.masks import shown_value
from portal.templatetags.portal_ui import tag
from saudi.forms import HijriDateWidget
from saudi.iban import group_iban
from saudi.languages import page_language
from sawtak.models import TicketEvent
from sawtak.statuses import BADGES as TICKET_BADGES
from sawtak.wording import staff_label, step_label

register = template.Library()


@register.filter
def cycle(code: str) -> str:
    """Write a cycle as its month: نوفمبر 2026."""
    return cycle_name(code, page_language())


_CHANGED_FIELDS = {
    "mobile": gettext_lazy("mobile"),
    "city": gettext_lazy("city"),
    "iban": gettext_lazy("IBAN"),
    "email": gettext_lazy("e-mail address"),
    "full_name": gettext_lazy("full name"),
    "birth_date": gettext_lazy("birth date (Hijri)"),
    "household": gettext_lazy("household"),
    "relation": gettext_lazy("relation"),
}


@register.filter
def at(table: Mapping[str, str], key: str) -> str:
    """Give what a table has under a key, or nothing."""
    return table.get(key, "")


@register.filter
def changed_field(name: str) -> str:
    """Name a field of the register that was changed."""
    return capfirst(str(_CHANGED_FIELDS.get(name, name)))


@register.filter
def changed_value(value: str, field: str) -> SafeString | str:
    """Write a value that a field of the register had or has."""
    if not value:
        return NOTHING
    if field == "mobile":
        return mobile_cell(value)
    if field == "iban":
        value = group_iban(value.replace(" ", ""))
    if field in {"iban", "birth_date", "household", "email"}:
        return format_html('<bdi dir="ltr">{}</bdi>', value)
    return format_html("<bdi>{}</bdi>", value)


@register.simple_tag(takes_context=True)
def declared_value(context: Mapping[str, Any], value: str, field: str) -> SafeString | str:
    """Write what somebody declared as the reader may see it: the ends of a number, or all of it."""
    return changed_value(shown_value(value, field, context["request"].user), field)


@register.simple_tag
def objection_tag(status: str) -> SafeString:
    """Show an objection's status as word, icon and colour."""
    badge = OBJECTION_BADGES[status]
    return tag(str(ObjectionStatus(status).label), badge.kind, badge.icon)


@register.simple_tag
def ticket_tag(status: str) -> SafeString:
    """Show a ticket's status as word, icon and colour."""
    badge = TICKET_BADGES[status]
    return tag(staff_label(status), badge.kind, badge.icon)


@register.simple_tag
def call_status(task: CallTask) -> SafeString:
    """Show how a call stands as word, icon and colour."""
    return call_tag(task)


@register.filter
def ticket_step(event: TicketEvent) -> str:
    """Word a step of a ticket's history for staff."""
    return step_label(event)


@register.simple_tag
def team_name(team: Team) -> str:
    """Name a team in the language of the page."""
    return team.name(page_language())


@dataclass(frozen=True)
class Cell:
    """One value of a row; the first of a row leads to the object's page."""

    label: str
    value: Any
    url: str = ""


def _value(cl: KeysetChangeList, obj: Any, name: str) -> Any:
    field, attribute, value = lookup_field(name, obj, cl.model_admin)
    empty = cl.model_admin.get_empty_value_display()
    if isinstance(value, bool):  # Django's picture is called "True" in every language
        return _("Yes") if value else _("No")
    if field is None:
        return display_for_value(value, empty, getattr(attribute, "boolean", False))
    return display_for_field(value, field, empty)


@dataclass(frozen=True)
class Row:
    """A row of a list, and how a box that ticks it is called."""

    pk: int
    name: str
    cells: list[Cell]


@register.inclusion_tag("admin/components/rows.html")
def staff_rows(cl: KeysetChangeList, tick_form: str = "") -> dict[str, Any]:
    """Show the rows of a list: a table on a wide page, cards on a phone.

    With the id of a form each row has a box that is sent with it.
    """
    names = [str(name) for name in cl.list_display if name != "action_checkbox"]
    labels = [
        capfirst(str(label_for_field(name, cl.model, model_admin=cl.model_admin))) for name in names
    ]
    rows = [
        Row(
            obj.pk,
            str(obj),
            [
                Cell(label, _value(cl, obj, name), cl.url_for_result(obj) if position == 0 else "")
                for position, (name, label) in enumerate(zip(names, labels, strict=True))
            ],
        )
        for obj in cl.result_list
    ]
    empty_text = getattr(cl.model_admin, "empty_text", "")
    if cl.is_faulty:
        empty_text = _("Correct what is marked above; then the list is shown.")
    elif cl.query:
        empty_text = cl.model_admin.nothing_found_text(cl.query)
    elif cl.is_narrowed:
        empty_text = _("Nothing in this list fits all that you chose. Choose less.")
    return {
        "caption": str(
            getattr(cl.model_admin, "list_title", "") or capfirst(str(cl.opts.verbose_name_plural))
        ),
        "headers": labels,
        "rows": rows,
        "tick_form": tick_form,
        "empty_title": _("Nothing found") if cl.query or cl.is_narrowed else _("Nothing here yet"),
        "empty_text": empty_text,
    }


@register.inclusion_tag("components/facts.html")
def staff_facts(model_admin: Any, shown: Any, names: Iterable[str]) -> dict[str, Any]:
    """Show the facts of a row as labels and values."""
    empty = model_admin.get_empty_value_display()
    facts = []
    for name in names:
        _field, _attribute, value = lookup_field(name, shown, model_admin)
        label = label_for_field(name, model_admin.model, model_admin=model_admin)
        facts.append((capfirst(str(label)), display_for_value(value, empty)))
    return {"facts": facts, "shape": "row"}


@register.filter
def is_choices(field: BoundField) -> bool:
    """Tell whether a field is a group of choices with a legend."""
    return bool(field.use_fieldset)


@register.filter
def is_date_of_parts(field: BoundField) -> bool:
    """Tell whether a field is a Hijri date of three controls."""
    return isinstance(field.field.widget, HijriDateWidget)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Tell whether a field is one box to tick."""
    return isinstance(field.field.widget, CheckboxInput)


@register.inclusion_tag("admin/components/filter.html")
def staff_filter(cl: KeysetChangeList, spec: Any) -> dict[str, Any]:
    """Show one filter as a row of views."""
    return {"title": spec.title, "choices": list(spec.choices(cl))}


@register.inclusion_tag("admin/components/narrowing.html")
def staff_filters(cl: KeysetChangeList, request: HttpRequest) -> dict[str, Any]:
    """Show the filters of a list: the first as rows of views, the others as one form."""
    chosen, names = request.GET, [name for spec in cl.views for name in spec.names()]
    return {
        "cl": cl,
        "kept": [(name, chosen[name]) for name in (*names, SEARCH_VAR) if name in chosen],
        "clear_url": request.path,
    }


@register.inclusion_tag("admin/components/pages.html")
def staff_pages(cl: KeysetChangeList, request: HttpRequest) -> dict[str, Any]:
    """Lead to the pages beside this one; a total is said only as far as it was counted."""
    page = cl.page
    order_text = getattr(cl.model_admin, "order_text", None)
    return {
        "first_url": cl.get_query_string() if page.has_previous else "",
        "previous_url": cl.get_query_string({PAGE_VAR: page.previous}) if page.previous else "",
        "next_url": cl.get_query_string({PAGE_VAR: page.next}) if page.next else "",
        "total_text": _total_text(cl.result_count, most=cl.paginator.most) if page.rows else "",
        "order_text": order_text(request) if order_text and page.rows else "",
        "export_url": export_url(cl.model, request.user, cl.get_query_string(remove=[PAGE_VAR]))
        if page.rows
        else "",
    }


def _total_text(count: int, *, most: int) -> str:
    if count > most:
        return _("Total: more than %(count)s") % {"count": f"{most:,}"}
    return _("Total: %(count)s") % {"count": f"{count:,}"}
