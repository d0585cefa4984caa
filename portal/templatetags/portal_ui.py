"""What the pages are made of: icons, notices, progress, dates and numbers as people read them.

Every tag takes explicit arguments and knows no model. Dates, money and plurals come from
`saudi`; this module only marks them up, so that a date or a number looks the same on every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, MultiWidget
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from access.cells import reference_cell
from documents.sizes import size_text
from objections.rules import FILING_WINDOW_DAYS
from saudi.gregorian import RIYADH, format_both, format_gregorian, format_time, riyadh_date
from saudi.hijri import HijriDate, format_hijri
from saudi.languages import page_language
from saudi.mobile import display_mobile, mask_mobile
from saudi.money import format_sar
from saudi.plurals import days_text

register = template.Library()

SOON_DAYS = 14
"""From so many days left a deadline is shown as near: the day of the last reminder."""

_NOTICE_ICONS = {"info": "info", "ok": "ok", "wait": "clock", "bad": "alert", "plain": "info"}
_MESSAGE_KINDS = {"error": "bad", "warning": "wait", "success": "ok", "info": "info"}


# Icons, tags, notices -----------------------------------------------------------


@cache
def tokens() -> dict[str, str]:
    """Give every token of `static/tokens.css` by name, as it stands on a phone's page."""
    text = (settings.BASE_DIR / "static" / "tokens.css").read_text(encoding="utf-8")
    root = text[text.index(":root {") :].partition("\n}")[0]
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):([^;]+);", root)}


@register.simple_tag
def token(name: str) -> str:
    """Give a token's value where a stylesheet cannot reach: the colour of the browser's bar."""
    return tokens()[name]


@register.simple_tag
def icon(name: str, size: str = "", *, flip: bool = False, label: str = "") -> SafeString:
    """Draw a symbol of `static/icons.svg`.

    `size` is empty (24 px) or "s" (18 px); `flip` is for arrows, which are drawn right-to-left.
    Without a label the icon is hidden from screen readers: the words beside it say it.
    """
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-flip" if flip else "")
    spoken: SafeString = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="{}" {}><use href="{}#i-{}"/></svg>',
        classes,
        spoken,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def tag(label: str, kind: str = "plain", icon_name: str = "") -> SafeString:
    """Show a status as word, icon and colour; kind is ok, bad, wait, info, plain or off."""
    return format_html(
        '<span class="tag tag-{}">{}{}</span>', kind, icon(icon_name) if icon_name else "", label
    )


@register.simple_tag
def badge(status: Any) -> SafeString:
    """Show what has `label`, `kind` and `icon`: a row of an app's table of statuses."""
    return tag(status.label, status.kind, status.icon)


@register.simple_block_tag
def notice(
    content: str,
    kind: str = "info",
    title: str = "",
    *,
    icon_name: str = "",
    level: int = 2,
    element_id: str = "",
) -> SafeString:
    """Show what stands in the block as a notice; kind is info, ok, wait, bad or plain.

    `level` is the heading's; the title alone must be enough to understand.
    """
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}{}</div></div>',
        kind,
        format_html(' id="{}"', element_id) if element_id else "",
        icon(icon_name or _NOTICE_ICONS[kind]),
        format_html("<h{}>{}</h{}>", level, title, level) if title else "",
        content,
    )


@register.filter
def notice_kind(level_tag: str) -> str:
    """Give the notice's kind for a level of Django's messages."""
    return _MESSAGE_KINDS.get(level_tag.rsplit(maxsplit=1)[-1] if level_tag else "", "info")


# Numbers and dates ----------------------------------------------------------------


@register.filter
def ref(reference: str) -> SafeString:
    """Show a reference: ten digits, one text, left to right; the stylesheet spaces them."""
    return reference_cell(reference)


@register.filter
def ltr(value: object) -> SafeString:
    """Show a number, an ID, an IBAN or a hash left to right and unbroken."""
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', value)


@register.filter
def isolate(name: object) -> SafeString:
    """Keep the direction of a name to itself: a mark in it must not turn the rest of its line."""
    return format_html("<bdi>{}</bdi>", name)


@register.filter
def thousands(count: int) -> str:
    """Write a large count in groups of three: 1,000,000."""
    return f"{count:,}"


@register.filter
def mobile(number: str) -> SafeString:
    """Show a stored mobile (+9665…) as people write it: 05…"""
    return ltr(display_mobile(number))


@register.filter
def mobile_ends(number: str) -> SafeString:
    """Show the ends of a stored mobile, to whoever has no need of the rest."""
    return ltr(mask_mobile(number))


@register.filter
def sar(amount: Decimal) -> str:
    """Show an amount in riyals with the right Arabic form."""
    return format_sar(amount, page_language())


def _civil_day(value: date | datetime) -> date:
    return riyadh_date(value) if isinstance(value, datetime) else value


@register.filter
def gregorian(value: date | datetime) -> str:
    """Write a day by the Gregorian calendar: 27 يناير 2027 م."""
    return format_gregorian(_civil_day(value), page_language())


@register.filter
def hijri(value: date | datetime | HijriDate) -> str:
    """Write a day by the Umm al-Qura calendar, or a stored Hijri date as it stands."""
    if isinstance(value, HijriDate):
        return format_hijri(value, page_language())
    converted = HijriDate.from_gregorian(_civil_day(value))
    return format_hijri(converted, page_language())


@register.filter
def both(value: date | datetime) -> str:
    """Write weekday, Hijri and Gregorian in one line of text."""
    return format_both(_civil_day(value), page_language())


@register.filter
def clock_time(value: datetime) -> str:
    """Write the time of an instant in Riyadh: 9:14 مساءً."""
    return format_time(value.astimezone(RIYADH), page_language())


@register.filter
def days(count: int) -> str:
    """Write a number of days with the right plural: يوم واحد، يومان، 3 أيام، 64 يومًا."""
    return days_text(count, page_language())


@register.simple_tag
def filing_window() -> str:
    """Say how long somebody may object: «90 يومًا», "90 days", from the rule."""
    return days(FILING_WINDOW_DAYS)


@register.filter
def file_size(size_bytes: int) -> str:
    """Write a file's size in megabytes or kilobytes, rounded as people read it."""
    return size_text(size_bytes)


@register.inclusion_tag("components/date_when.html")
def when(value: date | datetime, *, line: bool = False, time: bool = False) -> dict[str, object]:
    """Show a day in both calendars: two lines, or one with `line`; with its time on request."""
    return {"value": value, "day": _civil_day(value), "line": line, "time": time}


# Progress ---------------------------------------------------------------------------


@dataclass(frozen=True)
class DeadlineView:
    """The state of a window on one day, as a page shows it."""

    counted_from: date
    last_day: date
    today: date

    @property
    def window_days(self) -> int:
        return (self.last_day - self.counted_from).days

    @property
    def elapsed_days(self) -> int:
        return max(0, min((self.today - self.counted_from).days, self.window_days))

    @property
    def bar_days(self) -> int:
        """Elapsed days as the bar shows them: the open last day keeps a sliver."""
        return self.elapsed_days - 1 if self.is_last_day else self.elapsed_days

    @property
    def left_days(self) -> int:
        """Days after today on which it is still possible; 0 on the last day."""
        return max(0, (self.last_day - self.today).days)

    @property
    def is_closed(self) -> bool:
        return self.today > self.last_day

    @property
    def is_last_day(self) -> bool:
        return self.today == self.last_day

    @property
    def state(self) -> str:
        if self.is_closed:
            return "is-closed"
        if self.is_last_day:
            return "is-last"
        return "is-soon" if self.left_days <= SOON_DAYS else ""

    @property
    def closed_on(self) -> date:
        """The first day on which it was too late."""
        return self.last_day + timedelta(days=1)


@register.inclusion_tag("components/deadline.html")
def deadline(
    counted_from: date, last_day: date, today: date, *, note: str = ""
) -> dict[str, object]:
    """Show the days left of a window, its progress and its two ends."""
    return {"deadline": DeadlineView(counted_from, last_day, today), "note": note}


@register.inclusion_tag("components/deadline_line.html")
def deadline_line(
    counted_from: date, last_day: date, today: date, *, note: str = ""
) -> dict[str, object]:
    """Show the days left of a window and its last day in one line, for a phone."""
    return {"deadline": DeadlineView(counted_from, last_day, today), "note": note}


@dataclass(frozen=True)
class Step:
    """One step of a form: `state` is done, now or empty; `url` leads back to a done step."""

    label: str
    state: str = ""
    url: str = ""
    note: str = ""


@register.inclusion_tag("components/steps.html")
def steps(items: Sequence[Step]) -> dict[str, object]:
    """List the steps, numbered, with the done ones as links."""
    return {"items": items}


@register.inclusion_tag("components/ring.html")
def ring(items: Sequence[Step]) -> dict[str, object]:
    """Show the same steps on a phone: a ring, the number of the step and what comes next."""
    number = next((n for n, item in enumerate(items, 1) if item.state == "now"), len(items))
    following = items[number].label if number < len(items) else ""
    return {
        "number": number,
        "total": len(items),
        "label": items[number - 1].label if items else "",
        "following": following,
    }


@dataclass(frozen=True)
class TimelineItem:
    """One station of a case; `state` is done, now or next."""

    title: str
    state: str = "done"
    icon: str = "check"
    at: datetime | date | None = None
    text: str = ""
    with_time: bool = False


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[TimelineItem]) -> dict[str, object]:
    """Show what has passed, where the case is and what comes next."""
    return {"items": list(items)}


# Forms --------------------------------------------------------------------------------


def focus_id(field: BoundField, part: str = "") -> str:
    """Give the id of the control that an error of this field is about.

    A field of several parts gives the part that the error names (its `part` parameter), else its
    first part; a group of choices gives its first choice.
    """
    widget = field.field.widget
    base = field.auto_id or field.html_name
    if isinstance(widget, MultiWidget):
        part_id = getattr(widget, "part_id", None)
        return str(part_id(base, part)) if part_id else f"{base}_0"
    if field.use_fieldset:
        return f"{base}_0"
    return field.id_for_label or base


def _in_summary(field: BoundField, text: str) -> str:
    """Name the field before its error; a label that is a sentence loses its full stop."""
    label = str(field.label or "").rstrip(".؟?: ")
    return f"{label}: {text}" if label else text


@register.inclusion_tag("components/errors.html")
def error_summary(form: BaseForm | None, *, takes_focus: bool = True) -> dict[str, object]:
    """List everything to correct, at the top of the page, each a link to its field.

    base.html shows it for the context's `form`; it takes the focus without a script.
    """
    if not form or not form.errors:
        return {}
    rows = [
        (
            focus_id(form[name], (error.params or {}).get("part", "")),
            _in_summary(form[name], str(text)),
        )
        for name, errors in form.errors.items()
        if name in form.fields
        for error, text in zip(errors.as_data(), errors, strict=True)
    ]
    general = [str(error) for error in form.non_field_errors()]
    return {"general": general, "rows": rows, "takes_focus": takes_focus}


@register.filter
def control(field: BoundField, css_class: str = "form-control") -> SafeString:
    """Print a field's control with our class beside its own, marked where it has errors.

    A text in one of the two languages is written in that one's direction, whatever the page's.
    """
    given = field.field.widget.attrs
    classes = [str(given.get("class", "")), css_class, "is-invalid" if field.errors else ""]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    language = field.name[-2:] if field.name.endswith(("_ar", "_en")) else ""
    if language and "dir" not in given:
        attrs |= {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    return field.as_widget(attrs=attrs)


@register.filter
def described(field: BoundField) -> SafeString:
    """Give the attribute that ties a group to its hint and errors, or nothing."""
    ids = field.aria_describedby
    return format_html(' aria-describedby="{}"', ids) if ids else mark_safe("")
