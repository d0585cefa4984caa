"""The parts that pages are put together from: forms, buttons, cards, facts, tables, links.

A page's template holds headings, paragraphs and these, and no form, button or table of its own
(docs/design.md). Every tag takes explicit arguments and knows no model. A tag that wraps what
stands between its two ends is closed by `end` and its name. Where a tag takes a `url` it takes an
address, or a page's name as it stands in the routes.
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.templatetags.portal_ui import icon

register = template.Library()

EMPTY = mark_safe("")
_PAGE_NAME = re.compile(r"(?:portal|objections|sawtak|admin):[a-z_]+")


def _attributes(values: dict[str, str | bool]) -> SafeString:
    """Write the attributes that have a value; True writes the name alone."""
    return format_html_join(
        "",
        "{}{}",
        (
            (f" {name}", EMPTY if value is True else format_html('="{}"', value))
            for name, value in values.items()
            if value
        ),
    )


def address(where: str) -> str:
    """Give the address of a page by its name ("portal:help#window"), or an address as it is."""
    name = _PAGE_NAME.match(where)
    return f"{reverse(name[0])}{where[name.end() :]}" if name else where


def _classes(*names: str) -> str:
    return " ".join(filter(None, names))


# Forms and buttons --------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: str,
    css: str = "",
    *,
    url: str = "",
    method: str = "post",
    takes_files: bool = False,
    element_id: str = "",
    label_id: str = "",
) -> SafeString:
    """Wrap the fields and buttons of the block as one form, with its token where it posts.

    The server checks every field and words its errors, so the browser does not. `label_id` is the
    id of the heading that names the form.
    """
    attributes = _attributes(
        {
            "method": method,
            "class": css,
            "id": element_id,
            "action": address(url),
            "enctype": "multipart/form-data" if takes_files else "",
            "aria-labelledby": label_id,
            "novalidate": True,
        }
    )
    token = (
        format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"]
        )
        if method == "post"
        else EMPTY
    )
    return format_html("<form{}>{}{}</form>", attributes, token, content)


@register.simple_tag
def hidden(name: str, value: object, *, is_fresh: bool = False) -> SafeString:
    """Send a value with the form that nobody fills in.

    `is_fresh` keeps a browser from putting back what a script had made of it.
    """
    fresh = format_html(' autocomplete="{}"', "off") if is_fresh else EMPTY
    return format_html('<input type="hidden" name="{}" value="{}"{}>', name, value, fresh)


@register.simple_tag
def button(
    label: str,
    kind: str = "outline",
    icon_name: str = "",
    *,
    url: str = "",
    name: str = "",
    value: str = "",
    size: str = "",
    width: str = "",
    note: str = "",
    spoken: str = "",
    opens: str = "",
    closes: bool = False,
    is_busy: bool = False,
    is_disabled: bool = False,
    keeps_fields: bool = False,
) -> SafeString:
    """Show a button of the form around it or, with `url`, a link that looks like one.

    `kind` is primary (one a page), outline, link, danger (in a dialog only) or white (on green);
    `size` is lg or sm; `width` is block (always the whole line) or wide (on a phone). `note` is a
    quiet addition; `spoken` is heard and not seen, where the label alone says too little. `opens`
    is the id of a dialog: with a script it opens here, without one the link leads to its page;
    `closes` leaves the dialog around it and sends nothing. `keeps_fields` lets a button work while
    fields are empty.
    """
    words = format_html(
        "{}{}{}{}",
        icon(icon_name, "s") if icon_name else EMPTY,
        label,
        format_html(' <span class="muted">· {}</span>', note) if note else EMPTY,
        format_html('<span class="visually-hidden"> {}</span>', spoken) if spoken else EMPTY,
    )
    size_class = f"btn-{size}" if size else ""
    width_class = f"btn-{width}" if width else ""
    attributes = _attributes(
        {
            "class": _classes("btn", f"btn-{kind}", size_class, width_class),
            "href": address(url),
            "name": name,
            "value": value,
            "data-dialog": opens,
            "formmethod": "dialog" if closes else "",
            "aria-busy": "true" if is_busy else "",
            "disabled": is_disabled,
            "formnovalidate": keeps_fields or closes,
        }
    )
    element = "a" if url else "button"
    return format_html("<{}{}>{}</{}>", element, attributes, words, element)


@register.simple_block_tag
def dialog(content: str, element_id: str, title: str, *, is_page: bool = False) -> SafeString:
    """Ask before something that cannot be taken back: over the page, or as a page of its own.

    The page that the opening button leads to shows the same block with `is_page`, so that it works
    without a script.
    """
    title_id = f"{element_id}-title"
    heading = format_html('<h2 id="{}">{}</h2>', title_id, title)
    if is_page:
        return format_html(
            '<section class="dialog is-page" aria-labelledby="{}">{}{}</section>',
            title_id,
            heading,
            content,
        )
    return format_html(
        '<dialog class="dialog" id="{}" aria-labelledby="{}">{}{}</dialog>',
        element_id,
        title_id,
        heading,
        content,
    )


# Cards, facts and lists ----------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str, title: str = "", element_id: str = "", css: str = "", *, level: int = 2
) -> SafeString:
    """Wrap the block as a card; with a title it is a section of the page, named by `element_id`."""
    classes = _classes("card", css)
    if not title:
        return format_html('<div class="{}">{}</div>', classes, content)
    return format_html(
        '<section class="{}" aria-labelledby="{}"><h{} class="card-title" id="{}">{}</h{}>{}'
        "</section>",
        classes,
        element_id,
        level,
        element_id,
        title,
        level,
        content,
    )


@register.simple_block_tag
def facts(content: str, shape: str = "row") -> SafeString:
    """Wrap `fact` blocks: side by side (row), label beside value (line) or stacked (empty)."""
    return format_html(
        '<dl class="{}">{}</dl>', _classes("facts", f"facts-{shape}" if shape else ""), content
    )


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """Show what stands in the block under its label."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_block_tag
def fold(content: str, label: str) -> SafeString:
    """Keep what stands in the block folded under its label until somebody opens it."""
    return format_html('<details class="fold"><summary>{}</summary>{}</details>', label, content)


@register.simple_block_tag
def links(content: str, *, in_card: bool = False) -> SafeString:
    """Wrap `link` rows: the ways on from here."""
    return format_html(
        '<ul class="{}">{}</ul>', _classes("links", "links-card" if in_card else ""), content
    )


@register.simple_tag
def link(url: str, text: str, sub: str = "") -> SafeString:
    """Show one way on: its words, a quieter second line, and the arrow of the page's direction."""
    words = format_html('<span>{}<span class="sub">{}</span></span>', text, sub) if sub else text
    return format_html(
        '<li><a href="{}">{}{}</a></li>', address(url), words, icon("next", "s", flip=True)
    )


@register.inclusion_tag("components/crumbs.html")
def crumbs(*steps: str, here: str = "") -> dict[str, Any]:
    """Show the way to this page: address and words of each page above it, then its own name."""
    return {
        "links": [
            (address(step), words) for step, words in zip(steps[::2], steps[1::2], strict=True)
        ],
        "here": here,
    }


@register.inclusion_tag("components/service.html")
def service(
    icon_name: str, url: str, title: str, text: str, *short_facts: str
) -> dict[str, object]:
    """Show a service of the portal: for whom it is, how long it takes and what it costs."""
    return {
        "icon": icon_name,
        "url": address(url),
        "title": title,
        "text": text,
        "meta": short_facts,
    }


@register.simple_block_tag
def files(content: str) -> SafeString:
    """Wrap `file` rows."""
    return format_html('<ul class="files">{}</ul>', content)


# Tables --------------------------------------------------------------------------------


@register.simple_block_tag
def table(content: str, caption: str, *columns: str, actions: str = "") -> SafeString:
    """Wrap rows as a table on a wide page and as cards on a phone.

    The caption is for those who hear the page; `actions` names a last column that only holds
    buttons. A row is `row_head` and then one `cell` a column.
    """
    heads = format_html_join("", '<th scope="col">{}</th>', ((column,) for column in columns))
    last = (
        format_html('<th scope="col"><span class="visually-hidden">{}</span></th>', actions)
        if actions
        else EMPTY
    )
    return format_html(
        '<table class="table table-cards"><caption class="visually-hidden">{}</caption>'
        "<thead><tr>{}{}</tr></thead><tbody>{}</tbody></table>",
        caption,
        heads,
        last,
        content,
    )


@register.simple_block_tag
def row_head(content: str) -> SafeString:
    """Name the row: whom or what it is about."""
    return format_html('<th scope="row">{}</th>', content)


@register.simple_block_tag
def cell(content: str, label: str = "", *, has_value: bool = True) -> SafeString:
    """Show a value of the row; a card repeats its column's name, `label`, before it.

    Without a label it is the last column, which holds the row's buttons. A card leaves out what
    has no value, such as "none".
    """
    return format_html(
        "<td{}><div>{}</div></td>",
        _attributes(
            {
                "class": _classes("" if label else "end", "" if has_value else "is-plain"),
                "data-label": label,
            }
        ),
        content,
    )
